/**
 * One pod per eligible node: pods never move, and a new node gets its own. Kubernetes v1.36.3
 * pkg/controller/daemon/daemon_controller.go.
 */
import { runsDaemon } from '../../inventory/daemons.ts';
import { WATCH } from '../engine/api-client.ts';
import type { Run } from '../engine/run.ts';
import type { NodeIndex, PodIndex } from '../model/cluster-state.ts';

export function daemonSets(run: Run): void {
  const { clock, world, state, tables, cluster, signals } = run;
  const { pods, workloads } = tables;
  const client = run.client();
  const sets = world.workloads
    .map((workload, index) => ({ workload, index }))
    .filter(({ workload }) => workload.kind === 'DaemonSet');
  if (sets.length === 0) return;

  const nodeSeen = clock.kind('manager', (node) => {
    for (const { index } of sets) {
      if (!wants(index, node)) continue;
      cluster.setDesired(index, workloads.desired.get(index) + 1);
      clock.at(client.call(), created, index, node);
    }
  });
  const created = clock.kind('manager', (index, node) => make(index, node));
  const placed = clock.kind('scheduler', (pod, serial) => {
    if (cluster.isStill(pod, serial)) cluster.bound(pod);
  });

  signals.listen({
    nodeAdded: (node) => clock.at(clock.now() + WATCH, nodeSeen, node),
    podGone: (pod: PodIndex, node: NodeIndex) => {
      const index = pods.workload.get(pod);
      if (world.workloads[index]?.kind !== 'DaemonSet' || node < 0) return;
      if (wants(index, node)) clock.at(client.call(), created, index, node);
    },
    nodeRemoved: (node) => {
      for (const pod of state.podsOn(node)) {
        const index = pods.workload.get(pod);
        if (world.workloads[index]?.kind === 'DaemonSet')
          cluster.setDesired(index, Math.max(0, workloads.desired.get(index) - 1));
      }
    },
  });

  function wants(index: number, node: NodeIndex): boolean {
    const template = world.workloads[index]?.templates[0];
    return template !== undefined && state.nodeExists(node) && runsDaemon(template.demand, state.nodeSource(node));
  }

  function make(index: number, node: NodeIndex): void {
    const shape = tables.shapes[index];
    if (shape === undefined || !state.nodeExists(node)) return;
    const loss = run.losses.claim(index, -1);
    const pod = cluster.createPod({ workload: index, shape, ordinal: -1, revision: 0, loss });
    client.event();
    // Its affinity names the node: the scheduler looks at no other.
    if (!state.fits(pod, node)) return;
    state.place(pod, node);
    clock.at(clock.now() + WATCH, placed, pod, pods.serial.get(pod));
  }
}
