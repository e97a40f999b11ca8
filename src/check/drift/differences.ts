/**
 * Fields in which a live object differs from what Holdfast renders. With the object that a dry run of an apply gave,
 * every field that it would change; without, every rendered field that holds something else, and every field that only
 * an earlier apply of Holdfast put there.
 */
import { isObject, stableJson } from '../../core/json.ts';
import type { FieldPath } from '../../kubernetes/objects.ts';
import {
  isOneValue,
  isOurs,
  isOursAlone,
  listKeys,
  type Manager,
  managersOf,
  type Owned,
  ownedFields,
  within,
  withinItem,
} from './owners.ts';
import { covers, isLeftOut } from './same.ts';

export interface FieldDifference {
  /** Elements of lists that have keys by those: `['spec', 'containers', '[web]', 'image']`. */
  readonly path: FieldPath;
  /** Undefined when the live object does not hold it. */
  readonly live: unknown;
  /** Undefined when it is not rendered any more. */
  readonly rendered: unknown;
  /** Who owns the field now; empty when nobody does. */
  readonly managers: readonly Manager[];
}

/** What kind it is, and what others report. */
const NOT_FIELDS: ReadonlySet<string> = new Set(['apiVersion', 'kind', 'status']);
/** What the API server keeps; no apply sets it. */
const KEPT_BY_SERVER: ReadonlySet<string> = new Set([
  'managedFields',
  'resourceVersion',
  'generation',
  'uid',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'selfLink',
]);

type Form = 'applied' | 'rendered';

interface Place {
  readonly path: FieldPath;
  /** Of the live object. */
  readonly owned: Owned;
  /** Of both: how lists are told apart. */
  readonly shape: Owned;
  readonly form: Form;
}

/** What a dry run says: `applied` is the object that an apply would leave. */
export function changesOf(live: object, applied: object): readonly FieldDifference[] {
  const owned = ownedFields(live);
  const shape = [...owned, ...ownedFields(applied)];
  return [...ofObject(live, applied, { path: [], owned, shape, form: 'applied' })];
}

/** What can be told without a dry run. */
export function differencesOf(live: object, rendered: object): readonly FieldDifference[] {
  const owned = ownedFields(live);
  return [...ofObject(live, rendered, { path: [], owned, shape: owned, form: 'rendered' })];
}

type Fields = Readonly<Record<string, unknown>>;

function ofObject(live: object, wanted: object, place: Place): Iterable<FieldDifference> {
  return ofMaps(fieldsOf(live), fieldsOf(wanted), place);
}

function fieldsOf(object: object): Fields {
  const { metadata, ...rest } = without(object as Fields, NOT_FIELDS);
  return { ...rest, metadata: isObject(metadata) ? without(metadata, KEPT_BY_SERVER) : {} };
}

function without(fields: Fields, names: ReadonlySet<string>): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => !names.has(name)));
}

function* ofMaps(live: Fields, wanted: Fields, place: Place): Iterable<FieldDifference> {
  for (const key of new Set([...Object.keys(wanted), ...Object.keys(live)])) {
    const inner: Place = {
      form: place.form,
      path: [...place.path, key],
      owned: within(place.owned, key),
      shape: within(place.shape, key),
    };
    yield* ofValues(live[key], wanted[key], inner);
  }
}

function* ofValues(live: unknown, wanted: unknown, place: Place): Iterable<FieldDifference> {
  const { form, owned, path } = place;
  if (live === undefined && (wanted === undefined || (form === 'rendered' && isLeftOut(wanted)))) return;
  if (wanted === undefined && form === 'rendered') {
    yield* ofDropped(live, place);
    return;
  }
  if (live !== undefined && wanted !== undefined && !isOneValue(place.shape)) {
    if (isObject(live) && isObject(wanted)) {
      yield* ofMaps(live, wanted, place);
      return;
    }
    if (Array.isArray(live) && Array.isArray(wanted)) {
      yield* ofLists(live, wanted, place);
      return;
    }
  }
  const same = form === 'applied' ? stableJson(live) === stableJson(wanted) : covers(live, wanted, path);
  if (!same) yield { path, live, rendered: wanted, managers: managersOf(owned) };
}

/** Not rendered: it goes only where an earlier apply of Holdfast put it and nobody else owns it. */
function* ofDropped(live: unknown, place: Place): Iterable<FieldDifference> {
  const { owned, path } = place;
  if (!owned.some(isOurs)) return;
  if (isOursAlone(owned)) yield { path, live, rendered: undefined, managers: managersOf(owned) };
  else if (isObject(live) && !isOneValue(owned)) yield* ofMaps(live, {}, place);
  else if (Array.isArray(live) && listKeys(owned) !== undefined) yield* ofLists(live, [], place);
}

function* ofLists(live: readonly unknown[], wanted: readonly unknown[], place: Place): Iterable<FieldDifference> {
  const keys = listKeys(place.shape) ?? byName(live, wanted);
  if (keys === undefined) {
    const { form, path } = place;
    const same = form === 'applied' ? stableJson(live) === stableJson(wanted) : covers(live, wanted, path);
    if (!same) yield { path, live, rendered: wanted, managers: managersOf(place.owned) };
    return;
  }
  const left = new Set(live);
  for (const item of wanted) {
    const found = [...left].find((other) => isSameItem(other, item, keys));
    left.delete(found);
    yield* ofValues(found, item, itemPlace(found ?? item, keys, place));
  }
  for (const item of left) yield* ofValues(item, undefined, itemPlace(item, keys, place));
}

function itemPlace(item: unknown, keys: readonly string[] | 'values', place: Place): Place {
  return {
    form: place.form,
    path: [...place.path, nameOfItem(item, keys)],
    owned: withinItem(place.owned, item),
    shape: withinItem(place.shape, item),
  };
}

/** `[web]`; `[80/TCP]` of several keys. */
function nameOfItem(item: unknown, keys: readonly string[] | 'values'): string {
  const values = keys === 'values' || !isObject(item) ? [item] : keys.map((key) => item[key] ?? '');
  return `[${values.map((value) => (typeof value === 'string' ? value : JSON.stringify(value))).join('/')}]`;
}

/** Keys that the rendered element leaves to their default are those of any. */
function isSameItem(live: unknown, wanted: unknown, keys: readonly string[] | 'values'): boolean {
  if (keys === 'values' || !isObject(live) || !isObject(wanted)) return stableJson(live) === stableJson(wanted);
  const written = keys.filter((key) => wanted[key] !== undefined);
  return written.length > 0 && written.every((key) => live[key] === wanted[key]);
}

/** Where nobody owns elements, by the name that each has: most lists of the API that have keys have this one. */
function byName(...lists: readonly (readonly unknown[])[]): readonly string[] | undefined {
  const isNamed = (list: readonly unknown[]): boolean => {
    const names = list.map((item) => (isObject(item) && typeof item['name'] === 'string' ? item['name'] : undefined));
    return names.every((name) => name !== undefined) && new Set(names).size === names.length;
  };
  const [live = [], wanted = []] = lists;
  return live.length > 0 && wanted.length > 0 && lists.every(isNamed) ? ['name'] : undefined;
}
