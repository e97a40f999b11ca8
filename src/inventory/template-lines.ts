/** Which line of a template made a line of what was rendered: told only when no other line can have made it. */

export interface Template {
  /** A file that there is: the template, or the archive that it is packed in. */
  readonly file: string;
  /** Undefined when it is packed. */
  readonly text: string | undefined;
}

/** An action may go over several lines; what it gives is unknown, its lines stay. */
const ACTION = /\{\{[\s\S]*?\}\}/g;
/** Stands for what an action gives. */
const HOLE = '\u0000';

/**
 * The place in the template of a place in the rendered text. A line of the template may have made a rendered line when
 * they are the same but for its actions and it has a word of its own. Undefined unless it is the only one that may have
 * made this line, and made no other of this text: a helper may write the same words.
 */
export function templatePlace(
  template: string,
  { rendered, offset }: { readonly rendered: string; readonly offset: number },
): { readonly line: number; readonly column: number } | undefined {
  const start = rendered.lastIndexOf('\n', offset - 1) + 1;
  const lines = rendered.split('\n').map((line) => line.trimEnd());
  const line = lines[rendered.slice(0, start).split('\n').length - 1] ?? '';
  const written = linesOf(template);
  const makers = written.flatMap((text, index) => (makes(text, line) ? [{ text, index }] : []));
  const [maker] = makers;
  if (maker === undefined || makers.length > 1 || lines.filter((one) => makes(maker.text, one)).length > 1)
    return undefined;
  const column = offset - start;
  const same = maker.text.slice(0, column + 1) === line.slice(0, column + 1);
  return { line: maker.index + 1, column: (same ? column : maker.text.search(/\S/)) + 1 };
}

function linesOf(template: string): readonly string[] {
  return template
    .replaceAll(ACTION, (action) => HOLE + action.replaceAll(/[^\n]/g, ''))
    .split('\n')
    .map((line) => line.trimEnd());
}

function makes(written: string, line: string): boolean {
  const words = written.split(HOLE);
  if (!words.some((word) => /[A-Za-z]/.test(word))) return false;
  const [first = '', ...others] = words;
  const last = others.pop();
  if (last === undefined) return written === line;
  if (!line.startsWith(first) || !line.endsWith(last) || line.length < first.length + last.length) return false;
  let at = first.length;
  for (const word of others) {
    const found = line.indexOf(word, at);
    if (found === -1) return false;
    at = found + word.length;
  }
  return at <= line.length - last.length;
}
