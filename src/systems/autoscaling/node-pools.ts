/** The pools of the document as the machines of them register: places, labels, taints, sizes. */
import type { NodeTaint } from '../../facts.ts';
import { type Cluster, type Pool, poolMaxPerZone } from '../../spec/cluster.ts';
import type { DocumentPath } from '../../system.ts';
import { type Engine, engineOf, PRESENCE_FROM } from './engine.ts';
import { acceleratorOf, architectureOf, typesOf } from './machine-offers.ts';
import type { Section } from './section.ts';
import type { NodePool } from './settings.ts';

/** Label that every machine carries, by which pods and people choose a pool. */
export const POOL_LABEL = 'holdfast.dev/pool';
/** Cluster Autoscaler's AWS provider waits for the device plugin of machines with this label (cluster-autoscaler-1.36.1 cloudprovider/aws/README.md). */
export const ACCELERATOR_LABEL = 'k8s.amazonaws.com/accelerator';
/** The device plugin's chart chooses nodes by it where no node feature discovery runs (nvidia-device-plugin 0.20.0 values.yaml, affinity). */
export const GPU_PRESENT_LABEL = 'nvidia.com/gpu.present';
/** Key of the taint that GPU pools get when the document gives them none; the admission plugin ExtendedResourceToleration knows it by the resource's name. */
export const GPU_RESOURCE = 'nvidia.com/gpu';

/** Paths that say how many machines stand where. */
export const PLACES_FROM: readonly DocumentPath[] = [
  'spec.regions[].zones',
  'spec.pools[].zones',
  'spec.pools[].nodesPerZone',
];
export const GROWTH_FROM: readonly DocumentPath[] = [...PLACES_FROM, 'spec.pools[].maxNodesPerZone', ...PRESENCE_FROM];

/** All pools; without an engine a pool does not grow by itself, so its most is its least. */
export function nodePoolsOf(section: Pick<Section, 'engine'>, cluster: Cluster): readonly NodePool[] {
  const engine = engineOf(section, cluster);
  const places = placesIn(cluster);
  return cluster.pools.map((pool) => nodePool(pool, { engine, cluster, places }));
}

/** Machines that always run, in all zones. */
export function standingNodes(pool: NodePool): number {
  return pool.minNodesPerZone * zonesOfPool(pool).length;
}

/** Machines at most, in all zones. */
export function mostNodes(pool: NodePool): number {
  return pool.maxNodesPerZone * zonesOfPool(pool).length;
}

/** True if the engine may add machines. */
export function grows(pool: NodePool): boolean {
  return pool.maxNodesPerZone > pool.minNodesPerZone;
}

/** Zones of a pool over all its regions. */
export function zonesOfPool(pool: NodePool): readonly string[] {
  return pool.places.length === 1 ? (pool.places[0]?.zones ?? []) : pool.places.flatMap(({ zones }) => zones);
}

/** True if pods without tolerations run here. */
export function isOpen(pool: Pick<NodePool, 'taints'>): boolean {
  return pool.taints.every(({ effect }) => effect === 'PreferNoSchedule');
}

/** `dedicated=ai:NoSchedule`, as kubelet and Auto Scaling group tags write it. */
export function formatTaint({ key, value, effect }: NodeTaint): string {
  return `${key}=${value}:${effect}`;
}

interface Surroundings {
  readonly engine: Engine;
  readonly cluster: Cluster;
  readonly places: Places;
}

function nodePool(pool: Pool, { engine, cluster, places }: Surroundings): NodePool {
  const machineTypes = typesOf(pool, cluster);
  const { cpu, memory, pods, gpus } = pool.machine;
  const gpu = gpus > 0;
  const accelerator = gpu ? acceleratorOf(machineTypes) : null;
  return {
    name: pool.name,
    labels: {
      [POOL_LABEL]: pool.name,
      ...(accelerator === null ? {} : { [ACCELERATOR_LABEL]: accelerator, [GPU_PRESENT_LABEL]: 'true' }),
      ...pool.labels,
    },
    taints: gpu && isOpen(pool) ? [...pool.taints, GPU_TAINT] : pool.taints,
    machineTypes,
    architecture: architectureOf(machineTypes),
    cpu,
    memory,
    pods,
    gpus,
    accelerator,
    capacity: pool.capacity,
    priority: pool.priority,
    minNodesPerZone: pool.nodesPerZone,
    maxNodesPerZone: engine === 'none' ? pool.nodesPerZone : poolMaxPerZone(pool),
    places: placesOf(pool, places),
  };
}

const GPU_TAINT: NodeTaint = { key: GPU_RESOURCE, value: 'present', effect: 'NoSchedule' };

interface Places {
  /** Every place of the cluster; shared by all pools that name no zones. */
  readonly all: NodePool['places'];
  readonly regionOf: ReadonlyMap<string, number>;
}

function placesIn({ regions }: Cluster): Places {
  return {
    all: regions.map(({ name, zones }) => ({ region: name, zones })),
    regionOf: new Map(regions.flatMap(({ zones }, index) => zones.map((zone) => [zone, index] as const))),
  };
}

function placesOf(pool: Pool, { all, regionOf }: Places): NodePool['places'] {
  if (pool.zones === undefined) return all;
  const named = new Set(pool.zones);
  const touched = new Set(pool.zones.flatMap((zone) => regionOf.get(zone) ?? []));
  return all
    .filter((_, index) => touched.has(index))
    .map(({ region, zones }) => ({ region, zones: zones.filter((zone) => named.has(zone)) }));
}
