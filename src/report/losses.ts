/** What single losses take down, in the few rows that a person reads first: every zone, the worst node, the worst machine. */
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

/** By objective: in how many of the losses that put it to the test it is kept, and where it is missed. */
export function simulatedVerdicts({ failures }: Sweep): ReadonlyMap<string, string> {
  const tests = [
    ['nodeFailureRecovery', 'node='],
    ['zoneFailureRecovery', 'zone='],
    ['controlPlaneRecovery', 'member='],
  ] as const;
  return new Map(
    tests.flatMap(([objective, prefix]) => {
      const tested = failures.filter(({ fault }) => fault.startsWith(prefix));
      const missed = tested.filter(({ objectivesMissed }) => objectivesMissed.includes(objective));
      if (tested.length === 0) return [];
      const kept = `Simulated: kept in ${tested.length - missed.length} of ${counted(tested.length, 'loss', 'losses')}`;
      const [first] = missed;
      return [[objective, first === undefined ? `${kept}.` : `${kept}; missed by ${first.fault}: ${first.cause}.`]];
    }),
  );
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
