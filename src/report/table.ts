/** Tables as kubectl prints them: upper-case titles, columns three blanks apart, no lines. */
import { wrap } from '../render/wrap.ts';

const GAP = '   ';
/** A last column never gets narrower than this; the table then grows beyond the width. */
const LEAST_LAST = 30;

export interface Column {
  readonly title: string;
  /** Longer cells are broken into lines of this many characters. */
  readonly most?: number;
  /** Paints the padded cell; the text is the unpadded one. */
  readonly paint?: (cell: string, text: string) => string;
  readonly right?: boolean;
}

/** The table as lines that end with a newline; the last column is broken to fit the width. */
export function writeTable(columns: readonly Column[], rows: readonly (readonly string[])[], width: number): string {
  const widths = columns.map(({ title, most }, index) => {
    const longest = Math.max(title.length, ...rows.map((row) => row[index]?.length ?? 0));
    return Math.min(longest, Math.max(most ?? longest, title.length));
  });
  const last = columns.length - 1;
  const before = widths.slice(0, last).reduce((sum, one) => sum + one + GAP.length, 0);
  widths[last] = Math.min(widths[last] ?? 0, Math.max(LEAST_LAST, width - before));
  const head = columns
    .map(({ title }, index) => pad(title, { to: widths[index] ?? 0, right: columns[index]?.right === true }))
    .join(GAP);
  const body = rows.flatMap((row) => rowLines(row, columns, widths));
  return [head, ...body].map((line) => `${line.trimEnd()}\n`).join('');
}

/** A table with a paragraph under each row, for what is too long for a column. Cells are never broken. */
export function writeNotedTable(
  columns: readonly Column[],
  rows: readonly { readonly cells: readonly string[]; readonly note: string }[],
  { width, paint }: { readonly width: number; readonly paint: (line: string) => string },
): string {
  const cells = rows.map((row) => row.cells);
  const [head = '', ...lines] = writeTable(columns, cells, Number.POSITIVE_INFINITY).trimEnd().split('\n');
  const noted = lines.flatMap((line, index) => [
    line,
    ...wrap(rows[index]?.note ?? '', width - 4).map((part) => `    ${paint(part)}`),
  ]);
  return [head, ...noted].map((line) => `${line}\n`).join('');
}

function rowLines(row: readonly string[], columns: readonly Column[], widths: readonly number[]): readonly string[] {
  const cells = columns.map((_, index) =>
    cellLines(row[index] ?? '', { width: widths[index] ?? 0, last: index === columns.length - 1 }),
  );
  const height = Math.max(...cells.map(({ length }) => length));
  return Array.from({ length: height }, (_, line) =>
    columns
      .map(({ paint, right }, index) => {
        const text = cells[index]?.[line] ?? '';
        const padded = pad(text, { to: widths[index] ?? 0, right: right === true });
        return paint && text !== '' ? paint(padded, row[index] ?? '') : padded;
      })
      .join(GAP),
  );
}

/** A cell that fits stays as it is. A longer word is broken, but for the last column, where nothing stands behind it. */
function cellLines(text: string, { width, last }: { width: number; last: boolean }): readonly string[] {
  if (text.length <= width && !text.includes('\n')) return [text];
  return wrap(text, width).flatMap((line) => (last ? [line] : chunks(line, Math.max(1, width))));
}

function chunks(text: string, size: number): readonly string[] {
  const parts: string[] = [];
  for (let at = 0; at < text.length; at += size) parts.push(text.slice(at, at + size));
  return parts;
}

function pad(text: string, { to, right }: { to: number; right: boolean }): string {
  return right ? text.padStart(to) : text.padEnd(to);
}
