/** How long is looked at when nobody says: every command that runs the twin takes the same. */
import type { Millis } from '../core/units.ts';
import type { TimedFault } from './scenario.ts';

const HOUR: Millis = 3_600_000;
/** Default timers bring the last pod of a zone of a hundred nodes back within 22 minutes. */
const AFTER_LAST: Millis = 1_800_000;

/** Beyond a month nothing that the twin knows of changes any more, and time simulated costs time. */
export const LONGEST_HORIZON: Millis = 31 * 24 * HOUR;

/** An hour, or half an hour after the last fault, whichever is longer. */
export function defaultHorizon(faults: readonly TimedFault[]): Millis {
  const last = Math.max(0, ...faults.map(({ at, until }) => until ?? at));
  return Math.max(HOUR, last + AFTER_LAST);
}
