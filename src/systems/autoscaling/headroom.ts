/**
 * How much room placeholder pods hold for the pods of a lost machine, zone or region.
 * With room H in all, h of it on what is lost and A lost in all, A − h has to move and H − h is left for it; that is
 * enough for every h exactly when H ≥ A. So the room is the whole size of the largest loss.
 */
import type { Bytes, MilliCpu } from '../../core/units.ts';
import type { KubeletReservation, SchedulingFacts } from '../../facts.ts';
import { type Cluster, zonesOf } from '../../spec/cluster.ts';
import type { DocumentPath } from '../../system.ts';
import { isOpen, PLACES_FROM, zonesOfPool } from './node-pools.ts';
import type { Section } from './section.ts';
import type { NodePool } from './settings.ts';

export type Loss = 'none' | 'node' | 'zone' | 'region';

export interface Room {
  readonly loss: Exclude<Loss, 'none'>;
  /** Name of the machine's pool, zone or region whose loss is the largest. */
  readonly largest: string;
  readonly lostCpu: MilliCpu;
  readonly lostMemory: Bytes;
  readonly replicas: number;
  readonly podCpu: MilliCpu;
  readonly podMemory: Bytes;
}

const MEBIBYTE = 2 ** 20;
/** Four placeholders per machine: a displaced pod of up to a whole machine finds room by evicting several from one node. */
const PODS_PER_MACHINE = 4;
/** Cluster Autoscaler ignores pods below its --expendable-pods-priority-cutoff, -10 by default: it would never bring the room back. */
const LEAST_PRIORITY = -10;

/** The loss that the room stands in for: as written, else the promise or `survive`. */
export function lossOf(
  section: Pick<Section, 'headroom'>,
  cluster: Pick<Cluster, 'survive' | 'objectives' | 'regions'>,
): Loss {
  if (section.headroom.loss !== undefined) return section.headroom.loss;
  const promised = cluster.objectives.zoneFailureRecovery !== undefined && zonesOf(cluster).length > 1;
  return cluster.survive === 'node' && promised ? 'zone' : cluster.survive;
}

/** The room, or null when no loss is to be covered or no open pool has machines that always run. */
export function roomFor(
  section: Section,
  cluster: Cluster,
  from: { readonly pools: readonly NodePool[]; readonly reservations: SchedulingFacts['reservations'] },
): Room | null {
  const loss = lossOf(section, cluster);
  const reserved = new Map(from.reservations.map((one) => [one.pool, one]));
  const open = from.pools
    .filter((pool) => isOpen(pool) && sizedFor(pool, section) > 0)
    .map((pool) => allocatable(pool, reserved.get(pool.name)));
  if (loss === 'none' || open.length === 0) return null;
  const largest = largestLoss(loss, open, section);
  const podCpu = section.headroom.cpu ?? quarter(Math.min(...open.map(({ cpu }) => cpu)), 10);
  const podMemory = section.headroom.memory ?? quarter(Math.min(...open.map(({ memory }) => memory)), MEBIBYTE);
  const replicas = Math.max(Math.ceil(largest.cpu / podCpu), Math.ceil(largest.memory / podMemory));
  return { loss, largest: largest.name, lostCpu: largest.cpu, lostMemory: largest.memory, replicas, podCpu, podMemory };
}

/** What the room follows. */
export const HEADROOM_FROM: readonly DocumentPath[] = [
  'spec.survive',
  'spec.objectives.zoneFailureRecovery',
  'spec.autoscaling.headroom',
  'spec.pools[].machine',
  'spec.pools[].taints',
  ...PLACES_FROM,
];

/** The priority class below every ordinary pod that Cluster Autoscaler still makes room for; null when the scheduling has none. */
export function placeholderClass(scheduling: Pick<SchedulingFacts, 'priorityClasses'>): string | null {
  const fitting = scheduling.priorityClasses.filter(({ value }) => value < 0 && value >= LEAST_PRIORITY);
  return fitting.toSorted((a, b) => a.value - b.value)[0]?.name ?? null;
}

/** The pool with what its machines leave to pods: capacity less what the kubelets keep back. */
function allocatable(pool: NodePool, reserved: KubeletReservation | undefined): NodePool {
  if (reserved === undefined) return pool;
  const { kube, system, evictionMemory } = reserved;
  return {
    ...pool,
    cpu: Math.max(0, pool.cpu - kube.cpu - system.cpu),
    memory: Math.max(0, pool.memory - kube.memory - system.memory - evictionMemory),
  };
}

interface Lost {
  readonly name: string;
  readonly cpu: MilliCpu;
  readonly memory: Bytes;
}

function sizedFor(pool: NodePool, { headroom }: Pick<Section, 'headroom'>): number {
  return headroom.nodesPerZone ?? pool.minNodesPerZone;
}

function largestLoss(loss: Exclude<Loss, 'none'>, pools: readonly NodePool[], section: Section): Lost {
  if (loss === 'node') return largestOf(pools.map(({ name, cpu, memory }) => ({ name, cpu, memory })));
  const sums = new Map<string, Lost>();
  for (const pool of pools) {
    const nodes = sizedFor(pool, section);
    for (const { region, zones } of pool.places) {
      for (const name of loss === 'region' ? [region] : zones) {
        const count = nodes * (loss === 'region' ? zones.length : 1);
        const before = sums.get(name) ?? { name, cpu: 0, memory: 0 };
        sums.set(name, { name, cpu: before.cpu + count * pool.cpu, memory: before.memory + count * pool.memory });
      }
    }
  }
  return largestOf([...sums.values()]);
}

/** The largest CPU and the largest memory may be lost with different places; room for both covers each. */
function largestOf(losses: readonly Lost[]): Lost {
  const cpu = Math.max(0, ...losses.map((lost) => lost.cpu));
  const memory = Math.max(0, ...losses.map((lost) => lost.memory));
  return { name: losses.find((lost) => lost.cpu === cpu)?.name ?? '', cpu, memory };
}

function quarter(whole: number, step: number): number {
  return Math.max(step, Math.floor(whole / PODS_PER_MACHINE / step) * step);
}

/** Zones that hold machines of open pools: where placeholders and add-ons can run. */
export function openZones(pools: readonly NodePool[]): readonly string[] {
  const zones = new Set<string>();
  for (const pool of pools)
    if (isOpen(pool) && pool.minNodesPerZone > 0) zonesOfPool(pool).forEach((zone) => zones.add(zone));
  return [...zones];
}
