/** What a share of time means in downtime, and back. A year has 365 days, a month of promises 30 days. */
import type { Fraction, Millis } from '../core/units.ts';

export const YEAR: Millis = 365 * 86_400_000;
export const MONTH: Millis = 30 * 86_400_000;

/** Downtime in a year at this availability: 99.2 % is 70.08 hours. */
export function downtimePerYear(availability: Fraction): Millis {
  return (1 - availability) * YEAR;
}

/** Downtime in 30 days at this availability: 99.99 % is 4.32 minutes. */
export function downtimePerMonth(availability: Fraction): Millis {
  return (1 - availability) * MONTH;
}

/** The availability that so much downtime in a year leaves, never below 0. */
export function availabilityFrom(downtimeInYear: Millis): Fraction {
  return Math.max(0, 1 - downtimeInYear / YEAR);
}
