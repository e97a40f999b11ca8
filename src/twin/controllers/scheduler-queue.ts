/**
 * The order in which pods are tried: by priority, then by time; those that nothing fits wait until an event could help
 * them. Kubernetes v1.36.3 pkg/scheduler/backend/queue: a pod that backs off (1 s doubled up to 10 s, cut to whole
 * seconds) is still taken when no other waits (PopFromBackoffQ), and every five minutes all are tried again. Pods that
 * the scheduler cannot tell apart wait as one: when the first still does not fit, the others would not either.
 */
import type { Millis } from '../../core/units.ts';
import { EventQueue } from '../engine/event-queue.ts';
import type { ClusterState, NodeIndex, PodIndex, SchedulingFailure } from '../model/cluster-state.ts';

const FIRST_BACKOFF: Millis = 1_000;
const LAST_BACKOFF: Millis = 10_000;
/** Room for all priorities within one second of the back-off queue's key. */
const PRIORITIES = 2 ** 32;

export interface Waiting {
  readonly pod: PodIndex;
  readonly serial: number;
  attempts: number;
  failedAt: Millis;
}

interface Group {
  failure: SchedulingFailure;
  readonly pods: Waiting[];
  head: number;
  /** The one of them that is being tried. */
  trying: Waiting | undefined;
}

/** Plugins that look at one node alone: a change elsewhere does not help. */
const LOCAL: ReadonlySet<string> = new Set([
  'NodeResourcesFit',
  'NodePorts',
  'NodeName',
  'NodeUnschedulable',
  'TaintToleration',
  'NodeAffinity',
  'NodeVolumeLimits',
  'VolumeZone',
]);

/** Nothing in the cluster makes the scheduler look at these pods. */
const BARRED: ReadonlySet<string> = new Set(['SchedulingGates', 'Scheduler']);

export class SchedulerQueue {
  readonly #state: ClusterState;
  readonly #isStill: (pod: PodIndex, serial: number) => boolean;
  readonly #active = new EventQueue(64);
  readonly #backoff = new EventQueue(64);
  readonly #waiting = new Map<number, Waiting>();
  readonly #groups = new Map<number, Group>();
  /** The group of a pod that is tried for it. */
  readonly #triedFor = new Map<number, number>();
  readonly #event = { time: 0, kind: 0, a: 0, b: 0 };

  constructor(state: ClusterState, isStill: (pod: PodIndex, serial: number) => boolean) {
    this.#state = state;
    this.#isStill = isStill;
  }

  /** True if some pod waits for an event. */
  get waits(): boolean {
    return this.#groups.size > 0;
  }

  /** Gives why it waits when it joins those like it. */
  add(pod: PodIndex, serial: number): SchedulingFailure | undefined {
    const one: Waiting = { pod, serial, attempts: 0, failedAt: 0 };
    const group = this.#groups.get(this.#state.shapeOfPod(pod));
    // It would fail as those like it do, since nothing has changed that could help them.
    if (group === undefined) this.#activate(one, 0);
    else group.pods.push(one);
    return group?.failure;
  }

  /** The next pod to try; undefined when none waits. */
  pop(): Waiting | undefined {
    return this.#take(this.#active) ?? this.#take(this.#backoff);
  }

  /** It was placed: the next of its kind may try. */
  placed(one: Waiting): void {
    this.#release(one);
  }

  failed(one: Waiting, failure: SchedulingFailure, { now, alone }: { now: Millis; alone: boolean }): void {
    one.attempts += 1;
    one.failedAt = now;
    // A pod that waits for its victims has a group of its own.
    const key = alone ? -one.pod - 1 : this.#state.shapeOfPod(one.pod);
    const tried = this.#triedFor.get(one.serial);
    if (tried !== undefined && tried !== key) this.#release(one);
    this.#triedFor.delete(one.serial);
    const group = this.#groups.get(key);
    if (group === undefined) {
      this.#groups.set(key, { failure, pods: [one], head: 0, trying: undefined });
      return;
    }
    group.failure = failure;
    if (group.trying?.serial === one.serial) group.trying = undefined;
    if (group.head > 0) {
      group.head -= 1;
      group.pods[group.head] = one;
    } else group.pods.unshift(one);
  }

  /** Something changed on a node, or anywhere: those that it could help are tried. True if one is. */
  changed(node: NodeIndex | undefined, now: Millis): boolean {
    let any = false;
    for (const [key, group] of this.#groups) {
      if (group.trying === undefined && this.#helps(group, node)) any = this.#tryNext(key, group, now) || any;
    }
    return any;
  }

  /** Pods that nothing fits. */
  unschedulable(): readonly PodIndex[] {
    const pods: PodIndex[] = [];
    for (const { pods: all, head } of this.#groups.values())
      for (const one of all.slice(head)) if (this.#isStill(one.pod, one.serial)) pods.push(one.pod);
    for (const one of this.#waiting.values()) if (one.attempts > 0) pods.push(one.pod);
    return pods;
  }

  #activate(one: Waiting, now: Millis): void {
    this.#waiting.set(one.serial, one);
    const priority = this.#state.priorityOf(this.#state.shapeOfPod(one.pod));
    const pause = Math.min(LAST_BACKOFF, FIRST_BACKOFF * 2 ** (one.attempts - 1));
    const second = Math.floor((one.failedAt + pause) / 1_000);
    if (one.attempts > 0 && second >= Math.floor(now / 1_000))
      this.#backoff.add(second * PRIORITIES - priority, 0, one.pod, one.serial);
    else this.#active.add(-priority, 0, one.pod, one.serial);
  }

  #take(from: EventQueue): Waiting | undefined {
    while (from.size > 0) {
      from.take(this.#event);
      const one = this.#waiting.get(this.#event.b);
      this.#waiting.delete(this.#event.b);
      if (one === undefined) continue;
      if (this.#isStill(one.pod, one.serial) && this.#state.nodeOfPod(one.pod) < 0) return one;
      this.#release(one);
    }
    return undefined;
  }

  /** The pod is no longer tried for its group. */
  #release(one: Waiting): void {
    const key = this.#triedFor.get(one.serial);
    this.#triedFor.delete(one.serial);
    const group = key === undefined ? undefined : this.#groups.get(key);
    if (key === undefined || group === undefined) return;
    group.trying = undefined;
    this.#tryNext(key, group, one.failedAt);
  }

  #tryNext(key: number, group: Group, now: Millis): boolean {
    while (group.head < group.pods.length) {
      const one = group.pods[group.head];
      group.head += 1;
      if (one === undefined || !this.#isStill(one.pod, one.serial)) continue;
      group.trying = one;
      this.#triedFor.set(one.serial, key);
      this.#activate(one, now);
      return true;
    }
    this.#groups.delete(key);
    return false;
  }

  #helps(group: Group, node: NodeIndex | undefined): boolean {
    for (const plugin of group.failure.plugins) if (BARRED.has(plugin)) return false;
    if (node === undefined) return true;
    for (const plugin of group.failure.plugins) if (!LOCAL.has(plugin)) return true;
    const one = group.pods[group.head];
    return one === undefined || !this.#isStill(one.pod, one.serial) || this.#state.fits(one.pod, node);
  }
}
