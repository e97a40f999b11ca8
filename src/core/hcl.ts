/** HCL text as `terraform fmt` (1.9 and later) writes it: two spaces, equals signs in a column within a run of one-line attributes. */

/** One attribute: the value is an expression in HCL, its further lines indented as if it stood at the margin. */
export type HclAttribute = readonly [key: string, value: string];

/** An attribute, a nested block, an empty line, or a comment. */
export type HclItem = HclAttribute | HclBlock | '' | `# ${string}`;

export interface HclBlock {
  /** `resource "aws_lb" "api"`. */
  readonly block: string;
  readonly items: readonly HclItem[];
}

/** A quoted string in which nothing is interpolated and every character is one that Terraform reads back as it was. */
export function quoted(text: string): string {
  return JSON.stringify(text)
    .replaceAll(/\\(\\|[bf])/g, (escape, letter: string) => CONTROL[letter] ?? escape)
    .replaceAll('${', () => '$${')
    .replaceAll('%{', () => '%%{');
}

/** JSON has these escapes and HCL has not (HCL native syntax specification, "Quoted templates"). */
const CONTROL: Readonly<Record<string, string>> = { b: '\\u0008', f: '\\u000c' };

/** A list on one line: `["a", "b"]`. */
export function list(values: readonly string[]): string {
  return `[${values.join(', ')}]`;
}

/** A map over several lines, `{}` when empty; keys are quoted, values are expressions. */
export function map(entries: Readonly<Record<string, string>>): string {
  const rows = Object.entries(entries).map(([key, value]): HclAttribute => [quoted(key), value]);
  return rows.length === 0 ? '{}' : ['{', ...body(rows, '  '), '}'].join('\n');
}

/** An object over several lines; keys are bare, values are expressions. */
export function object(entries: Readonly<Record<string, string>>): string {
  return ['{', ...body(Object.entries(entries), '  '), '}'].join('\n');
}

/** The text of blocks with an empty line between them. */
export function writeHcl(blocks: readonly HclBlock[]): string {
  return `${blocks.map((block) => blockLines(block, '').join('\n')).join('\n\n')}\n`;
}

function blockLines({ block, items }: HclBlock, indent: string): readonly string[] {
  if (items.length === 0) return [`${indent}${block} {}`];
  return [`${indent}${block} {`, ...body(items, `${indent}  `), `${indent}}`];
}

function body(items: readonly HclItem[], indent: string): readonly string[] {
  const widths = keyWidths(items);
  return items.flatMap((item, index) => {
    if (item === '') return [''];
    if (typeof item === 'string') return [`${indent}${item}`];
    if ('block' in item) return blockLines(item, indent);
    const [key, value] = item;
    return `${key.padEnd(widths[index] ?? 0)} = ${value}`
      .split('\n')
      .map((line) => (line === '' ? '' : `${indent}${line}`));
  });
}

/** The width of each key's column: that of the longest key in its run of one-line attributes. */
function keyWidths(items: readonly HclItem[]): readonly number[] {
  const widths: number[] = [];
  let start = 0;
  for (let end = 0; end <= items.length; end += 1) {
    const item = items[end];
    if (item !== undefined && isOneLine(item)) continue;
    const run = items.slice(start, end).filter(isOneLine);
    const width = Math.max(0, ...run.map(([key]) => key.length));
    for (let index = start; index < end; index += 1) widths[index] = width;
    widths[end] = 0;
    start = end + 1;
  }
  return widths;
}

function isOneLine(item: HclItem): item is HclAttribute {
  return Array.isArray(item) && !String(item[1]).includes('\n');
}
