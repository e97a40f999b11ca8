/** The verdicts on all objectives, in the order of the document. */
import type { Verdict } from '../types.ts';
import { apiLatencyP99 } from './api-latency.ts';
import { apiAvailability } from './availability-verdict.ts';
import { budget } from './budget.ts';
import { controlPlaneRecovery } from './control-plane-recovery.ts';
import { crossZoneLatency } from './cross-zone-latency.ts';
import { type Evidence, type Judge, judged } from './judge.ts';
import { nodeFailureRecovery, zoneFailureRecovery } from './pod-recovery.ts';
import { podStartP99 } from './pod-start.ts';
import { rpo, rto } from './recovery-objectives.ts';
import { scaleUpRate } from './scale-up.ts';

export const judges: readonly Judge[] = [
  apiAvailability,
  apiLatencyP99,
  podStartP99,
  crossZoneLatency,
  controlPlaneRecovery,
  nodeFailureRecovery,
  zoneFailureRecovery,
  scaleUpRate,
  rpo,
  rto,
  budget,
];

/** One verdict per objective; `written` gives a promise as the document writes it. */
export function verdictsOn(evidence: Evidence, written: (name: string) => string | undefined): readonly Verdict[] {
  return judges.map((judge) => judged(judge, evidence, written(judge.name)));
}
