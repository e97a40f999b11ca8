/** Sizes that follow from how many nodes and pods the control plane looks after. */
import type { Bytes, MilliCpu } from '../../core/units.ts';
import { type Cluster, poolMaxPerZone, poolNodes, poolZones, zonesOf } from '../../spec/cluster.ts';
import { machineTypes } from '../../spec/machine-types.ts';
import type { Section } from './section.ts';

const GIB = 2 ** 30;

/** Nodes that the pools may grow to. */
export function mostNodes(cluster: Cluster): number {
  return cluster.pools.reduce((sum, pool) => sum + poolMaxPerZone(pool) * poolZones(pool, cluster).length, 0);
}

/** The most pods that one zone may hold by its kubelets' limits: what has to move when it is lost. */
export function podsOfLargestZone(cluster: Cluster): number {
  const perZone = zonesOf(cluster).map(({ zone }) =>
    cluster.pools.reduce(
      (sum, pool) => sum + (poolZones(pool, cluster).includes(zone) ? poolMaxPerZone(pool) * pool.machine.pods : 0),
      0,
    ),
  );
  return Math.max(0, ...perZone);
}

/** Share of all always-running nodes that stand in the zone with fewest of them; 0 for none. */
export function smallestZoneShare(cluster: Cluster): {
  readonly share: number;
  readonly nodes: number;
  readonly zones: number;
} {
  const nodes = cluster.pools.reduce((sum, pool) => sum + poolNodes(pool, cluster), 0);
  const perZone = zonesOf(cluster)
    .map(({ zone }) =>
      cluster.pools.reduce((sum, pool) => sum + (poolZones(pool, cluster).includes(zone) ? pool.nodesPerZone : 0), 0),
    )
    .filter((count) => count > 0);
  return { share: nodes === 0 ? 0 : Math.min(...perZone) / nodes, nodes, zones: perZone.length };
}

export interface MachineSize {
  readonly type: string | null;
  readonly cpu: MilliCpu;
  readonly memory: Bytes;
  readonly storage: Bytes;
}

/** Steps of control-plane machines by nodes: 4 cores up to 100, 8 up to 500, 16 above (Kubernetes, "Considerations for large clusters", sizes of control planes). */
const STEPS = [
  { nodes: 100, type: 'm7i.xlarge' },
  { nodes: 500, type: 'm7i.2xlarge' },
  { nodes: Number.POSITIVE_INFINITY, type: 'm7i.4xlarge' },
] as const;

/** The size of one member: as written, or by the number of nodes. */
export function machineFor({ machine }: Section, cluster: Cluster): MachineSize {
  const step = STEPS.find(({ nodes }) => mostNodes(cluster) <= nodes)?.type ?? 'm7i.4xlarge';
  const type = machine.type ?? (machine.cpu === undefined && machine.memory === undefined ? step : undefined);
  const known = machineTypes[type ?? step];
  return {
    type: cluster.provider === 'aws' ? (type ?? step) : (machine.type ?? null),
    cpu: machine.cpu ?? known?.cpu ?? 4_000,
    memory: machine.memory ?? known?.memory ?? 16 * GIB,
    storage: machine.storage ?? 100 * GIB,
  };
}
