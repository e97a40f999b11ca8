/** Things that fail at random and are repaired: from failures per year and repair time to a share of time. */
import type { Fraction, Millis } from '../core/units.ts';
import { YEAR } from './budget.ts';

export interface FailureAndRepair {
  /** Expected failures of one thing in a year. */
  readonly failuresPerYear: number;
  /** Mean time from a failure until it is up again. */
  readonly repair: Millis;
}

/** Share of time that it is up: time to failure over time to failure and repair, MTTF / (MTTF + MTTR). */
export function steadyAvailability({ failuresPerYear, repair }: FailureAndRepair): Fraction {
  if (failuresPerYear <= 0) return 1;
  const timeToFailure = YEAR / failuresPerYear;
  return timeToFailure / (timeToFailure + repair);
}
