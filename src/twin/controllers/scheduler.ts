/**
 * kube-scheduler over time: one cycle after the other, bindings through a client of 50 calls/s and burst 100, victims of
 * preemption deleted with their grace. Kubernetes v1.36.3 pkg/scheduler/schedule_one.go, framework/preemption.
 */
import type { Millis } from '../../core/units.ts';
import type { ApiClient } from '../engine/api-client.ts';
import { WATCH, clientOf } from '../engine/api-client.ts';
import type { Run } from '../engine/run.ts';
import type { PodIndex, SchedulingFailure, SchedulingResult } from '../model/cluster-state.ts';
import type { Trouble } from '../outcomes/losses.ts';
import type { Waiting } from './scheduler-queue.ts';
import { SchedulerQueue } from './scheduler-queue.ts';

/** podMaxInUnschedulablePodsDuration; looked at every 30 s. */
const FLUSH_AFTER: Millis = 300_000;
const FLUSH_PERIOD: Millis = 30_000;

export class SchedulerLoop {
  readonly #run: Run;
  readonly #client: ApiClient;
  readonly #queue: SchedulerQueue;
  readonly #cycle: Millis;
  readonly #cycled: number;
  readonly #bound: number;
  readonly #victimDeleted: number;
  readonly #changed: number;
  readonly #flushed: number;
  #planned = false;
  #flushing = false;
  #lastEnd: Millis = Number.NEGATIVE_INFINITY;

  constructor(run: Run) {
    const { clock, state, cluster, settings, options } = run;
    this.#run = run;
    this.#client = clientOf(clock, { qps: settings.schedulerQps, burst: settings.schedulerBurst });
    this.#queue = new SchedulerQueue(state, cluster.isStill);
    this.#cycle = Math.max(1, Math.round(1_000 / options.placementsPerSecond));
    this.#cycled = clock.kind('scheduler', () => this.#onCycle());
    this.#bound = clock.kind('scheduler', (pod, serial) => {
      if (cluster.isStill(pod, serial)) cluster.bound(pod);
    });
    this.#victimDeleted = clock.kind('scheduler', (pod, serial) => {
      if (cluster.isStill(pod, serial)) cluster.terminate(pod, PREEMPTED, true);
    });
    this.#changed = clock.kind('scheduler', (node) => {
      if (this.#queue.changed(node < 0 ? undefined : node, clock.now())) this.#plan();
    });
    this.#flushed = clock.kind('scheduler', () => {
      this.#flushing = false;
      if (this.#queue.changed(undefined, clock.now())) this.#plan();
      this.#flushLater();
    });
    this.#listen();
  }

  /** Pods for which no node was found. */
  unschedulable(): readonly PodIndex[] {
    return this.#queue.unschedulable();
  }

  /** A pod that waits since before the scenario, with why. */
  seed(pod: PodIndex, failure: SchedulingFailure): void {
    const serial = this.#run.tables.pods.serial.get(pod);
    this.#queue.failed({ pod, serial, attempts: 0, failedAt: 0 }, failure, { now: 0, alone: false });
  }

  #listen(): void {
    const { clock, signals, tables, cluster, state } = this.#run;
    const seen = clock.kind('scheduler', (pod, serial) => {
      if (!cluster.isStill(pod, serial)) return;
      const failure = this.#queue.add(pod, serial);
      if (failure !== undefined) this.#note(pod, failure);
      this.#plan();
    });
    const changed = (node: number): void => clock.at(clock.now() + WATCH, this.#changed, node);
    signals.listen({
      podCreated: (pod) => clock.at(clock.now() + WATCH, seen, pod, tables.pods.serial.get(pod)),
      podGone: (_, node) => {
        if (node >= 0 && this.#queue.waits) changed(node);
      },
      // Affinity and spreading may be what others wait for.
      podBound: (pod) => {
        if (this.#queue.waits) changed(state.nodeOfPod(pod));
      },
      nodeAdded: changed,
      taintsChanged: changed,
    });
  }

  #plan(): void {
    if (this.#planned) return;
    this.#planned = true;
    this.#run.clock.at(Math.max(this.#run.clock.now(), this.#lastEnd), this.#cycled);
  }

  #flushLater(): void {
    if (this.#flushing || !this.#queue.waits) return;
    this.#flushing = true;
    const { clock } = this.#run;
    clock.at(Math.ceil((clock.now() + FLUSH_AFTER) / FLUSH_PERIOD) * FLUSH_PERIOD, this.#flushed);
  }

  #onCycle(): void {
    this.#planned = false;
    const one = this.#queue.pop();
    if (one === undefined) return;
    this.#lastEnd = this.#run.clock.now() + this.#cycle;
    this.#attempt(one);
    this.#plan();
  }

  #attempt(one: Waiting): void {
    const { state, clock } = this.#run;
    const result = state.schedule(one.pod);
    if (result.kind !== 'bound') {
      this.#onFailure(one, result);
      return;
    }
    state.nominate(one.pod, undefined);
    state.place(one.pod, result.node);
    this.#queue.placed(one);
    clock.at(this.#client.call(), this.#bound, one.pod, one.serial);
  }

  #onFailure(one: Waiting, result: Exclude<SchedulingResult, { kind: 'bound' }>): void {
    const { state, tables, clock, signals } = this.#run;
    const nominated = result.kind === 'nominated';
    this.#note(one.pod, result.failure);
    // The condition PodScheduled is written when it says something new.
    if (one.attempts === 0) this.#client.call();
    this.#queue.failed(one, result.failure, { now: clock.now(), alone: nominated });
    if (nominated) {
      state.nominate(one.pod, result.node);
      for (const victim of result.victims) {
        this.#client.call();
        clock.at(this.#client.call(), this.#victimDeleted, victim, tables.pods.serial.get(victim));
      }
    }
    signals.podUnschedulable(one.pod);
    this.#flushLater();
  }

  #note(pod: PodIndex, failure: SchedulingFailure): void {
    const { losses, tables, clock } = this.#run;
    const loss = losses.get(tables.pods.loss.get(pod) - 1);
    if (loss === undefined || loss.endedAt !== undefined) return;
    loss.failedAt ??= clock.now();
    loss.failure = failure;
  }
}

const PREEMPTED: Trouble = { causes: () => [{ say: 'preempted: removed for a pod of higher priority' }] };
