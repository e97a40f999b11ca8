/**
 * One step of a JSON Patch as an edit of the text that holds the object. Only the lines that the step names change:
 * comments, quotes and order stay. What cannot be edited so is not edited at all. JSON is YAML in flow style.
 */
import {
  type Document,
  isMap,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  parseDocument,
  stringify,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml';
import type { FieldPath } from '../../kubernetes/objects.ts';

export interface EditStep {
  readonly op: 'add' | 'replace' | 'remove';
  readonly path: FieldPath;
  readonly value?: unknown;
}

type Range = readonly [number, number, number];

interface Field {
  readonly map: YAMLMap;
  readonly key: string;
  readonly pair: Pair | undefined;
}

/** The changed text; undefined when the step cannot be made by changing lines. */
export function editYaml(text: string, step: EditStep): string | undefined {
  const document = parseDocument(text, { keepSourceTokens: true });
  if (document.errors.length > 0) return undefined;
  if (step.path.at(-1) === '-' && step.op === 'add') return appended(text, document, step);
  const field = fieldAt(document, step.path);
  if (field === undefined) return undefined;
  if (step.op === 'remove') return removed(text, field);
  return field.pair === undefined ? added(text, field, step.value) : replaced(text, field.pair, step.value);
}

function fieldAt(document: Document, path: FieldPath): Field | undefined {
  const key = path.at(-1);
  const parent = parentOf(document, path);
  if (typeof key !== 'string' || !isMap(parent)) return undefined;
  return { map: parent, key, pair: parent.items.find((pair) => isScalar(pair.key) && pair.key.value === key) };
}

function parentOf(document: Document, path: FieldPath): unknown {
  return path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true);
}

/** One more item behind the last of a list. */
function appended(text: string, document: Document, { path, value }: EditStep): string | undefined {
  const list = parentOf(document, path);
  if (!isSeq(list)) return undefined;
  const last = rangeOf(list.items.at(-1));
  if (last === undefined) return undefined;
  if (list.flow === true) return splice(text, last[1], { to: last[1], insert: `, ${JSON.stringify(value)}` });
  const dash = dashOf(text, list);
  if (dash === undefined) return undefined;
  return linesAfter(text, last[1], written([value], { text, column: columnOf(text, dash) }));
}

/** The object as one more document of a stream, to stand at the end of another one. */
export function documentAt(text: string, place: number, object: unknown): string {
  const lead = place > 0 && text[place - 1] !== '\n' ? '\n' : '';
  return `${lead}---\n${written(object, { text, column: 0 })}`;
}

/** Where the mark of the first item stands; it may have its line for itself. */
function dashOf(text: string, list: YAMLSeq): number | undefined {
  const first = rangeOf(list.items[0])?.[0];
  const dash = first === undefined ? -1 : text.lastIndexOf('-', first - 1);
  return dash < 0 || !/^-\s+$/.test(text.slice(dash, first)) ? undefined : dash;
}

/** The value as lines of block style that begin at a column, with lists as far in as the text has its own. */
function written(value: unknown, { text, column }: { readonly text: string; readonly column: number }): string {
  const indentSeq = !/^( *)[^\s#-][^\n]*:[ \t]*\n\1- /m.test(text);
  return stringify(value, { lineWidth: 0, indentSeq, aliasDuplicateObjects: false })
    .trimEnd()
    .split('\n')
    .map((line) => `${' '.repeat(column)}${line}\n`)
    .join('');
}

/** The text with lines after the one that holds the place. */
function linesAfter(text: string, place: number, lines: string): string {
  const at = endOfLine(text, place);
  const lead = at > 0 && text[at - 1] !== '\n' ? '\n' : '';
  return splice(text, at, { to: at, insert: lead + lines });
}

function replaced(text: string, { value: node }: Pair, value: unknown): string | undefined {
  const range = rangeOf(node);
  // A field with nothing behind its colon has no place of its own; an anchor or a tag would stay before the value.
  if (range === undefined || range[0] === range[1] || !isPlain(node)) return undefined;
  return splice(text, range[0], { to: range[1], insert: JSON.stringify(value) });
}

function isPlain(node: unknown): boolean {
  return (
    isScalar(node) && node.anchor === undefined && node.tag === undefined && node.type?.startsWith('BLOCK') !== true
  );
}

function added(text: string, { map, key }: Field, value: unknown): string | undefined {
  const first = map.items[0];
  const last = map.items.at(-1);
  if (first === undefined || last === undefined) return emptied(text, map, { key, value });
  const end = rangeOf(last.value)?.[1] ?? rangeOf(last.key)?.[1];
  const start = rangeOf(first.key)?.[0];
  if (end === undefined || start === undefined) return undefined;
  if (map.flow === true) return addedToFlow(text, { start, end, key, value });
  return linesAfter(text, end, written({ [key]: value }, { text, column: columnOf(text, start) }));
}

/** `{}` gets its first field. */
function emptied(
  text: string,
  map: YAMLMap,
  { key, value }: { readonly key: string; readonly value: unknown },
): string | undefined {
  const range = rangeOf(map);
  if (range === undefined || text.slice(range[0], range[1]).replaceAll(/\s/g, '') !== '{}') return undefined;
  return splice(text, range[0], { to: range[1], insert: `{${JSON.stringify(key)}: ${JSON.stringify(value)}}` });
}

function addedToFlow(
  text: string,
  {
    start,
    end,
    key,
    value,
  }: { readonly start: number; readonly end: number; readonly key: string; readonly value: unknown },
): string {
  const quoted = text[start] === '"' ? JSON.stringify(key) : key;
  const before = text.slice(text.lastIndexOf('\n', start) + 1, start);
  const lead = /^\s*$/.test(before) ? `,\n${before}` : ', ';
  return splice(text, end, { to: end, insert: `${lead}${quoted}: ${JSON.stringify(value)}` });
}

function removed(text: string, { map, pair }: Field): string | undefined {
  const start = rangeOf(pair?.key)?.[0];
  const end = rangeOf(pair?.value)?.[1] ?? rangeOf(pair?.key)?.[1];
  // Without its last field a map would be nothing, which is not an empty map.
  if (start === undefined || end === undefined || map.items.length < 2) return undefined;
  if (map.flow === true) return removedFromFlow(text, start, end);
  const line = text.lastIndexOf('\n', start - 1) + 1;
  if (!/^ *$/.test(text.slice(line, start))) return undefined;
  return splice(text, line, { to: endOfLine(text, end), insert: '' });
}

function removedFromFlow(text: string, start: number, end: number): string {
  const after = /^\s*,[ \t]*(?:\r?\n\s*)?/.exec(text.slice(end));
  if (after !== null) return splice(text, start, { to: end + after[0].length, insert: '' });
  const before = /,\s*$/.exec(text.slice(0, start));
  return splice(text, before === null ? start : before.index, { to: end, insert: '' });
}

function rangeOf(node: unknown): Range | undefined {
  const range = (node as Node | null | undefined)?.range;
  return range ?? undefined;
}

/** Where the line ends that holds the last character before the place, its comment included. */
function endOfLine(text: string, place: number): number {
  if (place > 0 && text[place - 1] === '\n') return place;
  const end = text.indexOf('\n', place);
  return end === -1 ? text.length : end + 1;
}

function columnOf(text: string, place: number): number {
  return place - (text.lastIndexOf('\n', place - 1) + 1);
}

function splice(text: string, from: number, { to, insert }: { readonly to: number; readonly insert: string }): string {
  return text.slice(0, from) + insert + text.slice(to);
}
