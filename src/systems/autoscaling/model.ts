/** Everything that decisions, needs, alerts and runbooks read, computed once per plan. */
import type { Millis } from '../../core/units.ts';
import type { Cluster } from '../../spec/cluster.ts';
import type { PlanContext } from '../../system.ts';
import { engineOf, holderOf, type Engine, type Holder } from './engine.ts';
import { openZones, placeholderClass, roomFor, type Room } from './headroom.ts';
import { nodePoolsOf } from './node-pools.ts';
import { scaledWorkloads } from './pod-scaling.ts';
import type { Section } from './section.ts';
import { engineSize, metricsServerSize, type Size } from './sizing.ts';
import { nodeReadyTime, scaleUpStages, type ScaleUpStages } from './timing.ts';
import { largestShare } from './unready.ts';
import type { NodePool, ScaledWorkload } from './settings.ts';

export type Context = PlanContext<'scheduling' | 'control-plane'>;

export interface Model {
  readonly section: Section;
  readonly cluster: Cluster;
  readonly plans: Context['plans'];
  readonly engine: Engine;
  readonly holder: Holder;
  readonly pools: readonly NodePool[];
  /** Zones where add-ons can run. */
  readonly addOnZones: readonly string[];
  readonly room: Room | null;
  readonly priorityClass: string;
  readonly ownPriorityClass: boolean;
  readonly nodeReady: { readonly least: Millis; readonly most: Millis } | null;
  readonly stages: ScaleUpStages | null;
  readonly unreadyShare: number;
  readonly workloads: readonly ScaledWorkload[];
  readonly metricsServer: Size;
  readonly engineSize: Size;
  readonly gpuPools: readonly NodePool[];
}

/** The class that is rendered here when the scheduling has none that suits. */
export const OWN_CLASS = 'headroom';

/** Computes it; pure. */
export function modelOf(section: Section, { cluster, plans }: Context): Model {
  const engine = engineOf(section, cluster);
  const pools = nodePoolsOf(section, cluster);
  const known = placeholderClass(plans.scheduling.facts);
  const podsPerSecond = plans['control-plane'].facts.controllerManager.qps;
  return {
    section,
    cluster,
    plans,
    engine,
    holder: holderOf(cluster),
    pools,
    addOnZones: openZones(pools),
    room: roomFor(section, cluster, { pools, reservations: plans.scheduling.facts.reservations }),
    priorityClass: known ?? OWN_CLASS,
    ownPriorityClass: known === null,
    nodeReady: nodeReadyTime(engine, section),
    stages: scaleUpStages(engine, section, { pools, podsPerSecond }),
    unreadyShare: largestShare(cluster, pools),
    workloads: scaledWorkloads(section, cluster),
    metricsServer: metricsServerSize(cluster),
    engineSize: engineSize(engine, pools),
    gpuPools: pools.filter(({ gpus }) => gpus > 0),
  };
}

/** True if KEDA scales any workload. */
export function needsKeda({ workloads }: Pick<Model, 'workloads'>): boolean {
  return workloads.some(({ by }) => by === 'keda');
}
