/**
 * Deletes pods from nodes with NoExecute taints once their tolerations have run out. Disruption budgets are not asked.
 * Kubernetes v1.36.3 pkg/controller/tainteviction/taint_eviction.go: a timer per pod that is kept when taints change and
 * cancelled when none is left; each eviction is GET, status PATCH, DELETE and an event of a client of its own, all pods
 * at the same time. Timers are in memory: a new leader starts them anew.
 */
import type { Millis } from '../../core/units.ts';
import type { Taint } from '../../kubernetes/tolerations.ts';
import { evictionDelaySeconds } from '../../kubernetes/tolerations.ts';
import { WATCH } from '../engine/api-client.ts';
import type { Run } from '../engine/run.ts';
import type { NodeIndex, PodIndex } from '../model/cluster-state.ts';
import type { Trouble } from '../outcomes/losses.ts';
import { CACHE_SYNC } from './node-lifecycle.ts';

export function taintEviction(run: Run): void {
  const { clock, state, tables, cluster, signals, troubles, world } = run;
  const client = run.client();
  /** Serial of the pod that each timer is for. */
  const timers = new Map<PodIndex, number>();
  const tainted = new Set<NodeIndex>();

  const nodeUpdated = clock.kind('manager', (node) => handleNode(node));
  const fired = clock.kind('manager', (pod, serial) => {
    if (timers.get(pod) !== serial) return;
    timers.delete(pod);
    evict(pod, serial);
  });
  const got = clock.kind('manager', (pod, serial) => ask(pod, serial, patched));
  const patched = clock.kind('manager', (pod, serial) => ask(pod, serial, deleted));
  const deleted = clock.kind('manager', (pod, serial) => {
    if (cluster.isStill(pod, serial)) cluster.terminate(pod, troubleOf(state.nodeOfPod(pod)));
  });

  signals.listen({
    taintsChanged: (node) => clock.at(clock.now() + WATCH, nodeUpdated, node),
    podBound: (pod) => {
      const node = state.nodeOfPod(pod);
      if (tainted.has(node)) handlePod(pod, state.taintsOf(node).filter(isNoExecute));
    },
    podGone: (pod) => timers.delete(pod),
    nodeRemoved: (node) => tainted.delete(node),
    managerRestarted: () => {
      timers.clear();
      for (const node of tainted) clock.at(clock.now() + CACHE_SYNC, nodeUpdated, node);
    },
  });

  function handleNode(node: NodeIndex): void {
    if (!state.nodeExists(node)) return;
    const taints = state.taintsOf(node).filter(isNoExecute);
    if (taints.length === 0) {
      if (tainted.delete(node)) for (const pod of state.podsOn(node)) timers.delete(pod);
      return;
    }
    tainted.add(node);
    for (const pod of state.podsOn(node)) handlePod(pod, taints);
  }

  function handlePod(pod: PodIndex, taints: readonly Taint[]): void {
    if (isStatic(pod)) return;
    const { spec } = state.shapeSource(state.shapeOfPod(pod)).template;
    const seconds = evictionDelaySeconds(taints, spec.tolerations);
    if (seconds === undefined) timers.delete(pod);
    else if (seconds === 0 || !timers.has(pod)) {
      const serial = tables.pods.serial.get(pod);
      timers.set(pod, serial);
      clock.at(clock.now() + seconds * 1_000, fired, pod, serial);
    }
  }

  /** The kubelet gives static pods a toleration of every NoExecute taint. */
  function isStatic(pod: PodIndex): boolean {
    return world.workloads[tables.pods.workload.get(pod)]?.static === true;
  }

  function evict(pod: PodIndex, serial: number): void {
    client.event();
    ask(pod, serial, got);
  }

  /** One more call, unless the pod is gone: then the first answer was `not found`. */
  function ask(pod: PodIndex, serial: number, answered: number): void {
    if (cluster.isStill(pod, serial)) clock.at(client.call(), answered, pod, serial);
  }

  function troubleOf(node: NodeIndex): Trouble {
    return troubles.of(node) ?? { node, causes: () => [{ say: `${state.nodeName(node)} has a NoExecute taint` }] };
  }
}

function isNoExecute({ effect }: Taint): boolean {
  return effect === 'NoExecute';
}

/** How long a pod stays on a node with taints; for causes. */
export function tolerationOf(
  taints: readonly Taint[],
  tolerations: Parameters<typeof evictionDelaySeconds>[1],
): Millis | undefined {
  const seconds = evictionDelaySeconds(taints, tolerations);
  return seconds === undefined ? undefined : seconds * 1_000;
}
