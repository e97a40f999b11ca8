/** Severity follows what the owners of workloads say that they may suffer. */
import { sayDuration } from '../core/duration.ts';
import { type Intent, intentOf } from './context.ts';
import { type Merged, SEVERITIES } from './merge.ts';
import type { Witness } from './results.ts';
import type { Severity } from './rule.ts';

export interface Judged {
  readonly severity: Severity;
  /** Why it is not the rule's own; undefined when it is. */
  readonly because: string | undefined;
}

/**
 * The strictest of those that go down decides. A downtime that its owner accepts and that the witness keeps is no more
 * than worth knowing; one that it breaks is an error. Without a witness a declared downtime makes it one step milder:
 * somebody thought of it, and nobody measured it.
 */
export function judge({ severity, takesDown }: Merged, witness: Witness | undefined): Judged {
  const of = takesDown.find(({ id }) => id === witness?.workload);
  const accepted = of === undefined ? undefined : intentOf(of).acceptedDowntime;
  if (accepted !== undefined && witness?.seconds !== undefined) {
    const down = witness.seconds * 1_000;
    const figures = `${sayDuration(down)} down, ${sayDuration(accepted)} accepted`;
    if (down <= accepted) return { severity: 'info', because: `Its owner accepts it: ${figures}.` };
    return { severity: 'error', because: `Longer than its owner accepts: ${figures}.` };
  }
  const intents = takesDown.map(intentOf);
  const shownDown = witness?.workload !== undefined && witness.seconds !== undefined && witness.seconds > 0;
  if (severity === 'warning' && shownDown && intents.some(({ criticality }) => criticality === 'critical'))
    return { severity: 'error', because: 'It takes down a workload that is declared critical.' };
  if (intents.length > 0 && severity !== 'info') {
    if (intents.every(isLow)) return { severity: milder(severity), because: 'Whatever it takes down is declared low.' };
    if (intents.every(declaresDowntime))
      return { severity: milder(severity), because: 'Its owner accepts downtime; how long it lasts was not measured.' };
  }
  return { severity, because: undefined };
}

function isLow({ criticality }: Intent): boolean {
  return criticality === 'low';
}

function declaresDowntime({ acceptedDowntime }: Intent): boolean {
  return acceptedDowntime !== undefined && acceptedDowntime > 0;
}

function milder(severity: Severity): Severity {
  return SEVERITIES[Math.max(0, SEVERITIES.indexOf(severity) - 1)] ?? 'info';
}
