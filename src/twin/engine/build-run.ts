/** Puts a run together: clock, cluster, controllers, faults. Cheap: a sweep builds one per failure. */
import type { Scenario } from '../../faults/scenario.ts';
import type { World } from '../../inventory/world.ts';
import type { ControlPlaneTimeline } from '../control-plane/timeline.ts';
import { admissionOf } from '../controllers/admission.ts';
import { cloudNodes } from '../controllers/cloud-nodes.ts';
import { DaemonSets } from '../controllers/daemon-sets.ts';
import { Deployments } from '../controllers/deployments.ts';
import { Drains } from '../controllers/drains.ts';
import type { Nodes } from '../controllers/faults.ts';
import { faults } from '../controllers/faults.ts';
import { Jobs } from '../controllers/jobs.ts';
import { Kubelet } from '../controllers/kubelet.ts';
import { NodeLifecycle } from '../controllers/node-lifecycle.ts';
import { nodeRepair } from '../controllers/node-repair.ts';
import { podGarbageCollection } from '../controllers/pod-gc.ts';
import { Provisioner } from '../controllers/provisioner.ts';
import { ReplicaSets } from '../controllers/replica-sets.ts';
import { SchedulerLoop } from '../controllers/scheduler.ts';
import { StatefulSets } from '../controllers/stateful-sets.ts';
import { taintEviction } from '../controllers/taint-eviction.ts';
import { volumesOf } from '../controllers/volumes.ts';
import type { ZoneCounts } from '../controllers/zone-states.ts';
import type { ClusterState } from '../model/cluster-state.ts';
import { lossesOf } from '../outcomes/losses.ts';
import { nodeTroublesOf } from '../outcomes/node-trouble.ts';
import { recorderOf } from '../outcomes/recorder.ts';
import { clientOf } from './api-client.ts';
import { chanceOf } from './chance.ts';
import { clockOf } from './clock.ts';
import { clusterOf } from './cluster.ts';
import { gateOf } from './gate.ts';
import type { TwinOptions } from './options.ts';
import type { Run } from './run.ts';
import { signalsOf } from './signals.ts';
import type { WaitingPod } from './settle.ts';
import type { Tables } from './tables.ts';

/** What is found once for a world. */
export interface Ground {
  readonly world: World;
  readonly state: ClusterState;
  readonly tables: Tables;
  readonly options: TwinOptions;
  readonly nodes: Nodes;
  readonly zones: ZoneCounts;
  readonly waiting: readonly WaitingPod[];
}

export interface Controllers {
  readonly jobs: Jobs;
  readonly kubelet: Kubelet;
  readonly nodeLifecycle: NodeLifecycle;
  readonly replicaSets: ReplicaSets;
  readonly statefulSets: StatefulSets;
  readonly daemonSets: DaemonSets;
  readonly deployments: Deployments;
  readonly drains: Drains;
  readonly scheduler: SchedulerLoop;
  readonly provisioner?: Provisioner;
}

export interface BuiltRun extends Run, Controllers {
  readonly assumed: ReadonlySet<string>;
}

/** What differs from run to run. */
export interface Question {
  readonly scenario: Scenario;
  readonly timeline: ControlPlaneTimeline;
  readonly seed: number;
}

export function buildRun(ground: Ground, question: Question): BuiltRun {
  const run = bareRun(ground, question);
  const { timeline } = question;
  const controllers = startControllers(run, ground);
  faults(run, ground.nodes);
  for (const { pod, failure } of ground.waiting) controllers.scheduler.seed(pod, failure);
  const restarted = run.clock.kind('world', () => run.signals.managerRestarted());
  for (const at of timeline.takeovers) if (at > 0) run.clock.at(at, restarted);
  return { ...run, ...controllers };
}

function startControllers(run: Run, { zones, nodes, options }: Ground): Controllers {
  const admission = admissionOf(run);
  const sets = {
    replicaSets: new ReplicaSets(run, admission),
    statefulSets: new StatefulSets(run, admission),
    daemonSets: new DaemonSets(run),
  };
  const controllers = {
    ...sets,
    jobs: new Jobs(run, admission),
    kubelet: new Kubelet(run, volumesOf(run)),
    nodeLifecycle: new NodeLifecycle(run, zones),
    deployments: new Deployments(run, sets),
    drains: new Drains(run, nodes),
    scheduler: new SchedulerLoop(run),
  };
  taintEviction(run);
  podGarbageCollection(run);
  cloudNodes(run, nodes, controllers.drains);
  if (options.repair !== undefined) nodeRepair(run, options.repair);
  const { provisioning } = options;
  return provisioning === undefined
    ? controllers
    : {
        ...controllers,
        provisioner: new Provisioner(run, provisioning, () => controllers.scheduler.unschedulable()),
      };
}

function bareRun(
  { world, state, tables, options }: Ground,
  { scenario, timeline, seed }: Question,
): Run & Pick<BuiltRun, 'assumed'> {
  const { settings } = world.controlPlane;
  const gate = gateOf(timeline);
  const clock = clockOf(gate);
  const signals = signalsOf();
  const losses = lossesOf();
  const recorder = recorderOf();
  const assumed = new Set<string>();
  return {
    world,
    settings,
    scenario,
    horizon: scenario.horizon,
    options,
    timeline,
    gate,
    clock,
    seed,
    chance: chanceOf(seed),
    state,
    tables,
    signals,
    losses,
    troubles: nodeTroublesOf(),
    rollouts: new Map(),
    recorder,
    cluster: clusterOf({ state, tables, clock, signals, losses, recorder }),
    client: () => clientOf(clock, { qps: settings.controllerManagerQps, burst: settings.controllerManagerBurst }),
    assume: (sentence) => assumed.add(sentence),
    assumed,
  };
}
