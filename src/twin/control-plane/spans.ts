/** Functions of time that stay the same between known moments, as intervals. */
import type { Millis } from '../../core/units.ts';
import type { Cause, Interval } from './timeline.ts';

/** What holds at a moment, and why. */
export interface Held<State> {
  readonly state: State;
  readonly causes: readonly Cause[];
}

/** Moments within the horizon, once each, in order; 0 is the first. */
export function moments(all: Iterable<Millis>, horizon: Millis): readonly Millis[] {
  const within = [...all].filter((at) => at > 0 && at < horizon);
  return [...new Set([0, ...within])].sort((a, b) => a - b);
}

/** Asks at each moment and joins what stays the same. */
export function intervalsOf<State>(
  times: readonly Millis[],
  heldAt: (at: Millis) => Held<State>,
): readonly Interval<State>[] {
  const found: Interval<State>[] = [];
  let last = '';
  for (const from of times) {
    const { state, causes } = heldAt(from);
    const key = JSON.stringify([state, causes]);
    if (key === last) continue;
    last = key;
    const before = found.pop();
    if (before !== undefined) found.push({ ...before, to: from });
    found.push({ from, to: undefined, state, causes });
  }
  return found;
}

/** What an interval list holds at a moment. */
export function at<State>(intervals: readonly Interval<State>[], time: Millis): Interval<State> {
  const found = intervals.findLast(({ from }) => from <= time) ?? intervals[0];
  if (found === undefined) throw new RangeError('no interval');
  return found;
}
