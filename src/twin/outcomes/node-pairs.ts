/** Pairs of nodes whose loss together can do more than each alone: a workload, a budget or a claim has pods on both. */
import type { World, WorldPod } from '../../inventory/world.ts';

/** A workload on more nodes than this has more pods than two nodes could take from it. */
const MOST_NODES = 20;

export function nodePairs(
  world: World,
  names: readonly string[],
  nodeOf: (pod: WorldPod) => string | undefined,
): readonly (readonly [string, string])[] {
  const places = new Map(names.map((name, place) => [name, place]));
  const pairs = new Set<number>();
  const groups = [
    ...world.workloads.map((workload) => [workload]),
    ...world.budgets.map(({ workloads }) => workloads),
    ...world.claims.map(({ workloads }) => workloads),
  ].filter((workloads) => workloads.every(({ kind }) => kind !== 'DaemonSet'));
  for (const workloads of groups) {
    const on = new Set(workloads.flatMap(({ pods }) => pods.flatMap((pod) => places.get(nodeOf(pod) ?? '') ?? [])));
    if (on.size > MOST_NODES) continue;
    const sorted = [...on].sort((a, b) => a - b);
    for (const [place, one] of sorted.entries())
      for (const other of sorted.slice(place + 1)) pairs.add(one * names.length + other);
  }
  return [...pairs]
    .sort((a, b) => a - b)
    .map((pair) => [names[Math.floor(pair / names.length)] ?? '', names[pair % names.length] ?? '']);
}
