/** The control plane's timeline as intervals of one state each. */
import type { Millis } from '../../core/units.ts';
import type { Cause, ControlPlaneTimeline } from '../control-plane/timeline.ts';
import type { ControlPlaneInterval } from '../results.ts';
import { sayChain } from './chain.ts';

type State = ControlPlaneInterval['state'];

export function controlPlaneIntervals(
  timeline: ControlPlaneTimeline,
  horizon: Millis,
): readonly ControlPlaneInterval[] {
  const cuts = new Set<Millis>([0]);
  for (const { from, to } of [...timeline.api, ...timeline.controllerManager, ...timeline.scheduler]) {
    for (const at of [from, to]) if (at !== undefined && at > 0 && at < horizon) cuts.add(at);
  }
  const merged: { from: Millis; state: State; causes: readonly Cause[] }[] = [];
  for (const from of [...cuts].sort((a, b) => a - b)) {
    const here = stateAt(timeline, from);
    if (merged.at(-1)?.state !== here.state) merged.push({ from, ...here });
  }
  return merged.map(({ from, state, causes }, place) => {
    const to = merged[place + 1]?.from;
    return {
      from: from / 1_000,
      ...(to === undefined ? {} : { to: to / 1_000 }),
      state,
      cause: sayChain(causes),
      causes,
    };
  });
}

/** The worst that it was. */
export function worstOf(intervals: readonly ControlPlaneInterval[]): State {
  const order: readonly State[] = ['down', 'read-only', 'no-controllers', 'up'];
  return order.find((state) => intervals.some((one) => one.state === state)) ?? 'up';
}

function stateAt(timeline: ControlPlaneTimeline, time: Millis): { state: State; causes: readonly Cause[] } {
  const api = intervalAt(timeline.api, time);
  if (api !== undefined && api.state !== 'up') return { state: api.state, causes: api.causes };
  const idle = [timeline.controllerManager, timeline.scheduler]
    .map((intervals) => intervalAt(intervals, time))
    .find((one) => one !== undefined && !one.state.leads);
  return idle === undefined ? { state: 'up', causes: [] } : { state: 'no-controllers', causes: idle.causes };
}

function intervalAt<One extends { readonly from: Millis; readonly to: Millis | undefined }>(
  intervals: readonly One[],
  time: Millis,
): One | undefined {
  return intervals.find(({ from, to }) => from <= time && time < (to ?? Number.POSITIVE_INFINITY));
}
