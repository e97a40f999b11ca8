/**
 * Pods with an identity: an ordinal is made anew only when the object of its predecessor is gone, so that a pod that
 * terminates on a dead node blocks it, and with OrderedReady every higher ordinal that is missing too. Kubernetes v1.36.3
 * pkg/controller/statefulset/stateful_set_control.go (processReplica, updateStatefulSet).
 */
import type { Workload } from '../../inventory/world.ts';
import type { ApiClient } from '../engine/api-client.ts';
import type { Run } from '../engine/run.ts';
import type { PodIndex, ShapeIndex } from '../model/cluster-state.ts';
import type { Trouble } from '../outcomes/losses.ts';
import type { Admission } from './admission.ts';
import { WorkQueue } from './work-queue.ts';

const WORKERS = 5;

export class StatefulSets {
  readonly #run: Run;
  readonly #admission: Admission;
  readonly #client: ApiClient;
  readonly #queue: WorkQueue;
  readonly #created: number;
  readonly #deleted: number;
  /** Of ordinals that are gone: `workload/ordinal`; each has claims of its own. */
  readonly #shapes = new Map<string, ShapeIndex>();
  readonly #asked = new Map<number, number>();

  constructor(run: Run, admission: Admission) {
    const { clock, cluster, signals, tables, state, world } = run;
    this.#run = run;
    this.#admission = admission;
    this.#client = run.client();
    this.#queue = new WorkQueue(clock, WORKERS, (workload) => this.#begin(workload));
    this.#created = clock.kind('manager', (workload, ordinal) => this.#onCreated(workload, ordinal));
    this.#deleted = clock.kind('manager', (pod, serial) => {
      if (cluster.isStill(pod, serial))
        cluster.terminate(pod, run.rollouts.get(tables.pods.workload.get(pod)) ?? UPDATED);
    });
    const touch = (pod: PodIndex): void => {
      const workload = tables.pods.workload.get(pod);
      if (world.workloads[workload]?.kind === 'StatefulSet') this.#queue.add(workload);
    };
    signals.listen({
      podTerminating: touch,
      podServing: touch,
      podGone: (pod) => {
        const ordinal = tables.pods.ordinal.get(pod);
        if (ordinal >= 0) this.#shapes.set(`${tables.pods.workload.get(pod)}/${ordinal}`, state.shapeOfPod(pod));
        touch(pod);
      },
    });
  }

  sync(workload: number): void {
    this.#queue.add(workload);
  }

  #begin(workload: number): void {
    const source = this.#run.world.workloads[workload];
    const { missing, blocked } = source === undefined ? NOTHING : this.#missingOrdinals(workload, source);
    if (missing.length > 0) {
      this.#asked.set(workload, missing.length);
      for (const ordinal of missing) this.#run.clock.at(this.#client.call(), this.#created, workload, ordinal);
      return;
    }
    // An ordinal that is not ready also keeps the update waiting, even the one that would mend it.
    if (source !== undefined && !blocked) this.#update(workload, source);
    this.#queue.done(workload);
  }

  /** Ordinals that may be made now. */
  #missingOrdinals(workload: number, { spec }: Workload): { missing: readonly number[]; blocked: boolean } {
    const { cluster, tables, state } = this.#run;
    const byOrdinal = new Map(cluster.podsOf(workload).map((pod) => [tables.pods.ordinal.get(pod), pod]));
    const missing: number[] = [];
    const ordered = spec.podManagementPolicy === 'OrderedReady';
    const end = spec.firstOrdinal + tables.workloads.desired.get(workload);
    for (let ordinal = spec.firstOrdinal; ordinal < end; ordinal += 1) {
      const pod = byOrdinal.get(ordinal);
      if (pod === undefined) {
        missing.push(ordinal);
        if (ordered) break;
      } else if (ordered && (state.isTerminating(pod) || tables.pods.healthy.get(pod) === 0)) {
        this.#noteBlocked(workload, ordinal, state.isTerminating(pod));
        return { missing, blocked: true };
      }
    }
    return { missing, blocked: false };
  }

  #noteBlocked(workload: number, ordinal: number, terminating: boolean): void {
    for (const loss of this.#run.losses.of(workload)) {
      if (loss.endedAt !== undefined || loss.ordinal <= ordinal || loss.goneAt === undefined) continue;
      loss.held = {
        say: `OrderedReady: waits for ordinal ${ordinal}, which ${terminating ? 'is still terminating' : 'is not ready'}`,
      };
    }
  }

  #onCreated(workload: number, ordinal: number): void {
    const { world, tables, cluster, losses } = this.#run;
    const source = world.workloads[workload];
    const shape = this.#shapes.get(`${workload}/${ordinal}`) ?? tables.shapes[workload];
    const left = (this.#asked.get(workload) ?? 1) - 1;
    this.#asked.set(workload, left);
    const refusal = source === undefined ? undefined : this.#admission.refusal(source);
    const loss = losses.claim(workload, ordinal);
    const refused = refusal !== undefined || shape === undefined;
    if (refused) {
      if (loss !== undefined) {
        loss.held = refusal;
        losses.release(loss);
      }
    } else {
      const revision = this.#isUpdated(workload, ordinal) ? 1 : 0;
      cluster.createPod({ workload, shape, ordinal, revision, loss });
      this.#client.event();
    }
    if (left > 0) return;
    if (!refused) this.#queue.add(workload);
    this.#queue.done(workload, refused);
  }

  /** Ordinals from the end on have the new template, as many as were taken down for it. */
  #isUpdated(workload: number, ordinal: number): boolean {
    const { world, tables } = this.#run;
    if (tables.workloads.targetNew.get(workload) === 0) return false;
    const first = world.workloads[workload]?.spec.firstOrdinal ?? 0;
    return ordinal - first >= tables.workloads.active.get(workload);
  }

  /** One ordinal after the other, from the last down to the partition; MaxUnavailableStatefulSet is off in 1.36. */
  #update(workload: number, { spec }: Workload): void {
    const { tables, cluster, state, clock } = this.#run;
    const { pods, workloads } = tables;
    const rolling = workloads.targetNew.get(workload) > 0 ? 1 : 0;
    if (spec.update.type !== 'Ordinal' || (rolling === 0 && workloads.activeNew.get(workload) === 0)) return;
    for (const pod of cluster.podsOf(workload).toSorted((a, b) => pods.ordinal.get(b) - pods.ordinal.get(a))) {
      if (pods.ordinal.get(pod) - spec.firstOrdinal < spec.update.partition) return;
      if (pods.revision.get(pod) !== rolling && !state.isTerminating(pod)) {
        clock.at(this.#client.call(), this.#deleted, pod, pods.serial.get(pod));
        return;
      }
      if (pods.healthy.get(pod) === 0) return;
    }
  }
}

const NOTHING = { missing: [], blocked: false };
const UPDATED: Trouble = { causes: () => [{ say: 'replaced by the rolling update' }] };
