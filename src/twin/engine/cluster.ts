/**
 * The moves that change the cluster: the one place where the scheduler's state, the tables, the outcomes and the
 * listeners are kept in step.
 */
import type { Taint } from '../../kubernetes/tolerations.ts';
import type { WorldNode } from '../../inventory/world.ts';
import type { ClusterState, NodeIndex, PodIndex, ShapeIndex } from '../model/cluster-state.ts';
import type { Loss, Losses, Trouble } from '../outcomes/losses.ts';
import type { Recorder } from '../outcomes/recorder.ts';
import type { Clock } from './clock.ts';
import type { Column } from './journal.ts';
import type { Signals } from './signals.ts';
import type { Tables } from './tables.ts';
import { PHASE } from './tables.ts';

export interface NewPod {
  readonly workload: number;
  readonly shape: ShapeIndex;
  readonly ordinal: number;
  readonly revision: 0 | 1;
  readonly loss: Loss | undefined;
}

export interface Cluster {
  readonly createPod: (pod: NewPod) => PodIndex;
  /** The API holds the pod's node; it was placed in the scheduler's state before. */
  readonly bound: (pod: PodIndex) => void;
  readonly setReady: (pod: PodIndex, ready: boolean, trouble?: Trouble) => void;
  readonly setReported: (pod: PodIndex, reported: boolean, trouble?: Trouble) => void;
  /** `toMakeRoom`: preemption chose it. */
  readonly terminate: (pod: PodIndex, trouble: Trouble, toMakeRoom?: boolean) => void;
  readonly remove: (pod: PodIndex, trouble: Trouble) => void;
  readonly stopMachine: (node: NodeIndex, trouble: Trouble) => void;
  /** One of the faults that stopped it has ended; it runs again when that was the last, and its kubelet is heard once it is up. */
  readonly startMachine: (node: NodeIndex) => void;
  /** The machine has booted: its kubelet speaks. */
  readonly kubeletUp: (node: NodeIndex) => void;
  readonly silence: (node: NodeIndex) => void;
  readonly hear: (node: NodeIndex) => void;
  readonly setNodeReady: (node: NodeIndex, ready: boolean) => void;
  readonly setTaints: (node: NodeIndex, taints: readonly Taint[]) => void;
  readonly addNode: (node: WorldNode) => NodeIndex;
  readonly removeNode: (node: NodeIndex) => void;
  readonly setDesired: (workload: number, desired: number) => void;
  /** Pods of a workload that have an object, those that terminate among them. */
  readonly podsOf: (workload: number) => readonly PodIndex[];
  /** What the pod replaces, or its own loss. */
  readonly lossOf: (pod: PodIndex) => Loss | undefined;
  /** True while the same pod has the number. */
  readonly isStill: (pod: PodIndex, serial: number) => boolean;
}

interface Parts {
  readonly state: ClusterState;
  readonly tables: Tables;
  readonly clock: Clock;
  readonly signals: Signals;
  readonly losses: Losses;
  readonly recorder: Recorder;
}

export function clusterOf(parts: Parts): Cluster {
  /** Pods made during the run, by workload. */
  const added = new Map<number, PodIndex[]>();
  return {
    ...lifecycle(parts, added),
    ...ending(parts),
    ...questions(parts, added),
    ...nodeMoves(parts),
    ...workloadMoves(parts),
  };
}

type Lifecycle = Pick<Cluster, 'createPod' | 'bound' | 'setReady' | 'setReported'>;
type Ending = Pick<Cluster, 'terminate' | 'remove'>;
type Questions = Pick<Cluster, 'lossOf' | 'isStill' | 'podsOf'>;

function lifecycle(parts: Parts, added: Map<number, PodIndex[]>): Lifecycle {
  const { state, tables, clock, signals, losses } = parts;
  const { pods } = tables;
  const refresh = refreshOf(parts);
  return {
    createPod: ({ workload, shape, ordinal, revision, loss }) => {
      const pod = state.addPod(shape, clock.now());
      startPod(tables, pod, { workload, ordinal, revision, at: clock.now() });
      pods.loss.set(pod, loss === undefined ? 0 : loss.number + 1);
      if (loss !== undefined) loss.createdAt = clock.now();
      activeOf(tables, pod).add(workload, 1);
      const list = added.get(workload);
      if (list === undefined) added.set(workload, [pod]);
      else list.push(pod);
      signals.podCreated(pod);
      return pod;
    },
    bound: (pod) => {
      pods.phase.set(pod, PHASE.starting);
      const loss = losses.get(pods.loss.get(pod) - 1);
      if (loss !== undefined && loss.endedAt === undefined) {
        loss.boundAt = clock.now();
        loss.boundTo = state.nodeOfPod(pod);
      }
      signals.podBound(pod);
    },
    setReady: (pod, ready, trouble) => {
      pods.ready.set(pod, ready ? 1 : 0);
      refresh(pod, trouble);
    },
    setReported: (pod, reported, trouble) => {
      pods.reported.set(pod, reported ? 1 : 0);
      refresh(pod, trouble);
    },
  };
}

function ending(parts: Parts): Ending {
  const { state, tables, clock, signals, losses } = parts;
  const { pods } = tables;
  const refresh = refreshOf(parts);
  const openLoss = (pod: PodIndex): Loss | undefined => {
    const loss = losses.get(pods.loss.get(pod) - 1);
    return loss?.endedAt === undefined ? loss : undefined;
  };
  /** It no longer counts: it is its own loss, or what it should replace is without replacement again. */
  const discount = (pod: PodIndex): void => {
    activeOf(tables, pod).add(pods.workload.get(pod), -1);
    const loss = openLoss(pod);
    if (loss === undefined) return;
    if (loss.deletedAt === undefined) loss.deletedAt = clock.now();
    else losses.release(loss);
  };
  return {
    terminate: (pod, trouble, toMakeRoom = false) => {
      if (state.isTerminating(pod)) return;
      state.terminate(pod, toMakeRoom);
      refresh(pod, trouble);
      discount(pod);
      signals.podTerminating(pod);
    },
    remove: (pod, trouble) => {
      if (pods.phase.get(pod) === PHASE.none) return;
      const terminating = state.isTerminating(pod);
      pods.ready.set(pod, 0);
      pods.reported.set(pod, 0);
      refresh(pod, trouble);
      if (!terminating) discount(pod);
      const loss = openLoss(pod);
      if (loss !== undefined) loss.goneAt ??= clock.now();
      const node = state.nodeOfPod(pod);
      pods.phase.set(pod, PHASE.none);
      state.removePod(pod);
      signals.podGone(pod, node);
    },
  };
}

function questions({ tables, losses }: Parts, added: ReadonlyMap<number, PodIndex[]>): Questions {
  const { pods } = tables;
  return {
    lossOf: (pod) => losses.get(pods.loss.get(pod) - 1),
    isStill: (pod, serial) => pods.serial.get(pod) === serial && pods.phase.get(pod) !== PHASE.none,
    podsOf: (workload) => {
      const lives = (pod: PodIndex): boolean => pods.phase.get(pod) !== PHASE.none;
      return [...(tables.basePods[workload] ?? []).filter(lives), ...(added.get(workload) ?? []).filter(lives)];
    },
  };
}

/** How many pods of its template its workload has. */
function activeOf({ pods, workloads }: Tables, pod: PodIndex): Column {
  return pods.revision.get(pod) === 1 ? workloads.activeNew : workloads.active;
}

/** Serving, healthy for budgets, and what outcomes hear of it, after any change of a pod. */
function refreshOf({ state, tables, clock, signals, losses, recorder }: Parts) {
  const { pods, workloads, budgets } = tables;
  return (pod: PodIndex, trouble: Trouble | undefined): void => {
    const terminating = state.isTerminating(pod);
    const healthy = pods.reported.get(pod) === 1 && !terminating;
    const serves = healthy && pods.ready.get(pod) === 1 ? 1 : 0;
    const changed = countHealthy(pod, healthy);
    if (pods.serving.get(pod) === serves) {
      if (changed) signals.podServing(pod);
      return;
    }
    const workload = pods.workload.get(pod);
    const before = { ready: workloads.serving.get(workload), desired: workloads.desired.get(workload) };
    pods.serving.set(pod, serves);
    workloads.serving.add(workload, serves === 1 ? 1 : -1);
    recorder.note(workload, clock.now(), { ...before, ready: workloads.serving.get(workload) }, before);
    if (serves === 1) {
      pods.readySince.set(pod, clock.now());
      const loss = losses.get(pods.loss.get(pod) - 1);
      if (loss !== undefined && loss.endedAt === undefined) losses.end(loss, clock.now());
    } else {
      const loss = losses.open({
        workload,
        trouble: trouble ?? UNKNOWN,
        node: state.nodeOfPod(pod),
        ordinal: pods.ordinal.get(pod),
        at: clock.now(),
      });
      pods.loss.set(pod, loss.number + 1);
    }
    signals.podServing(pod);
  };

  function countHealthy(pod: PodIndex, healthy: boolean): boolean {
    if (pods.healthy.get(pod) === (healthy ? 1 : 0)) return false;
    pods.healthy.set(pod, healthy ? 1 : 0);
    workloads.healthy.add(pods.workload.get(pod), healthy ? 1 : -1);
    const template = state.shapeSource(state.shapeOfPod(pod)).template.id;
    for (const budget of budgets.ofTemplate.get(template) ?? []) {
      budgets.healthy.add(budget, healthy ? 1 : -1);
      state.setDisruptionsAllowed(budget, disruptionsAllowed(tables, budget));
    }
    return true;
  }
}

const UNKNOWN: Trouble = { causes: () => [] };

/** pkg/controller/disruption/disruption.go (updatePdbStatus) v1.36.3. */
export function disruptionsAllowed({ budgets }: Pick<Tables, 'budgets'>, budget: number): number {
  const desired = budgets.desired[budget];
  if (desired === undefined || (budgets.expected[budget] ?? 0) <= 0) return 0;
  return Math.max(0, budgets.healthy.get(budget) - desired);
}

/** Puts a pod into the tables as one that was just made. */
export function startPod(
  { pods, serials }: Tables,
  pod: PodIndex,
  { workload, ordinal, revision, at }: { workload: number; ordinal: number; revision: 0 | 1; at: number },
): void {
  serials.add(0, 1);
  pods.serial.set(pod, serials.get(0));
  pods.phase.set(pod, PHASE.pending);
  pods.workload.set(pod, workload);
  pods.ordinal.set(pod, ordinal);
  pods.revision.set(pod, revision);
  pods.ready.set(pod, 0);
  pods.reported.set(pod, 0);
  pods.serving.set(pod, 0);
  pods.healthy.set(pod, 0);
  pods.loss.set(pod, 0);
  pods.createdAt.set(pod, at);
  pods.readySince.set(pod, at);
}

type NodeMoves = Pick<
  Cluster,
  | 'stopMachine'
  | 'startMachine'
  | 'kubeletUp'
  | 'silence'
  | 'hear'
  | 'setNodeReady'
  | 'setTaints'
  | 'addNode'
  | 'removeNode'
>;

function nodeMoves(parts: Parts): NodeMoves {
  const { state, tables, signals } = parts;
  const { nodes, pods } = tables;
  const refresh = refreshOf(parts);
  const silence = (node: NodeIndex): void => {
    nodes.silent.add(node, 1);
    if (nodes.silent.get(node) === 1) signals.nodeSilent(node);
  };
  const hear = (node: NodeIndex): void => {
    nodes.silent.add(node, -1);
    if (nodes.silent.get(node) === 0) signals.nodeHeard(node);
  };
  return {
    silence,
    hear,
    kubeletUp: (node) => {
      if (nodes.muted.get(node) === 0) return;
      nodes.muted.set(node, 0);
      hear(node);
    },
    stopMachine: (node, trouble) => {
      nodes.stops.add(node, 1);
      if (nodes.running.get(node) === 0) return;
      nodes.running.set(node, 0);
      for (const pod of state.podsOn(node)) {
        pods.ready.set(pod, 0);
        refresh(pod, trouble);
      }
      signals.machineStopped(node);
      // It may stop again before its kubelet has spoken.
      if (nodes.muted.get(node) === 1) return;
      nodes.muted.set(node, 1);
      silence(node);
    },
    startMachine: (node) => {
      if (nodes.stops.get(node) > 0) nodes.stops.add(node, -1);
      if (nodes.running.get(node) === 1 || nodes.stops.get(node) > 0) return;
      nodes.running.set(node, 1);
      nodes.starts.add(node, 1);
      signals.machineStarted(node);
    },
    setNodeReady: (node, ready) => {
      if (nodes.ready.get(node) === (ready ? 1 : 0)) return;
      nodes.ready.set(node, ready ? 1 : 0);
      signals.nodeReadyChanged(node);
    },
    setTaints: (node, taints) => {
      state.setTaints(node, taints);
      signals.taintsChanged(node);
    },
    addNode: (world) => {
      const node = state.addNode(world);
      nodes.running.set(node, 1);
      nodes.ready.set(node, 1);
      nodes.silent.set(node, 0);
      signals.nodeAdded(node);
      return node;
    },
    removeNode: (node) => {
      if (!state.nodeExists(node)) return;
      state.removeNode(node);
      signals.nodeRemoved(node);
    },
  };
}

function workloadMoves({ tables, clock, recorder }: Parts): Pick<Cluster, 'setDesired'> {
  const { workloads } = tables;
  return {
    setDesired: (workload, desired) => {
      const ready = workloads.serving.get(workload);
      const before = { ready, desired: workloads.desired.get(workload) };
      if (before.desired === desired) return;
      workloads.desired.set(workload, desired);
      recorder.note(workload, clock.now(), { ready, desired }, before);
    },
  };
}
