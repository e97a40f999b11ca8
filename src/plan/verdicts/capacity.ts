/** Whether the pods of a lost node or zone find room: placeholders keep it, an engine adds machines, or nobody knows. */
import { formatBytes, formatCpu } from '../../core/quantity.ts';
import type { Bytes, MilliCpu } from '../../core/units.ts';
import type { AutoscalingFacts, Facts, NodePoolFacts, SchedulingFacts } from '../../facts.ts';

/**
 * `kept`: placeholders hold room for the whole loss. `partly`: for the machines that always run, not for those that
 * the load has added. `ordered`: machines have to be added first. `unknown`: it depends on how full the others are.
 */
export type RoomKind = 'kept' | 'partly' | 'ordered' | 'unknown';

export interface RoomAfterLoss {
  readonly kind: RoomKind;
  /** Whole sentences. */
  readonly because: string;
}

/** Room for what one node, or one zone, of the pools without hard taints leaves to pods at most. */
export function roomAfterLoss(
  { autoscaling, scheduling }: Pick<Partial<Facts>, 'autoscaling' | 'scheduling'>,
  loss: 'node' | 'zone',
): RoomAfterLoss {
  if (!autoscaling)
    return { kind: 'unknown', because: 'No system plans capacity, so whether the pods find room is not known.' };
  const { engine } = autoscaling;
  const pools = openPools(autoscaling.pools, scheduling);
  const standing = loss === 'node' ? largestNode(pools) : largestZone(pools, (pool) => pool.minNodesPerZone);
  const grown = loss === 'node' || engine === 'none' ? standing : largestZone(pools, (pool) => pool.maxNodesPerZone);
  const what = loss === 'node' ? 'a node' : 'the machines of a zone that always run';
  const size = `${formatCpu(standing.cpu)} CPU and ${formatBytes(standing.memory)}`;
  if (covers(autoscaling.headroom, grown))
    return {
      kind: 'kept',
      because: `Placeholder pods keep room for all that ${loss === 'node' ? 'a node' : 'a zone'} can carry.`,
    };
  const canGrow = engine !== 'none' && growth(pools) >= standing.cpu;
  if (covers(autoscaling.headroom, standing)) {
    const because = `Placeholder pods keep room for all that ${what} can carry (${size}).`;
    if (!canGrow) return { kind: 'kept', because };
    return {
      kind: 'partly',
      because: `${because} Pods on machines that the load has added wait until ${engine} has added others.`,
    };
  }
  const lacks = `Placeholder pods do not keep room for all that ${what} can carry (${size})`;
  if (canGrow) return { kind: 'ordered', because: `${lacks}: ${engine} has to add machines first.` };
  const fixed = engine === 'none' ? 'nothing adds machines' : 'the pools may not grow by that much';
  return {
    kind: 'unknown',
    because: `${lacks}, and ${fixed}: whether the pods find room depends on how full the others are.`,
  };
}

interface Size {
  readonly cpu: MilliCpu;
  readonly memory: Bytes;
}

function covers(headroom: AutoscalingFacts['headroom'], lost: Size): boolean {
  if (!headroom) return false;
  const { replicas, cpu, memory } = headroom;
  return replicas * cpu >= lost.cpu && replicas * memory >= lost.memory;
}

/** Pools that take pods without tolerations, with what their machines leave to pods. */
function openPools(pools: readonly NodePoolFacts[], scheduling: SchedulingFacts | undefined): readonly NodePoolFacts[] {
  const reserved = new Map(scheduling?.reservations.map((one) => [one.pool, one]));
  return pools
    .filter(({ taints }) => taints.every(({ effect }) => effect === 'PreferNoSchedule'))
    .map((pool) => {
      const kept = reserved.get(pool.name);
      if (!kept) return pool;
      const cpu = pool.cpu - kept.kube.cpu - kept.system.cpu;
      const memory = pool.memory - kept.kube.memory - kept.system.memory - kept.evictionMemory;
      return { ...pool, cpu: Math.max(0, cpu), memory: Math.max(0, memory) };
    });
}

function largestNode(pools: readonly NodePoolFacts[]): Size {
  const standing = pools.filter(({ minNodesPerZone }) => minNodesPerZone > 0);
  return largest(standing.map(({ cpu, memory }) => ({ cpu, memory })));
}

function largestZone(pools: readonly NodePoolFacts[], nodesIn: (pool: NodePoolFacts) => number): Size {
  const sums = new Map<string, Size>();
  for (const pool of pools) {
    const nodes = nodesIn(pool);
    for (const zone of pool.places.flatMap(({ zones }) => zones)) {
      const { cpu, memory } = sums.get(zone) ?? { cpu: 0, memory: 0 };
      sums.set(zone, { cpu: cpu + nodes * pool.cpu, memory: memory + nodes * pool.memory });
    }
  }
  return largest([...sums.values()]);
}

/** The largest CPU and the largest memory may be lost with different places; room for both covers each. */
function largest(sizes: readonly Size[]): Size {
  return {
    cpu: sizes.reduce((most, { cpu }) => Math.max(most, cpu), 0),
    memory: sizes.reduce((most, { memory }) => Math.max(most, memory), 0),
  };
}

/** CPU that the pools may add over all zones but one. */
function growth(pools: readonly NodePoolFacts[]): MilliCpu {
  return pools.reduce((sum, pool) => {
    const zones = pool.places.reduce((count, place) => count + place.zones.length, 0);
    return sum + Math.max(0, zones - 1) * (pool.maxNodesPerZone - pool.minNodesPerZone) * pool.cpu;
  }, 0);
}
