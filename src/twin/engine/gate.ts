/** When the parts of the control plane can work: the question that every event asks before it is handled. */
import type { Millis } from '../../core/units.ts';
import type { ControlPlaneTimeline } from '../control-plane/timeline.ts';

/** Whose work an event is. `world`: nobody's, machines and containers do it by themselves. */
export type Worker = 'world' | 'api' | 'manager' | 'scheduler';

interface Span {
  readonly from: Millis;
  readonly to: Millis;
}

export interface Gate {
  /** The first moment from this one on at which the worker can work; Infinity when there is none. */
  readonly next: (worker: Worker, from: Millis) => Millis;
  /** True when nothing ever stops the worker. */
  readonly always: (worker: Worker) => boolean;
}

export function gateOf(timeline: ControlPlaneTimeline): Gate {
  const up = spansOf(timeline.api.filter(({ state }) => state === 'up'));
  const spans: Readonly<Record<Exclude<Worker, 'world'>, readonly Span[]>> = {
    api: up,
    manager: both(up, spansOf(timeline.controllerManager.filter(({ state }) => state.leads))),
    scheduler: both(up, spansOf(timeline.scheduler.filter(({ state }) => state.leads))),
  };
  const always = (worker: Worker): boolean => {
    if (worker === 'world') return true;
    const [only, ...more] = spans[worker];
    return only !== undefined && more.length === 0 && only.from <= 0 && only.to === Number.POSITIVE_INFINITY;
  };
  const free = { world: true, api: always('api'), manager: always('manager'), scheduler: always('scheduler') };
  return {
    always,
    next: (worker, from) => (worker === 'world' || free[worker] ? from : nextIn(spans[worker], from)),
  };
}

/** A control plane that nothing happens to. */
export const ALWAYS_UP: ControlPlaneTimeline = {
  api: [{ from: 0, to: undefined, state: 'up', causes: [] }],
  controllerManager: [{ from: 0, to: undefined, state: { leads: true, member: undefined }, causes: [] }],
  scheduler: [{ from: 0, to: undefined, state: { leads: true, member: undefined }, causes: [] }],
  takeovers: [],
  cutOff: [],
};

function nextIn(spans: readonly Span[], from: Millis): Millis {
  const span = spans.find(({ to }) => to > from);
  return span === undefined ? Number.POSITIVE_INFINITY : Math.max(from, span.from);
}

/** Spans that touch are one. */
function spansOf(intervals: readonly { readonly from: Millis; readonly to: Millis | undefined }[]): readonly Span[] {
  const merged: { from: Millis; to: Millis }[] = [];
  for (const { from, to = Number.POSITIVE_INFINITY } of intervals) {
    const last = merged.at(-1);
    if (last !== undefined && last.to >= from) last.to = Math.max(last.to, to);
    else merged.push({ from, to });
  }
  return merged;
}

function both(some: readonly Span[], others: readonly Span[]): readonly Span[] {
  return some.flatMap((one) =>
    others
      .map(({ from, to }) => ({ from: Math.max(one.from, from), to: Math.min(one.to, to) }))
      .filter(({ from, to }) => from < to),
  );
}
