/** Reads fixes as SARIF 2.1.0 means them (3.30, 3.57), with nothing of what wrote them. */

interface Replacement {
  readonly deletedRegion: {
    readonly startLine: number;
    readonly startColumn: number;
    readonly endLine: number;
    readonly endColumn: number;
  };
  readonly insertedContent: { readonly text: string };
}

/** The text with every region replaced; a place that is not in it throws. */
export function applyReplacements(text: string, replacements: readonly Replacement[]): string {
  const starts = [0, ...[...text.matchAll(/\r\n|\n/g)].map(({ index, 0: end }) => index + end.length)];
  const offset = (line: number, column: number): number => {
    const start = starts[line - 1];
    const next = starts[line] ?? text.length;
    if (start === undefined || column < 1 || start + column - 1 > next) throw new Error(`no place ${line}:${column}`);
    return start + column - 1;
  };
  const edits = replacements.map(
    ({ deletedRegion: { startLine, startColumn, endLine, endColumn }, insertedContent }) => ({
      from: offset(startLine, startColumn),
      to: offset(endLine, endColumn),
      text: insertedContent.text,
    }),
  );
  return edits
    .toSorted((a, b) => b.from - a.from)
    .reduce((so, edit) => so.slice(0, edit.from) + edit.text + so.slice(edit.to), text);
}
