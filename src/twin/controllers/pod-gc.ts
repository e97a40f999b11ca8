/**
 * Deletes, by force, pods whose Node object is gone and pods that terminate on a node that is out of service: a look
 * every 20 s, orphans wait 40 s. Kubernetes v1.36.3 pkg/controller/podgc/gc_controller.go: a status PATCH and a DELETE each.
 */
import { POD_GC_PERIOD, POD_GC_QUARANTINE } from '../../availability/recovery-timers.ts';
import type { Millis } from '../../core/units.ts';
import { DRAW } from '../engine/chance.ts';
import type { Run } from '../engine/run.ts';
import type { NodeIndex, PodIndex } from '../model/cluster-state.ts';
import type { Trouble } from '../outcomes/losses.ts';
import { OUT_OF_SERVICE } from './volumes.ts';

export function podGarbageCollection(run: Run): void {
  const { clock, chance, state, tables, cluster, signals, troubles } = run;
  const client = run.client();
  const phase = Math.floor(chance.share(DRAW.collectionPhase, 0) * POD_GC_PERIOD);
  /** Nodes that are gone, and when they were first missed. */
  const missed = new Map<NodeIndex, Millis>();
  const outOfService = new Set<NodeIndex>();
  let planned: Millis = Number.POSITIVE_INFINITY;

  const collected = clock.kind('manager', () => {
    planned = Number.POSITIVE_INFINITY;
    collect();
    plan();
  });
  const deleted = clock.kind('manager', (pod, serial) => {
    if (cluster.isStill(pod, serial)) cluster.remove(pod, troubleOf(state.nodeOfPod(pod)));
  });

  signals.listen({
    nodeRemoved: (node) => {
      outOfService.delete(node);
      if (state.podsOnCount(node) > 0) missed.set(node, Number.POSITIVE_INFINITY);
      plan();
    },
    taintsChanged: (node) => {
      if (state.taintsOf(node).some(({ key }) => key === OUT_OF_SERVICE)) outOfService.add(node);
      else outOfService.delete(node);
      plan();
    },
    podTerminating: (pod) => {
      if (outOfService.has(state.nodeOfPod(pod))) plan();
    },
  });

  function plan(): void {
    if (missed.size === 0 && outOfService.size === 0) return;
    const next = phase + Math.ceil((clock.now() + 1 - phase) / POD_GC_PERIOD) * POD_GC_PERIOD;
    if (next >= planned) return;
    planned = next;
    clock.at(next, collected);
  }

  function collect(): void {
    for (const node of outOfService) {
      if (tables.nodes.ready.get(node) === 1) continue;
      const terminating = state.podsOn(node).filter((pod) => state.isTerminating(pod));
      for (const pod of terminating) forceDelete(pod);
      if (state.podsOnCount(node) === terminating.length && clock.now() > 0) outOfService.delete(node);
    }
    for (const [node, since] of missed) {
      if (since === Number.POSITIVE_INFINITY) missed.set(node, clock.now());
      else if (clock.now() >= since + POD_GC_QUARANTINE) {
        for (const pod of state.podsOn(node)) forceDelete(pod);
        missed.delete(node);
      }
    }
  }

  function forceDelete(pod: PodIndex): void {
    client.call();
    clock.at(client.call(), deleted, pod, tables.pods.serial.get(pod));
  }

  function troubleOf(node: NodeIndex): Trouble {
    return troubles.of(node) ?? { node, causes: () => [{ say: `${state.nodeName(node)} is gone` }] };
  }
}
