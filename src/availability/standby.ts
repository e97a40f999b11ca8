/**
 * When a standby leads after a leader is gone. Source: client-go v0.36.3 tools/leaderelection/leaderelection.go (acquire,
 * tryAcquireOrRenew): a standby looks every retry period, stretched by up to 120 %, and counts the lease's duration from
 * when it itself last saw the record change.
 */
import type { Millis } from '../core/units.ts';
import type { Span } from './recovery-model.ts';
import { RETRY_STRETCH } from './recovery-timers.ts';
import type { LeaderTimers } from './recovery-timers.ts';

/**
 * From the crash of the leader. At least: it had renewed a retry period ago and the standby saw that at once. At most: the
 * standby saw the last renewal one stretched wait late, and tries one stretched wait after the lease is over.
 */
export function standbyTakeover({ leaseDuration, retryPeriod }: LeaderTimers): Span {
  const longestWait: Millis = retryPeriod * RETRY_STRETCH;
  return { least: leaseDuration - retryPeriod, most: Math.round(leaseDuration + 2 * longestWait) };
}
