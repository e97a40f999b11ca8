/**
 * A new template that never becomes ready: how far each kind of workload goes down with it before it stops, and how it
 * comes back when the old template returns. Kubernetes v1.36.3 pkg/controller/deployment/rolling.go (reconcileNewReplicaSet,
 * reconcileOldReplicaSets), recreate.go; losses of nodes go by the ReplicaSet alone.
 */
import { daemonSetFenceposts, deploymentFenceposts } from '../../kubernetes/percent.ts';
import type { Workload } from '../../inventory/world.ts';
import { causeOf } from '../control-plane/ground.ts';
import type { Cause } from '../control-plane/timeline.ts';
import type { TimedFault } from '../../faults/scenario.ts';
import type { Run } from '../engine/run.ts';
import type { Column } from '../engine/journal.ts';
import type { PodIndex } from '../model/cluster-state.ts';
import { placeOfWorkload } from '../outcomes/places.ts';
import type { DaemonSets } from './daemon-sets.ts';
import type { ReplicaSets } from './replica-sets.ts';
import type { StatefulSets } from './stateful-sets.ts';
import { WorkQueue } from './work-queue.ts';

const WORKERS = 5;

interface Parts {
  readonly replicaSets: ReplicaSets;
  readonly statefulSets: StatefulSets;
  readonly daemonSets: DaemonSets;
}

export class Deployments {
  readonly #run: Run;
  readonly #parts: Parts;
  readonly #queue: WorkQueue;
  /** Deployments under way, and whether the broken template is the wanted one. */
  readonly #rolling = new Map<number, boolean>();

  constructor(run: Run, parts: Parts) {
    const { clock, scenario, world, signals, tables } = run;
    this.#run = run;
    this.#parts = parts;
    this.#queue = new WorkQueue(clock, WORKERS, (workload) => {
      this.#reconcile(workload);
      this.#queue.done(workload);
    });
    const begins = clock.kind('manager', (fault) => this.#roll(scenario.faults[fault], true));
    const ends = clock.kind('manager', (fault) => this.#roll(scenario.faults[fault], false));
    for (const [index, { fault, at, until }] of scenario.faults.entries()) {
      if (fault.kind !== 'rollout' || world.workloads.every(({ id }) => id !== fault.workload)) continue;
      clock.at(at, begins, index);
      if (until !== undefined) clock.at(until, ends, index);
    }
    const touch = (pod: PodIndex): void => {
      const workload = tables.pods.workload.get(pod);
      if (this.#rolling.has(workload)) this.#queue.add(workload);
    };
    signals.listen({ podServing: touch, podGone: touch, podTerminating: touch });
  }

  #roll(timed: TimedFault | undefined, broken: boolean): void {
    const { world, rollouts, tables } = this.#run;
    if (timed?.fault.kind !== 'rollout') return;
    const id = timed.fault.workload;
    const index = world.workloads.findIndex((one) => one.id === id);
    const workload = world.workloads[index];
    if (workload === undefined) return;
    const causes = [causeOf(timed), ...limitOf(workload)];
    rollouts.set(index, { causes: () => causes });
    switch (workload.kind) {
      case 'StatefulSet':
        tables.workloads.targetNew.set(index, broken ? 1 : 0);
        this.#parts.statefulSets.sync(index);
        return;
      case 'DaemonSet':
        this.#parts.daemonSets.roll(index, broken);
        return;
      case 'Deployment':
        this.#rolling.set(index, broken);
        this.#queue.add(index);
        return;
      case 'ReplicaSet':
      case 'ReplicationController':
      case 'Rollout':
      case 'Job':
      case 'CronJob':
      case 'Pod':
      case 'Other':
        break;
    }
  }

  #reconcile(index: number): void {
    const { tables, world } = this.#run;
    const update = world.workloads[index]?.spec.update;
    const broken = this.#rolling.get(index) === true;
    const { workloads } = tables;
    const desired = workloads.desired.get(index);
    const [wanted, old] = broken ? [workloads.targetNew, workloads.target] : [workloads.target, workloads.targetNew];
    if (update?.type === 'Recreate') this.#recreate(index, { wanted, old, desired });
    else {
      const strategy = update?.type === 'RollingUpdate' ? update : { maxSurge: '25%', maxUnavailable: '25%' };
      const fence = deploymentFenceposts(strategy, desired);
      if (fence === undefined) return;
      const total = wanted.get(index) + old.get(index);
      const more = Math.min(desired + fence.surge - total, desired - wanted.get(index));
      if (more > 0) {
        wanted.add(index, more);
        this.#queue.add(index);
      } else this.#scaleOldDown(index, { wanted, old, least: desired - fence.unavailable });
    }
    this.#parts.replicaSets.sync(index);
  }

  /** All old pods have to be gone first. */
  #recreate(index: number, { wanted, old, desired }: { wanted: Column; old: Column; desired: number }): void {
    old.set(index, 0);
    const { pods } = this.#run.tables;
    const revision = wanted === this.#run.tables.workloads.target ? 0 : 1;
    if (this.#run.cluster.podsOf(index).every((pod) => pods.revision.get(pod) === revision)) wanted.set(index, desired);
  }

  /** Pods that are not ready go first, then as many as leave enough available ones. */
  #scaleOldDown(index: number, { wanted, old, least }: { wanted: Column; old: Column; least: number }): void {
    const { workloads } = this.#run.tables;
    const available = { wanted: this.#available(index, wanted), old: this.#available(index, old) };
    const all = wanted.get(index) + old.get(index);
    const most = all - least - (wanted.get(index) - available.wanted);
    if (most <= 0 || old.get(index) === 0) return;
    const unhealthy = Math.min(most, Math.max(0, old.get(index) - available.old));
    const more = Math.max(0, Math.min(old.get(index) - unhealthy, workloads.healthy.get(index) - least));
    if (unhealthy + more > 0) {
      old.add(index, -unhealthy - more);
      this.#queue.add(index);
    }
  }

  #available(index: number, column: Column): number {
    const { cluster, tables } = this.#run;
    const revision = column === tables.workloads.target ? 0 : 1;
    return cluster
      .podsOf(index)
      .filter((pod) => tables.pods.revision.get(pod) === revision && tables.pods.healthy.get(pod) === 1).length;
  }
}

/** What the update may take away, and where it is written. */
function limitOf(workload: Workload): readonly Cause[] {
  const { update } = workload.spec;
  const origin = placeOfWorkload(
    workload,
    update.type === 'RollingUpdate' || update.type === 'Recreate' ? STRATEGY[workload.kind] : undefined,
  );
  const end = (say: string): readonly Cause[] => [{ say, ...(origin === undefined ? {} : { origin }) }];
  switch (update.type) {
    case 'Recreate':
      return end('strategy Recreate: all old pods go first');
    case 'RollingUpdate': {
      const fence =
        workload.kind === 'DaemonSet'
          ? daemonSetFenceposts(update, workload.replicas)
          : deploymentFenceposts(update, workload.replicas);
      return end(`rolling update: ${fence?.unavailable ?? 0} of ${workload.replicas} may be unavailable`);
    }
    case 'Ordinal':
      return end('the StatefulSet stops at the first ordinal that does not become ready');
    case 'OnDelete':
    case 'Canary':
    case 'BlueGreen':
    case 'None':
      break;
  }
  return [];
}

const STRATEGY: Readonly<Record<string, readonly string[]>> = {
  Deployment: ['spec', 'strategy'],
  DaemonSet: ['spec', 'updateStrategy'],
};
