/** What rules say of certificates: when they end, seen from the time of the check. */
import type { EpochSeconds } from '../kubernetes/time.ts';

export const DAY_SECONDS = 86_400;

/** Who renews by hand needs weeks; kubeadm and cert-manager warn and renew 30 days before (cert-manager: a third of 90). */
export const SOON_DAYS = 30;

/** `2027-03-01`. */
export function sayDate(moment: EpochSeconds): string {
  return new Date(moment * 1_000).toISOString().slice(0, 10);
}

/** Whole days from one moment to a later one. */
export function daysUntil(end: EpochSeconds, now: EpochSeconds): number {
  return Math.floor((end - now) / DAY_SECONDS);
}

/** `in 3 days`, `today`. */
export function sayDaysUntil(end: EpochSeconds, now: EpochSeconds): string {
  const days = daysUntil(end, now);
  return days === 0 ? 'today' : `in ${days} day${days === 1 ? '' : 's'}`;
}
