/**
 * The cluster at rest, before anything breaks: what has a node runs there, what has none is placed as the scheduler would
 * place it, and what nothing fits waits.
 */
import { assert } from '../../core/error.ts';
import type { World } from '../../inventory/world.ts';
import type { ClusterState, PodIndex, SchedulingFailure } from '../model/cluster-state.ts';
import { startPod } from './cluster.ts';
import type { Tables } from './tables.ts';
import { PHASE } from './tables.ts';

export interface WaitingPod {
  readonly pod: PodIndex;
  readonly failure: SchedulingFailure;
}

/** Fills the tables and places what waits. Gives the pods that no node fits. */
export function settle(world: World, state: ClusterState, tables: Tables): readonly WaitingPod[] {
  for (let node = 0; node < state.nodeCount; node += 1) {
    const { ready } = state.nodeSource(node);
    tables.nodes.running.set(node, ready ? 1 : 0);
    tables.nodes.ready.set(node, ready ? 1 : 0);
    tables.nodes.silent.set(node, ready ? 0 : 1);
    // What keeps it away is no fault of the scenario: none of those that end brings it back.
    tables.nodes.stops.set(node, ready ? 0 : 1);
    tables.nodes.muted.set(node, ready ? 0 : 1);
  }
  const pending: PodIndex[] = [];
  for (const [index, workload] of world.workloads.entries()) {
    tables.workloads.desired.set(index, workload.replicas);
    tables.workloads.target.set(index, workload.replicas);
    for (const one of workload.pods) {
      const pod = state.podOf(one);
      if (pod === undefined) continue;
      startPod(tables, pod, { workload: index, ordinal: one.ordinal ?? -1, revision: 0, at: -1 });
      if (!state.isTerminating(pod)) tables.workloads.active.add(index, 1);
      if (state.nodeOfPod(pod) < 0) pending.push(pod);
      else settlePod(state, tables, pod, one.ready !== false);
    }
    pending.push(...missingPods(state, tables, index));
  }
  return placeAll(state, tables, pending);
}

/** Pods that a controller wants and nobody gave. */
function missingPods(state: ClusterState, tables: Tables, workload: number): readonly PodIndex[] {
  const shape = tables.shapes[workload];
  const missing = tables.workloads.desired.get(workload) - tables.workloads.active.get(workload);
  const first = tables.basePods[workload]?.[0];
  if (shape === undefined || missing <= 0 || first === undefined || tables.pods.ordinal.get(first) >= 0) return [];
  return Array.from({ length: missing }, () => {
    const pod = state.addPod(shape, -1);
    startPod(tables, pod, { workload, ordinal: -1, revision: 0, at: -1 });
    tables.workloads.active.add(workload, 1);
    tables.basePods[workload]?.push(pod);
    return pod;
  });
}

function placeAll(state: ClusterState, tables: Tables, pending: readonly PodIndex[]): readonly WaitingPod[] {
  const waiting: WaitingPod[] = [];
  const priority = (pod: PodIndex): number => state.priorityOf(state.shapeOfPod(pod));
  const line = [...pending].sort((a, b) => priority(b) - priority(a) || a - b);
  /** Shapes that nothing fits any more: placing others only takes room away. */
  const refused = new Map<number, SchedulingFailure>();
  for (const pod of line) {
    const shape = state.shapeOfPod(pod);
    const known = refused.get(shape);
    if (known !== undefined) {
      waiting.push({ pod, failure: known });
      continue;
    }
    const result = state.schedule(pod);
    if (result.kind === 'bound') {
      state.place(pod, result.node);
      settlePod(state, tables, pod, true);
    } else {
      // What preemption could do for it happens when the scenario has begun.
      refused.set(shape, result.failure);
      waiting.push({ pod, failure: result.failure });
    }
  }
  return waiting;
}

function settlePod(state: ClusterState, tables: Tables, pod: PodIndex, ready: boolean): void {
  const { pods, workloads, budgets, nodes } = tables;
  const node = state.nodeOfPod(pod);
  const workload = pods.workload.get(pod);
  assert(node >= 0 && workload >= 0, `pod ${pod} has no node or no workload`);
  pods.phase.set(pod, PHASE.running);
  const alive = nodes.ready.get(node) === 1 && ready && state.nodeExists(node);
  if (!alive || state.isTerminating(pod)) return;
  pods.ready.set(pod, 1);
  pods.reported.set(pod, 1);
  pods.healthy.set(pod, 1);
  pods.serving.set(pod, 1);
  workloads.serving.add(workload, 1);
  workloads.healthy.add(workload, 1);
  const template = state.shapeSource(state.shapeOfPod(pod)).template.id;
  for (const budget of budgets.ofTemplate.get(template) ?? []) budgets.healthy.add(budget, 1);
}
