/** What single losses take down, in the few rows that a person reads first: every zone, the worst node, the worst machine. */
import type { Plan, Verdict } from '../plan/types.ts';
import type { Sweep, SweepFailure } from '../twin/results.ts';
import { seconds } from './simulation-text.ts';
import { counted } from './words.ts';

export interface LossRow {
  /** Rows of two clusters are compared by it. */
  readonly title: string;
  readonly failure: SweepFailure;
  readonly tone: 'kept' | 'missed';
}

/** A sweep of zones, nodes and machines of the control plane, alone. */
export function lossRows({ failures }: Sweep): readonly LossRow[] {
  const zones = failures.filter(({ fault }) => fault.startsWith('zone='));
  const nodes = failures.filter(({ fault }) => fault.startsWith('node='));
  const members = failures.filter(({ fault }) => fault.startsWith('member='));
  return [
    ...zones
      .toSorted((a, b) => (a.fault < b.fault ? -1 : 1))
      .map((failure) => rowOf(`Zone ${nameOf(failure)}`, failure)),
    ...worst('node', nodes),
    ...worst('control-plane machine', members),
  ];
}

/** `2 workloads down, the longest for 6 m 5 s` */
export function sayLoss({ workloadsDown, workloadsDegraded, worstSeconds, controlPlane }: SweepFailure): string {
  const plane = controlPlane === 'up' ? '' : 'control plane gone; ';
  if (workloadsDown.length > 0)
    return `${plane}${counted(workloadsDown.length, 'workload')} down${workloadsDown.length > 1 ? ', the longest' : ''} for ${seconds(worstSeconds)}`;
  if (workloadsDegraded.length > 0) return `${plane}none down, ${workloadsDegraded.length} short of pods`;
  return `${plane}no workload touched`;
}

/** Of one zone, as the document names it. */
export function lossOfZone(sweep: Sweep, region: string, zone: string): LossRow | undefined {
  return lossRows(sweep).find(({ failure }) => failure.fault === `zone=${region}/${zone}`);
}

/**
 * The plan with what the simulation says of its promises. A promise that some loss breaks is missed, whatever the closed
 * form says: the twin knows the workloads, the plan does not.
 */
export function withSimulation(plan: Plan, sweep: Sweep | undefined): Plan {
  if (sweep === undefined) return plan;
  return { ...plan, verdicts: plan.verdicts.map((verdict) => simulated(verdict, sweep)) };
}

/** Kinds of losses that put a promise to the test, as faults are written. */
const TESTS: Readonly<Record<string, string>> = {
  nodeFailureRecovery: 'node=',
  zoneFailureRecovery: 'zone=',
  controlPlaneRecovery: 'member=',
};

function simulated(verdict: Verdict, { failures }: Sweep): Verdict {
  const prefix = TESTS[verdict.name];
  const tested = prefix === undefined ? [] : failures.filter(({ fault }) => fault.startsWith(prefix));
  if (verdict.verdict === 'not-promised' || tested.length === 0) return verdict;
  const missed = tested.filter(({ objectivesMissed }) => objectivesMissed.includes(verdict.name));
  const kept = `Simulated: kept in ${tested.length - missed.length} of ${counted(tested.length, 'loss', 'losses')}`;
  const [first] = missed;
  if (first === undefined) return { ...verdict, evidence: `${verdict.evidence} ${kept}.` };
  return {
    ...verdict,
    verdict: 'missed',
    evidence: `${kept}; missed by ${first.fault}: ${first.cause}. By the closed form: ${verdict.evidence}`,
  };
}

/** The sweep ranks: the first is the worst. */
function worst(what: string, failures: readonly SweepFailure[]): readonly LossRow[] {
  const [first] = failures;
  return first === undefined ? [] : [rowOf(`Any ${what}, at worst`, first)];
}

function rowOf(title: string, failure: SweepFailure): LossRow {
  const { workloadsDown, controlPlane } = failure;
  return { title, failure, tone: workloadsDown.length > 0 || controlPlane !== 'up' ? 'missed' : 'kept' };
}

function nameOf({ fault }: SweepFailure): string {
  return fault.slice(Math.max(fault.lastIndexOf('/'), fault.indexOf('=')) + 1);
}
