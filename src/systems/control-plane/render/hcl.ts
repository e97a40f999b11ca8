/** Terraform text as `terraform fmt` writes it: two spaces, equals signs in a column within a run of lines. */

/** One line `key = value`, a nested block, an empty line, or a comment. */
export type HclItem = readonly [key: string, value: string] | HclBlock | '' | `# ${string}`;

export interface HclBlock {
  readonly block: string;
  readonly items: readonly HclItem[];
}

/** A quoted string; names of ours hold nothing that needs escaping but quotes and template markers. */
export function quoted(text: string): string {
  return JSON.stringify(text)
    .replaceAll('${', () => '$${')
    .replaceAll('%{', '%%{');
}

/** The text of blocks with an empty line between them. */
export function hcl(blocks: readonly HclBlock[]): string {
  return `${blocks.map((block) => lines(block, '').join('\n')).join('\n\n')}\n`;
}

function lines({ block, items }: HclBlock, indent: string): readonly string[] {
  if (items.length === 0) return [`${indent}${block} {}`];
  const inner = `${indent}  `;
  const body = items.flatMap((item, index) => {
    if (item === '') return [''];
    if (typeof item === 'string') return [`${inner}${item}`];
    if ('block' in item) return lines(item, inner);
    return [`${inner}${item[0].padEnd(widthAt(items, index))} = ${item[1].replaceAll('\n', `\n${inner}`)}`];
  });
  return [`${indent}${block} {`, ...body, `${indent}}`];
}

/** Width of the keys in the run of one-line attributes around an index. */
function widthAt(items: readonly HclItem[], index: number): number {
  let first = index;
  let last = index;
  while (isAttribute(items[first - 1])) first -= 1;
  while (isAttribute(items[last + 1])) last += 1;
  return Math.max(...items.slice(first, last + 1).map((item) => (isAttribute(item) ? item[0].length : 0)));
}

function isAttribute(item: HclItem | undefined): item is readonly [string, string] {
  return Array.isArray(item);
}
