/** `holdfast.dev/accepted-downtime` of a workload is a promise of its own. */
import { parseDuration, sayDuration } from '../../core/duration.ts';
import type { Workload } from '../../inventory/world.ts';
import type { ObjectiveVerdict } from '../results.ts';

/** Undefined when the workload promises nothing. */
export function acceptedDowntime(
  { id, acceptedDowntime: written }: Workload,
  outcome: { readonly downSeconds: number; readonly cause: string },
): ObjectiveVerdict | undefined {
  if (written === undefined) return undefined;
  const name = `acceptedDowntime ${id}`;
  const accepted = parseDuration(written);
  if (accepted === undefined)
    return { name, verdict: 'unknown', evidence: `"${written}" is not a duration, like 30s.` };
  const down = Math.round(outcome.downSeconds * 1_000);
  return {
    name,
    verdict: down <= accepted ? 'kept' : 'missed',
    promised: sayDuration(accepted),
    measured: sayDuration(down),
    evidence: down === 0 ? 'It is never down.' : outcome.cause,
  };
}
