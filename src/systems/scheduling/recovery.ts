/** The losses that the objectives speak of, in this cluster's numbers, and the timers that follow from them. */
import type { Millis } from '../../core/units.ts';
import {
  type ClientLimits,
  KUBERNETES_CLIENTS,
  KUBERNETES_TIMERS,
  type Loss,
  type RecoveryEstimate,
  type RecoveryInput,
  recoveryInput,
  recoveryOf,
} from '../../availability/recovery.ts';
import { clientLimitsFor } from '../../availability/client-limits.ts';
import { type ChosenTimers, timersFor } from '../../availability/timers-for.ts';
import { type Cluster, poolMaxPerZone, poolZones } from '../../spec/cluster.ts';
import type { DocumentPath } from '../../system.ts';
import type { Section } from './section.ts';

/** Machines of a control plane of one's own: at most five, over the zones of the first region. */
const MOST_MEMBERS = 5;
/** A pod whose image is on the node and whose first probe succeeds. */
const FASTEST_START: Millis = 1_000;

export interface Recovery extends ChosenTimers {
  readonly grace: Millis;
  /** False where the provider runs the controllers. */
  readonly settable: boolean;
  readonly clients: ClientLimits;
  readonly zoneLoss: Loss;
  readonly zone: RecoveryEstimate;
  readonly largestZone: string;
  readonly zones: readonly string[];
}

/** Paths that the timers and the recovery times follow. */
export const RECOVERY_FROM: readonly DocumentPath[] = [
  'spec.objectives.nodeFailureRecovery',
  'spec.objectives.zoneFailureRecovery',
  'spec.controlPlane.kind',
  'spec.regions[].zones',
  'spec.pools[].nodesPerZone',
  'spec.pools[].maxNodesPerZone',
  'spec.pools[].zones',
  'spec.pools[].machine.pods',
  'spec.scheduling.toleration',
  'spec.scheduling.nodeMonitorGracePeriod',
  'spec.scheduling.nodeEvictionRate',
  'spec.scheduling.podStart',
  'spec.scheduling.podsPerNode',
];

/** Chooses the timers for the document's promises. */
export function recoveryFor(section: Section, cluster: Cluster): Recovery {
  const settable = cluster.controlPlane.kind !== 'eks';
  const grace = (settable ? section.nodeMonitorGracePeriod : undefined) ?? KUBERNETES_TIMERS.nodeMonitorGracePeriod;
  const { zone: largestZone, nodes, others, zones, podRooms } = sizes(cluster);
  const clients = settable ? clientLimitsFor(podRooms) : KUBERNETES_CLIENTS;
  const podsPerNode = Math.min(section.podsPerNode, Math.max(1, ...cluster.pools.map(({ machine }) => machine.pods)));
  const nodeLoss: Loss = { zoneNodes: nodes, lostNodes: 1, otherReadyNodes: others, podsPerNode, leaders: 'elsewhere' };
  const zoneLoss: Loss = { ...nodeLoss, lostNodes: nodes, leaders: 'may-be-lost' };
  const input = (loss: Loss): RecoveryInput =>
    recoveryInput({
      loss,
      clients,
      timers: { ...KUBERNETES_TIMERS, nodeMonitorGracePeriod: grace },
      capacity: { kind: 'placeholders' },
      start: { least: Math.min(FASTEST_START, section.podStart), most: section.podStart },
    });
  const rate = settable ? section.nodeEvictionRate : KUBERNETES_TIMERS.nodeEvictionRate;
  const chosen = timersFor({
    node: { within: cluster.objectives.nodeFailureRecovery, input: input(nodeLoss) },
    zone: { within: cluster.objectives.zoneFailureRecovery, input: input(zoneLoss) },
    fixed: { toleration: section.toleration, nodeEvictionRate: rate },
  });
  const timers = {
    ...KUBERNETES_TIMERS,
    nodeMonitorGracePeriod: grace,
    toleration: chosen.toleration,
    nodeEvictionRate: chosen.nodeEvictionRate,
  };
  return {
    ...chosen,
    node: withFastClients({ ...input(nodeLoss), timers }),
    zone: withFastClients({ ...input(zoneLoss), timers }),
    grace,
    settable,
    clients,
    zoneLoss,
    largestZone,
    zones,
  };
}

/** A client with higher limits only shortens a recovery: the lower bounds count calls as free. */
function withFastClients(input: RecoveryInput): RecoveryEstimate {
  const free = { qps: 1_000_000, burst: 1_000_000 };
  const slow = recoveryOf(input);
  const fast = recoveryOf({ ...input, clients: { controllerManager: free, scheduler: free } });
  return {
    ...slow,
    steps: slow.steps.map((step, index) => ({
      ...step,
      last: { ...step.last, least: fast.steps[index]?.last.least ?? 0 },
    })),
    first: { ...slow.first, least: fast.first.least },
    last: { ...slow.last, least: fast.last.least },
  };
}

interface Sizes {
  readonly zone: string;
  readonly nodes: number;
  /** Nodes in all other zones. */
  readonly others: number;
  readonly zones: readonly string[];
  /** Pods that the zone with most of them has room for. */
  readonly podRooms: number;
}

/** The largest zone when every pool has grown to its most; an EKS cluster has the zones of one region. */
function sizes(cluster: Cluster): Sizes {
  const regions = cluster.controlPlane.kind === 'eks' ? cluster.regions.slice(0, 1) : cluster.regions;
  const [home] = regions;
  const members = cluster.controlPlane.kind === 'eks' ? 0 : Math.ceil(MOST_MEMBERS / (home?.zones.length ?? 1));
  const count = new Map(
    regions.flatMap((region) => region.zones.map((zone) => [zone, region === home ? members : 0] as const)),
  );
  const rooms = new Map<string, number>();
  for (const pool of cluster.pools) {
    for (const zone of poolZones(pool, cluster)) {
      rooms.set(zone, (rooms.get(zone) ?? 0) + poolMaxPerZone(pool) * pool.machine.pods);
      const before = count.get(zone);
      if (before !== undefined) count.set(zone, before + poolMaxPerZone(pool));
    }
  }
  const [first = ['', 0] as const, ...more] = count;
  const [zone, nodes] = more.reduce((most, one) => (one[1] > most[1] ? one : most), first);
  const all = [...count.values()].reduce((sum, one) => sum + one, 0);
  return {
    zone,
    nodes: Math.max(1, nodes),
    others: all - nodes,
    zones: [...count.keys()],
    podRooms: Math.max(0, ...rooms.values()),
  };
}
