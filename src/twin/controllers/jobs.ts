/**
 * Pods of Jobs: a lost one is replaced while it terminates, or only when it is gone (podReplacementPolicy, a pod failure
 * policy); failures count against backoffLimit unless the policy ignores disruptions. Kubernetes v1.36.3
 * pkg/controller/job/job_controller.go; what a Job computes, and when it ends, no object tells.
 */
import type { JobSpec } from '../../kubernetes/jobs.ts';
import { readJob } from '../../kubernetes/jobs.ts';
import { reader } from '../../kubernetes/objects.ts';
import type { Workload } from '../../inventory/world.ts';
import type { ApiClient } from '../engine/api-client.ts';
import type { Run } from '../engine/run.ts';
import type { PodIndex } from '../model/cluster-state.ts';
import type { Cause } from '../control-plane/timeline.ts';
import type { Trouble } from '../outcomes/losses.ts';
import { placeOfWorkload } from '../outcomes/places.ts';
import type { Admission } from './admission.ts';
import { WorkQueue } from './work-queue.ts';

const WORKERS = 5;
const DEFAULTS = readJob(reader({}));

const FAILED: Trouble = { causes: () => [{ say: 'deleted with its Job, which has failed' }] };

export class Jobs {
  readonly #run: Run;
  readonly #admission: Admission;
  readonly #client: ApiClient;
  readonly #queue: WorkQueue;
  readonly #created: number;
  readonly #deleted: number;
  readonly #failures = new Map<number, number>();
  /** Pods that terminate and count as failed already. */
  readonly #counted = new Set<PodIndex>();

  constructor(run: Run, admission: Admission) {
    const { clock, cluster, signals, state, tables, world } = run;
    this.#run = run;
    this.#admission = admission;
    this.#client = run.client();
    this.#queue = new WorkQueue(clock, WORKERS, (job) => this.#sync(job));
    this.#created = clock.kind('manager', (job) => this.#create(job));
    this.#deleted = clock.kind('manager', (pod, serial) => {
      if (cluster.isStill(pod, serial) && !state.isTerminating(pod)) cluster.terminate(pod, FAILED);
    });
    const indexOf = (pod: PodIndex): number => {
      const index = tables.pods.workload.get(pod);
      return world.workloads[index]?.kind === 'Job' ? index : -1;
    };
    signals.listen({
      podTerminating: (pod) => this.#onLost(indexOf(pod), pod, 'terminating'),
      podGone: (pod) => this.#onLost(indexOf(pod), pod, 'gone'),
    });
  }

  /**
   * A pod that terminates has failed at once, for on a dead node nothing else would ever say so; where a replacement waits
   * for its end, so does its failure (isPodFailed).
   */
  #onLost(job: number, pod: PodIndex, how: 'terminating' | 'gone'): void {
    const source = this.#run.world.workloads[job];
    if (source === undefined) return;
    const isFailed = how === 'gone' ? !this.#counted.delete(pod) : !waitsForEnd(source) && !this.#counted.has(pod);
    if (isFailed) this.#failures.set(job, this.#failuresOf(job, source) + 1);
    if (isFailed && how === 'terminating') this.#counted.add(pod);
    this.#queue.add(job);
  }

  #failuresOf(job: number, source: Workload): number {
    return this.#failures.get(job) ?? jobOf(source).status?.failed ?? 0;
  }

  #sync(job: number): void {
    const { world, tables, cluster, state, clock } = this.#run;
    const source = world.workloads[job];
    const failed = source === undefined ? undefined : this.#failureOf(job, source);
    if (source === undefined || failed !== undefined) {
      if (failed !== undefined) this.#end(job, failed);
      this.#queue.done(job);
      return;
    }
    const ending = waitsForEnd(source) ? cluster.podsOf(job).filter((pod) => state.isTerminating(pod)).length : 0;
    const missing = tables.workloads.target.get(job) - tables.workloads.active.get(job) - ending;
    if (missing > 0) clock.at(this.#client.call(), this.#created, job);
    else this.#queue.done(job);
  }

  #create(job: number): void {
    const { world, tables, cluster, losses } = this.#run;
    const source = world.workloads[job];
    const shape = tables.shapes[job];
    const refused = source === undefined || shape === undefined || this.#admission.refusal(source) !== undefined;
    if (!refused) {
      cluster.createPod({ workload: job, shape, ordinal: -1, revision: 0, loss: losses.claim(job, -1) });
      this.#client.event();
      this.#queue.add(job);
    }
    this.#queue.done(job, refused);
  }

  /** Undefined while it may go on. */
  #failureOf(job: number, source: Workload): Cause | undefined {
    const most = jobOf(source).backoffLimit;
    if (ignoresDisruptions(source) || this.#failuresOf(job, source) <= most) return undefined;
    const origin = placeOfWorkload(source, ['spec', 'backoffLimit']);
    return {
      say: `the Job has failed: more than ${most} pods did`,
      ...(origin === undefined ? {} : { origin }),
    };
  }

  /** What it has lost stays lost, and what still runs is deleted (deleteActivePods). */
  #end(job: number, failed: Cause): void {
    const { cluster, state, clock, losses, tables } = this.#run;
    for (const loss of losses.of(job)) if (loss.endedAt === undefined) loss.held = failed;
    for (const pod of cluster.podsOf(job))
      if (!state.isTerminating(pod)) clock.at(this.#client.call(), this.#deleted, pod, tables.pods.serial.get(pod));
  }
}

/** Of a Job that only its pods tell of, what the API would take. */
function jobOf({ spec }: Workload): JobSpec {
  return spec.job ?? DEFAULTS;
}

function waitsForEnd(source: Workload): boolean {
  return jobOf(source).podReplacementPolicy === 'Failed';
}

function ignoresDisruptions(source: Workload): boolean {
  return jobOf(source).failureRules.some(
    ({ action, conditions }) => action === 'Ignore' && conditions.some(({ type }) => type === 'DisruptionTarget'),
  );
}
