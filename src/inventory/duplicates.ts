/** Objects that are given twice. As with `kubectl apply`, the later one is what the cluster has in the end. */
import type { Problem } from '../core/error.ts';
import { formatPosition } from '../core/error.ts';
import type { Sourced } from './identity.ts';
import { labelOf, namespaceOf, writtenName } from './identity.ts';
import { groupOf } from './kinds.ts';
import { positionOf } from './origin.ts';

/** The objects without those that a later one replaces, and one problem for each that is replaced. */
export function duplicatesOf(objects: readonly Sourced[]): {
  readonly kept: readonly Sourced[];
  readonly problems: readonly Problem[];
} {
  const last = new Latest();
  const replaced = new Map<Sourced, Sourced>();
  for (const sourced of objects) {
    const earlier = last.put(sourced);
    if (earlier !== undefined) replaced.set(earlier, sourced);
  }
  if (replaced.size === 0) return { kept: objects, problems: [] };
  const problems = [...replaced].flatMap(([earlier, later]) => problemOf(earlier, later));
  return { kept: objects.filter((sourced) => !replaced.has(sourced)), problems };
}

/** A file beside a live cluster says what its object will be: that is no mistake. */
function problemOf({ object, origin }: Sourced, later: Sourced): readonly Problem[] {
  const [at, where] = [positionOf(origin), positionOf(later.origin)];
  if (at === undefined || where === undefined) return [];
  return [
    {
      code: 'duplicate-object',
      message: `${labelOf(object)} is given twice; the later one, in ${formatPosition(where)}, is used`,
      at,
      expected: 'each object once',
    },
  ];
}

/** The latest object of each identity. Maps within maps: a key made of all parts would cost more than the rest of reading. */
class Latest {
  readonly #byGroup = new Map<string, Map<string, Map<string, Map<string, Sourced>>>>();

  /** The object that this one takes the place of. */
  put(sourced: Sourced): Sourced | undefined {
    const { object } = sourced;
    const name = writtenName(object);
    if (name === undefined) return undefined;
    const byKind = entry(this.#byGroup, groupOf(object.apiVersion), () => new Map());
    const byNamespace = entry(byKind, object.kind, () => new Map());
    const byName = entry(byNamespace, namespaceOf(object) ?? '', () => new Map());
    const earlier = byName.get(name);
    byName.set(name, sourced);
    return earlier;
  }
}

function entry<V>(map: Map<string, V>, key: string, make: () => V): V {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}
