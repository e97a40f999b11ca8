/**
 * The one closed form of recovery time: from the loss of one node, some nodes or a whole zone until the displaced pods
 * are ready elsewhere. Plan and checks use it; a simulator must stay within its bounds. It assumes a control plane
 * that keeps its quorum and answers, replicas that are owned by a ReplicaSet (or a StatefulSet with its repair), and
 * nodes that fail at once and stay away.
 */
import { sayDuration } from '../core/duration.ts';
import type { Millis } from '../core/units.ts';
import {
  creation,
  deletion,
  detection,
  markingTime,
  room,
  scheduling,
  start,
  statefulRelease,
  taintQueue,
  tolerated,
} from './recovery-steps.ts';
import type { Bounds, RecoveryEstimate, RecoveryInput, RecoveryStep } from './recovery-model.ts';
import { KUBERNETES_CLIENTS, KUBERNETES_LEADER, KUBERNETES_TIMERS } from './recovery-timers.ts';

export { zoneDisruption, type ZoneDisruption } from './recovery-steps.ts';
export { KUBERNETES_CLIENTS, KUBERNETES_LEADER, KUBERNETES_TIMERS } from './recovery-timers.ts';
export type { ClientLimit, ClientLimits, LeaderTimers, NodeTimers } from './recovery-timers.ts';
export type {
  Bounds,
  Capacity,
  Loss,
  RecoveryEstimate,
  RecoveryInput,
  RecoveryStep,
  Repair,
  Span,
  Workload,
} from './recovery-model.ts';

/** Fills in what Kubernetes ships: timers, client limits, leader election; stateless pods, free room, 1 s to 20 s to start. */
export function recoveryInput(given: Pick<RecoveryInput, 'loss'> & Partial<RecoveryInput>): RecoveryInput {
  return {
    timers: KUBERNETES_TIMERS,
    clients: KUBERNETES_CLIENTS,
    leader: KUBERNETES_LEADER,
    capacity: { kind: 'free' },
    workload: { kind: 'stateless' },
    start: { least: 1_000, most: 20_000 },
    ...given,
  };
}

/**
 * Bounds of the recovery time, in milliseconds. `most` is null when nothing brings the pods back.
 * Source: Kubernetes v1.36.3 (files named at each step), zone cut of ten nodes measured on the lab: first taint after
 * 45.9 s, tenth after 135.4 s, pods replaced from 345.9 s to 435.9 s with default timers.
 */
export function recoveryOf(input: RecoveryInput): RecoveryEstimate {
  const steps = input.workload.kind === 'stateless' ? statelessSteps(input) : statefulSteps(input);
  const seen = detection(input).last;
  const marked = markingTime(input, input.loss.lostNodes + 1);
  return {
    steps,
    first: sum(steps.map((one) => one.first)),
    last: sum(steps.map((one) => one.last)),
    withdrawn: { least: seen.least, most: seen.most === null ? null : seen.most + marked },
  };
}

/** `detection 39.6 s–55 s + taint queue 0 ms–10 s + … = 63.6 s–1 m 53 s`, for the last pod. */
export function sayRecovery({ steps, last }: RecoveryEstimate): string {
  const terms = steps
    .filter((one) => one.last.most === null || one.last.most > 0)
    .map((one) => `${one.title} ${sayBounds(one.last)}`);
  return `${terms.join(' + ')} = ${sayBounds(last)}`;
}

/** `39.6 s–55 s`, `30 s`, `40 s–never`. */
export function sayBounds({ least, most }: Bounds): string {
  if (most === null) return `${sayDuration(least)}–never`;
  return least === most ? sayDuration(most) : `${sayDuration(least)}–${sayDuration(most)}`;
}

function statelessSteps(input: RecoveryInput): readonly RecoveryStep[] {
  return [
    detection(input),
    taintQueue(input),
    tolerated(input),
    deletion(input),
    creation(input),
    scheduling(input),
    room(input.capacity),
    start(input),
  ];
}

/** The eviction only marks the pods; what counts is when their objects go. */
function statefulSteps(input: RecoveryInput): readonly RecoveryStep[] {
  return [...statefulRelease(input), creation(input), scheduling(input), room(input.capacity), start(input)];
}

function sum(all: readonly Bounds[]): Bounds {
  const total = (values: readonly (Millis | null)[]): Millis | null =>
    values.reduce<Millis | null>((so, one) => (so === null || one === null ? null : so + one), 0);
  const most = total(all.map((one) => one.most));
  return {
    least: Math.floor(all.reduce((so, one) => so + one.least, 0)),
    most: most === null ? null : Math.ceil(most),
  };
}
