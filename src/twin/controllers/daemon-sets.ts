/**
 * One pod per eligible node: pods never move, and a new node gets its own. Kubernetes v1.36.3
 * pkg/controller/daemon/daemon_controller.go, update.go.
 */
import { runsDaemon } from '../../inventory/daemons.ts';
import { daemonSetFenceposts } from '../../kubernetes/percent.ts';
import type { ApiClient } from '../engine/api-client.ts';
import { WATCH } from '../engine/api-client.ts';
import type { Run } from '../engine/run.ts';
import type { NodeIndex, PodIndex } from '../model/cluster-state.ts';

export class DaemonSets {
  readonly #run: Run;
  readonly #client: ApiClient;
  readonly #sets: readonly number[];
  readonly #created: number;
  readonly #placed: number;
  readonly #deleted: number;
  /** Sets whose new pods have the broken template. */
  readonly #broken = new Set<number>();

  constructor(run: Run) {
    const { clock, cluster, rollouts, tables } = run;
    this.#run = run;
    this.#client = run.client();
    this.#sets = tables.daemonSets;
    this.#created = clock.kind('manager', (index, node) => this.#make(index, node));
    this.#placed = clock.kind('scheduler', (pod, serial) => {
      if (cluster.isStill(pod, serial)) cluster.bound(pod);
    });
    this.#deleted = clock.kind('manager', (pod, serial) => {
      const trouble = rollouts.get(tables.pods.workload.get(pod));
      if (cluster.isStill(pod, serial) && trouble !== undefined) cluster.terminate(pod, trouble);
    });
    if (this.#sets.length > 0) this.#listen();
  }

  /** Replaces pods by those of another template: broken ones as many as may be unavailable, sound ones all. */
  roll(index: number, broken: boolean): void {
    const { world, cluster, tables, clock } = this.#run;
    const update = world.workloads[index]?.spec.update;
    if (update?.type !== 'RollingUpdate') return;
    if (broken) this.#broken.add(index);
    else this.#broken.delete(index);
    const fence = daemonSetFenceposts(update, tables.workloads.desired.get(index));
    // With a surge the new pod has to be ready before the old one goes: a broken one never is.
    const most = broken ? (fence?.surge === 0 ? fence.unavailable : 0) : Number.POSITIVE_INFINITY;
    const old = cluster.podsOf(index).filter((pod) => tables.pods.revision.get(pod) === (broken ? 0 : 1));
    for (const pod of old.slice(0, most))
      clock.at(this.#client.call(), this.#deleted, pod, tables.pods.serial.get(pod));
  }

  #listen(): void {
    const { clock, signals, tables, cluster, state } = this.#run;
    const { workloads } = tables;
    const nodeSeen = clock.kind('manager', (node) => {
      for (const index of this.#sets) {
        if (!this.#wants(index, node)) continue;
        cluster.setDesired(index, workloads.desired.get(index) + 1);
        clock.at(this.#client.call(), this.#created, index, node);
      }
    });
    const setOf = (pod: PodIndex): number => {
      const index = tables.pods.workload.get(pod);
      return this.#run.world.workloads[index]?.kind === 'DaemonSet' ? index : -1;
    };
    signals.listen({
      nodeAdded: (node) => clock.at(clock.now() + WATCH, nodeSeen, node),
      podGone: (pod, node) => {
        const index = setOf(pod);
        if (index >= 0 && node >= 0 && this.#wants(index, node))
          clock.at(this.#client.call(), this.#created, index, node);
      },
      nodeRemoved: (node) => {
        for (const pod of state.podsOn(node)) {
          const index = setOf(pod);
          if (index >= 0) cluster.setDesired(index, Math.max(0, workloads.desired.get(index) - 1));
        }
      },
    });
  }

  #wants(index: number, node: NodeIndex): boolean {
    const { world, state } = this.#run;
    const template = world.workloads[index]?.templates[0];
    return template !== undefined && state.nodeExists(node) && runsDaemon(template.demand, state.nodeSource(node));
  }

  #make(index: number, node: NodeIndex): void {
    const { tables, state, cluster, clock, losses } = this.#run;
    const shape = tables.shapes[index];
    if (shape === undefined || !state.nodeExists(node)) return;
    const revision = this.#broken.has(index) ? 1 : 0;
    const pod = cluster.createPod({ workload: index, shape, ordinal: -1, revision, loss: losses.claim(index, -1) });
    this.#client.event();
    // Its affinity names the node: the scheduler looks at no other.
    if (!state.fits(pod, node)) return;
    state.place(pod, node);
    clock.at(clock.now() + WATCH, this.#placed, pod, tables.pods.serial.get(pod));
  }
}
