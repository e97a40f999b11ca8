/** From counts over time to intervals: up, degraded, down, frozen, each with the chain that explains it. */
import type { Millis } from '../../core/units.ts';
import type { Cause, ControlPlaneTimeline } from '../control-plane/timeline.ts';
import type { WorkloadState } from '../results.ts';
import type { Change } from './recorder.ts';

export interface Stretch {
  readonly from: Millis;
  /** The horizon when it lasts to the end. */
  readonly to: Millis;
  readonly state: WorkloadState;
  /** The fewest ready pods within it. */
  readonly ready: number;
}

export interface FrozenSpan {
  readonly from: Millis;
  readonly to: Millis;
  readonly causes: readonly Cause[];
}

/** The state that counts mean; a workload that should have no pods is up. */
export function stateOf(
  { ready, desired }: Pick<Change, 'ready' | 'desired'>,
  quorum: number | undefined,
): WorkloadState {
  if (desired === 0) return 'up';
  if (ready === 0 || ready < (quorum ?? 0)) return 'down';
  return ready < desired ? 'degraded' : 'up';
}

/** Stretches of one state, those in which nobody can change anything among them. */
export function stretchesOf(
  changes: readonly Change[],
  { horizon, quorum, frozen }: { horizon: Millis; quorum: number | undefined; frozen: readonly FrozenSpan[] },
): readonly Stretch[] {
  const stretches: { from: Millis; to: Millis; state: WorkloadState; ready: number }[] = [];
  for (const [place, change] of changes.entries()) {
    const to = Math.min(horizon, changes[place + 1]?.at ?? horizon);
    if (change.at >= to) continue;
    const state = stateOf(change, quorum);
    const last = stretches.at(-1);
    if (last?.state === state) {
      last.to = to;
      last.ready = Math.min(last.ready, change.ready);
    } else stretches.push({ from: change.at, to, state, ready: change.ready });
  }
  return frozen.length === 0 ? stretches : stretches.flatMap((stretch) => splitFrozen(stretch, frozen));
}

/** Spans in which the API takes no writes or one of the controllers does not work. */
export function frozenSpans(timeline: ControlPlaneTimeline, horizon: Millis): readonly FrozenSpan[] {
  const spans = [
    ...timeline.api.filter(({ state }) => state !== 'up'),
    ...timeline.controllerManager.filter(({ state }) => !state.leads),
    ...timeline.scheduler.filter(({ state }) => !state.leads),
  ]
    .map(({ from, to, causes }) => ({ from, to: Math.min(horizon, to ?? horizon), causes }))
    .filter(({ from, to }) => from < to)
    .sort((a, b) => a.from - b.from || b.to - a.to);
  const merged: { from: Millis; to: Millis; causes: readonly Cause[] }[] = [];
  for (const span of spans) {
    const last = merged.at(-1);
    if (last !== undefined && span.from <= last.to) last.to = Math.max(last.to, span.to);
    else merged.push({ ...span });
  }
  return merged;
}

function splitFrozen(stretch: Stretch, frozen: readonly FrozenSpan[]): readonly Stretch[] {
  if (stretch.state !== 'up') return [stretch];
  const parts: Stretch[] = [];
  let from = stretch.from;
  for (const span of frozen) {
    const [begin, end] = [Math.max(from, span.from), Math.min(stretch.to, span.to)];
    if (begin >= end) continue;
    if (begin > from) parts.push({ ...stretch, from, to: begin });
    parts.push({ ...stretch, from: begin, to: end, state: 'frozen' });
    from = end;
  }
  if (from < stretch.to) parts.push({ ...stretch, from });
  return parts;
}
