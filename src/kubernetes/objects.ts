/**
 * Narrow typed views of the fields that we read. Objects come in as unknown JSON of any shape; a reader never
 * throws on a wrong shape, it leaves the field out and tells what the API server would refuse.
 */
import { isObject } from '../core/json.ts';

export type Labels = Readonly<Record<string, string>>;

/** A field's place within an object: `['spec', 'containers', 0, 'image']`. */
export type FieldPath = readonly (string | number)[];

/** A value that the API server refuses at this place. */
export interface Refusal {
  readonly path: FieldPath;
  readonly found: string;
  readonly expected: string;
  /** What it names was not given, and may be in the cluster all the same. */
  readonly doubtful?: true;
}

/** Where readers tell what they could not read. */
export type Refuse = (refusal: Refusal) => void;

export const NO_LABELS: Labels = Object.freeze({});

export const ignoreRefusals: Refuse = () => undefined;

/** The value at a path, or undefined as soon as a step is not there. */
export function at(value: unknown, ...path: FieldPath): unknown {
  let here: unknown = value;
  for (const step of path) {
    if (typeof step === 'number') here = Array.isArray(here) ? here[step] : undefined;
    else here = isObject(here) && Object.hasOwn(here, step) ? here[step] : undefined;
  }
  return here;
}

/** Reads fields of one object; its path is built only when something is refused. */
export interface Reader {
  readonly value: unknown;
  readonly path: () => FieldPath;
  readonly refuse: Refuse;
}

export function reader(value: unknown, refuse: Refuse = ignoreRefusals, path: FieldPath = []): Reader {
  return { value, refuse, path: () => path };
}

/** A reader of one field of the object. */
export function into(from: Reader, key: string | number): Reader {
  return { value: at(from.value, key), refuse: from.refuse, path: () => [...from.path(), key] };
}

/** Readers of the items of a list; none when there is no list. */
export function items(from: Reader, key: string): readonly Reader[] {
  const list = into(from, key);
  if (list.value === undefined || list.value === null) return [];
  if (!Array.isArray(list.value)) {
    refuse(list, 'a list');
    return [];
  }
  return list.value.map((_, index) => into(list, index));
}

export function text(from: Reader, key: string): string | undefined {
  const value = at(from.value, key);
  if (typeof value === 'string') return value;
  if (value !== undefined && value !== null) refuse(into(from, key), 'text; put it in quotes');
  return undefined;
}

export function integer(from: Reader, key: string): number | undefined {
  const value = at(from.value, key);
  if (typeof value === 'number' && Number.isSafeInteger(value)) return value;
  if (value !== undefined && value !== null) refuse(into(from, key), 'a whole number');
  return undefined;
}

export function flag(from: Reader, key: string): boolean | undefined {
  const value = at(from.value, key);
  if (typeof value === 'boolean') return value;
  if (value !== undefined && value !== null) refuse(into(from, key), 'true or false');
  return undefined;
}

/** A list of texts; null among them is decoded as an empty one. */
export function textList(from: Reader, key: string): readonly string[] {
  return items(from, key).flatMap((item) => {
    if (typeof item.value === 'string') return [item.value];
    if (item.value === null) return [''];
    refuse(item, 'text; put it in quotes');
    return [];
  });
}

/** A map of texts: labels, annotations, a node selector. */
export function textMap(from: Reader, key: string): Labels {
  const map = into(from, key);
  if (map.value === undefined || map.value === null) return NO_LABELS;
  if (!isObject(map.value)) {
    refuse(map, 'a map of texts');
    return NO_LABELS;
  }
  let whole = true;
  for (const name in map.value) if (typeof map.value[name] !== 'string') whole = false;
  return whole ? (map.value as Labels) : textsOf(map);
}

/** A whole number or a percentage, as maxUnavailable and minAvailable take it. */
export function intOrString(from: Reader, key: string): number | string | undefined {
  const value = at(from.value, key);
  if (typeof value === 'string' || (typeof value === 'number' && Number.isSafeInteger(value))) return value;
  if (value !== undefined && value !== null) refuse(into(from, key), 'a whole number or a percentage');
  return undefined;
}

/** Tells that the value at this reader is not what the API server takes. */
export function refuse(from: Reader, expected: string): void {
  from.refuse({ path: from.path(), found: describe(from.value), expected });
}

/** As `refuse`, of a name whose object was not given and may be there. */
export function doubt(from: Reader, expected: string): void {
  from.refuse({ path: from.path(), found: describe(from.value), expected, doubtful: true });
}

/** `the number 8080`, `the boolean true`, `a list`. */
export function describe(value: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a map';
  if (typeof value === 'string')
    return `the text ${JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value)}`;
  return typeof value === 'number' || typeof value === 'boolean' ? `the ${typeof value} ${value}` : `a ${typeof value}`;
}

function textsOf(map: Reader): Labels {
  const texts: Record<string, string> = {};
  for (const [name, value] of Object.entries(map.value as Record<string, unknown>)) {
    if (typeof value === 'string') texts[name] = value;
    else if (value === null) texts[name] = '';
    else refuse(into(map, name), 'text; put it in quotes');
  }
  return texts;
}
