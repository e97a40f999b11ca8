/**
 * Things of a world by name and namespace, sorted once for each world: a rule that looks for one thing for each of another
 * would take the square of the time.
 */
import type { Workload, World, WorldClaim, WorldService } from '../inventory/world.ts';

interface Named {
  readonly namespace: string;
  readonly name: string;
}

const byNamespace = new WeakMap<readonly Workload[], ReadonlyMap<string, readonly Workload[]>>();
const byName = new WeakMap<readonly Named[], ReadonlyMap<string, Named>>();

export function workloadsIn({ workloads }: Pick<World, 'workloads'>, namespace: string): readonly Workload[] {
  return (
    madeFor(byNamespace, workloads, () => Map.groupBy(workloads, (workload) => workload.namespace)).get(namespace) ?? []
  );
}

export function serviceNamed(
  { services }: Pick<World, 'services'>,
  namespace: string,
  name: string,
): WorldService | undefined {
  return named(services, namespace, name);
}

/** Of whatever kind; the first of several. */
export function workloadNamed(
  { workloads }: Pick<World, 'workloads'>,
  namespace: string,
  name: string,
): Workload | undefined {
  return named(workloads, namespace, name);
}

export function claimNamed({ claims }: Pick<World, 'claims'>, namespace: string, name: string): WorldClaim | undefined {
  return named(claims, namespace, name);
}

/** The first of the name. */
function named<T extends Named>(all: readonly T[], namespace: string, name: string): T | undefined {
  const known = madeFor(byName, all, () => {
    const made = new Map<string, T>();
    for (const one of all) if (!made.has(keyOf(one))) made.set(keyOf(one), one);
    return made;
  });
  return known.get(keyOf({ namespace, name })) as T | undefined;
}

function keyOf({ namespace, name }: Named): string {
  return `${namespace}/${name}`;
}

function madeFor<K extends WeakKey, V>(known: WeakMap<K, V>, key: K, make: () => V): V {
  const found = known.get(key);
  if (found !== undefined) return found;
  const made = make();
  known.set(key, made);
  return made;
}
