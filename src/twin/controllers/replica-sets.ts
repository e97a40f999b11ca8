/**
 * Keeps the number of pods: a pod that is being deleted no longer counts, so its replacement is made at once. Kubernetes
 * v1.36.3 pkg/controller/replicaset/replica_set.go: creation in batches of 1, 2, 4, … up to 500 a sync, 5 workers, one
 * POST and one event per pod and a status update per sync, all from one client.
 */
import type { Workload } from '../../inventory/world.ts';
import type { ApiClient } from '../engine/api-client.ts';
import type { Run } from '../engine/run.ts';
import type { PodIndex } from '../model/cluster-state.ts';
import type { Trouble } from '../outcomes/losses.ts';
import type { Admission } from './admission.ts';
import { deletionOrder } from './deletion-order.ts';
import { WorkQueue } from './work-queue.ts';

const WORKERS = 5;
/** controller.SlowStartInitialBatchSize and BurstReplicas. */
const FIRST_BATCH = 1;
const BURST = 500;

interface Sync {
  /** Still to be made in this sync, asked for in the running batch, and answered of it. */
  left: number;
  batch: number;
  answered: number;
  readonly revision: 0 | 1;
}

export function isReplicated({ kind }: Workload): boolean {
  return kind === 'Deployment' || kind === 'ReplicaSet' || kind === 'ReplicationController' || kind === 'Rollout';
}

export class ReplicaSets {
  readonly #run: Run;
  readonly #admission: Admission;
  readonly #client: ApiClient;
  readonly #queue: WorkQueue;
  readonly #created: number;
  readonly #deleted: number;
  readonly #statusWritten: number;
  readonly #syncs = new Map<number, Sync>();
  /** Status as it was written last. */
  readonly #written = new Map<number, string>();

  constructor(run: Run, admission: Admission) {
    const { clock, cluster, signals, tables, world } = run;
    this.#run = run;
    this.#admission = admission;
    this.#client = run.client();
    this.#queue = new WorkQueue(clock, WORKERS, (workload) => this.#begin(workload));
    this.#created = clock.kind('manager', (workload) => this.#onCreated(workload));
    this.#deleted = clock.kind('manager', (pod, serial) => {
      if (cluster.isStill(pod, serial))
        cluster.terminate(pod, run.rollouts.get(tables.pods.workload.get(pod)) ?? SCALED_DOWN);
    });
    this.#statusWritten = clock.kind('manager', (workload) => this.#queue.done(workload));
    const touch = (pod: PodIndex): void => {
      const workload = tables.pods.workload.get(pod);
      const source = world.workloads[workload];
      if (source !== undefined && isReplicated(source)) this.#queue.add(workload);
    };
    signals.listen({ podTerminating: touch, podGone: touch, podServing: touch });
  }

  /** What it should have has changed. */
  sync(workload: number): void {
    this.#queue.add(workload);
  }

  #begin(workload: number): void {
    const { workloads } = this.#run.tables;
    const missing = workloads.target.get(workload) - workloads.active.get(workload);
    const missingNew = workloads.targetNew.get(workload) - workloads.activeNew.get(workload);
    if (missing < 0) this.#scaleDown(workload, 0, -missing);
    if (missingNew < 0) this.#scaleDown(workload, 1, -missingNew);
    if (missing <= 0 && missingNew <= 0) {
      this.#finish(workload);
      return;
    }
    const revision = missing > 0 ? 0 : 1;
    const left = Math.min(BURST, revision === 0 ? missing : missingNew);
    const sync: Sync = { left, batch: 0, answered: 0, revision };
    this.#syncs.set(workload, sync);
    this.#ask(workload, sync, FIRST_BATCH);
  }

  #ask(workload: number, sync: Sync, size: number): void {
    sync.batch = Math.min(size, sync.left);
    sync.answered = 0;
    for (let call = 0; call < sync.batch; call += 1) this.#run.clock.at(this.#client.call(), this.#created, workload);
  }

  #onCreated(workload: number): void {
    const { world, tables, cluster, losses } = this.#run;
    const sync = this.#syncs.get(workload);
    const source = world.workloads[workload];
    if (sync === undefined || source === undefined) return;
    const refusal = this.#admission.refusal(source);
    const shape = tables.shapes[workload];
    if (refusal !== undefined || shape === undefined) {
      for (const loss of losses.of(workload)) if (loss.endedAt === undefined) loss.held = refusal;
      this.#syncs.delete(workload);
      this.#queue.done(workload, true);
      return;
    }
    const loss = sync.revision === 1 ? undefined : losses.claim(workload, -1);
    cluster.createPod({ workload, shape, ordinal: -1, revision: sync.revision, loss });
    this.#client.event();
    sync.answered += 1;
    sync.left -= 1;
    if (sync.answered < sync.batch) return;
    if (sync.left > 0) this.#ask(workload, sync, sync.batch * 2);
    else {
      this.#syncs.delete(workload);
      this.#finish(workload);
    }
  }

  #scaleDown(workload: number, revision: 0 | 1, count: number): void {
    const { cluster, tables, state, clock } = this.#run;
    const active = cluster
      .podsOf(workload)
      .filter((pod) => tables.pods.revision.get(pod) === revision && !state.isTerminating(pod));
    for (const pod of deletionOrder(this.#run, active).slice(0, Math.min(BURST, count))) {
      clock.at(this.#client.call(), this.#deleted, pod, tables.pods.serial.get(pod));
      this.#client.event();
    }
  }

  /** The status is written when it says something new. */
  #finish(workload: number): void {
    const { workloads } = this.#run.tables;
    const status = `${workloads.active.get(workload)}/${workloads.activeNew.get(workload)}/${workloads.healthy.get(workload)}`;
    if (this.#written.get(workload) === status) {
      this.#queue.done(workload);
      return;
    }
    this.#written.set(workload, status);
    this.#run.clock.at(this.#client.call(), this.#statusWritten, workload);
  }
}

const SCALED_DOWN: Trouble = { causes: () => [{ say: 'scaled down' }] };
