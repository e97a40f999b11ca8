/** Two texts as replacements of regions of the first, lines and columns from 1, as SARIF tells fixes. */
import { diffLines, linesOf } from './unified-diff.ts';

export interface Replacement {
  readonly startLine: number;
  readonly startColumn: number;
  readonly endLine: number;
  /** The column behind the last. */
  readonly endColumn: number;
  readonly inserted: string;
}

interface Change {
  /** Lines `from` up to `to`, from 0. */
  readonly from: number;
  to: number;
  inserted: string;
}

/** From the first to the last; no two touch. */
export function replacementsOf(before: string, after: string): readonly Replacement[] {
  const old = linesOf(before);
  const changes: Change[] = [];
  let open: Change | undefined;
  let at = 0;
  for (const { sign, text } of diffLines(old, linesOf(after))) {
    if (sign === ' ') open = undefined;
    else if (open === undefined) changes.push((open = { from: at, to: at, inserted: '' }));
    if (sign !== '+') at += 1;
    if (sign === '-' && open !== undefined) open.to = at;
    if (sign === '+' && open !== undefined) open.inserted += text;
  }
  return changes.map((change) => replacement(old, change));
}

function replacement(old: readonly string[], { from, to, inserted }: Change): Replacement {
  const last = old[to - 1] ?? '';
  // The end of the last line stays where both have one: a region that ends within lines is shown best.
  const end = to > from ? commonEnd(last, inserted) : '';
  if (end !== '')
    return {
      ...startOf(from),
      endLine: to,
      endColumn: last.length - end.length + 1,
      inserted: inserted.slice(0, -end.length),
    };
  const behind = old[from - 1] ?? '';
  // Behind the last line end no line begins: what comes there comes behind the last line's text.
  if (from === to && from === old.length && /[^\r\n]\n$/.test(behind) && inserted.endsWith('\n')) {
    const column = behind.length;
    return {
      startLine: from,
      startColumn: column,
      endLine: from,
      endColumn: column,
      inserted: `\n${inserted.slice(0, -1)}`,
    };
  }
  const whole = to === from || last.endsWith('\n');
  return {
    ...startOf(from),
    ...(whole ? { endLine: to + 1, endColumn: 1 } : { endLine: to, endColumn: last.length + 1 }),
    inserted,
  };
}

function startOf(line: number): Pick<Replacement, 'startLine' | 'startColumn'> {
  return { startLine: line + 1, startColumn: 1 };
}

/** A carriage return belongs to the end of its line. */
function commonEnd(a: string, b: string): string {
  return (
    ['\r\n', '\n'].find((end) => a.endsWith(end) && b.endsWith(end) && (end === '\r\n' || !a.endsWith('\r\n'))) ?? ''
  );
}
