/**
 * Who owns which field of a live object: its `managedFields`, as server-side apply keeps them (structured-merge-diff
 * v6, fieldpath/serialize-pe.go). A field is `f:name`, an element of a list with keys `k:{"name":"web"}`, one of a set
 * `v:"value"`; what ends there is owned as a whole.
 */
import { isObject } from '../../core/json.ts';
import { at } from '../../kubernetes/objects.ts';

export interface Manager {
  readonly name: string;
  /** `Apply`, or `Update` for every other way of writing. */
  readonly operation: string;
  /** `scale` where an autoscaler wrote it. */
  readonly subresource?: string;
  /** When it wrote last, whichever field. */
  readonly time?: string;
}

/** Owned fields below a place of an object. */
export interface OwnedFields {
  readonly manager: Manager;
  readonly fields: Readonly<Record<string, unknown>>;
}

export type Owned = readonly OwnedFields[];

export function ownedFields(object: unknown): Owned {
  const entries = at(object, 'metadata', 'managedFields');
  if (!Array.isArray(entries)) return [];
  return entries.flatMap((entry: unknown): readonly OwnedFields[] => {
    const fields = at(entry, 'fieldsV1');
    if (!isObject(fields)) return [];
    return [{ manager: managerOf(entry), fields }];
  });
}

function managerOf(entry: unknown): Manager {
  const text = (key: string): string => {
    const value = at(entry, key);
    return typeof value === 'string' ? value : '';
  };
  const [subresource, time] = [text('subresource'), text('time')];
  return {
    name: text('manager'),
    operation: text('operation'),
    ...(subresource === '' ? {} : { subresource }),
    ...(time === '' ? {} : { time }),
  };
}

/** What is owned within a field. */
export function within(owned: Owned, field: string): Owned {
  return below(owned, (element) => element === `f:${field}`);
}

/** What is owned within an element of a list, by its keys. */
export function withinItem(owned: Owned, item: unknown): Owned {
  return below(owned, (element) => matches(element, item));
}

function below(owned: Owned, wanted: (element: string) => boolean): Owned {
  return owned.flatMap(({ manager, fields }) =>
    Object.entries(fields).flatMap(([element, inner]) =>
      wanted(element) && isObject(inner) ? [{ manager, fields: inner }] : [],
    ),
  );
}

function matches(element: string, item: unknown): boolean {
  if (element.startsWith('v:')) return JSON.stringify(item) === element.slice(2);
  const keys = keysOf(element);
  return keys !== undefined && isObject(item) && Object.entries(keys).every(([key, value]) => item[key] === value);
}

/** `k:{"name":"web"}` → its keys. */
function keysOf(element: string): Readonly<Record<string, unknown>> | undefined {
  if (!element.startsWith('k:')) return undefined;
  try {
    const keys: unknown = JSON.parse(element.slice(2));
    return isObject(keys) ? keys : undefined;
  } catch {
    return undefined;
  }
}

/** True where the place is owned as a whole and nobody owns a part: it is one value to the API server, whatever is in it. */
export function isOneValue(owned: Owned): boolean {
  return owned.length > 0 && owned.every(({ fields }) => Object.keys(fields).length === 0);
}

/**
 * How the API server tells the elements of a list apart: by fields of each, as a set of values; undefined when nobody
 * owns single elements of it.
 */
export function listKeys(owned: Owned): readonly string[] | 'values' | undefined {
  for (const { fields } of owned) {
    for (const element of Object.keys(fields)) {
      if (element.startsWith('v:')) return 'values';
      const keys = keysOf(element);
      if (keys !== undefined) return Object.keys(keys);
    }
  }
  return undefined;
}

/** Who owns anything at the place, each once. */
export function managersOf(owned: Owned): readonly Manager[] {
  const seen = new Map(owned.map(({ manager }) => [JSON.stringify(manager), manager] as const));
  return [...seen.values()];
}

/** The field manager under which Holdfast compares. */
export const OURS = 'holdfast';

/** True where applying as Holdfast takes the place away once it is rendered no more: nobody else owns any of it. */
export function isOursAlone(owned: Owned): boolean {
  return owned.length > 0 && owned.every(isOurs);
}

export function isOurs({ manager: { name, operation } }: OwnedFields): boolean {
  return name === OURS && operation === 'Apply';
}
