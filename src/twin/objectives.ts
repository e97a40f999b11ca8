/** Promises of a document, and of workloads by their annotation, held against one simulation. */
import { parseDuration, sayDuration } from '../core/duration.ts';
import type { Millis } from '../core/units.ts';
import type { Fault, Scenario } from '../faults/scenario.ts';
import type { World } from '../inventory/world.ts';
import type { Objectives } from '../spec/cluster.ts';
import type { ObjectiveVerdict, Simulation, WorkloadOutcome } from './results.ts';

/** Verdicts of every promise that the scenario puts to the test; the others are not judged by it. */
export function judgeObjectives(
  simulation: Simulation,
  { scenario, world, objectives }: { scenario: Scenario; world: World; objectives: Objectives | undefined },
): readonly ObjectiveVerdict[] {
  const { nodeFailureRecovery, zoneFailureRecovery, controlPlaneRecovery } = objectives ?? {};
  const only = onlyFault(scenario);
  const placeholders = placeholdersOf(world);
  const real = { ...simulation, workloads: simulation.workloads.filter(({ workload }) => !placeholders.has(workload)) };
  return [
    ...(only?.kind === 'node' && nodeFailureRecovery !== undefined
      ? [podRecovery('nodeFailureRecovery', nodeFailureRecovery, real)]
      : []),
    ...(only?.kind === 'zone' && zoneFailureRecovery !== undefined
      ? [podRecovery('zoneFailureRecovery', zoneFailureRecovery, real)]
      : []),
    ...(losesMember(only, world) && controlPlaneRecovery !== undefined
      ? [apiRecovery(controlPlaneRecovery, simulation)]
      : []),
    ...acceptedDowntimes(simulation, world),
  ];
}

/** Pods that hold room for others have a priority below 0: that they wait is what they are for. */
export function placeholdersOf({ workloads }: World): ReadonlySet<string> {
  const held = workloads.filter(
    ({ templates }) => templates.length > 0 && templates.every(({ priority }) => priority < 0),
  );
  return new Set(held.map(({ id }) => id));
}

function onlyFault({ faults }: Scenario): Fault | undefined {
  return faults.length === 1 ? faults[0]?.fault : undefined;
}

/** One machine of the control plane: the promise is about no more. */
function losesMember(fault: Fault | undefined, { controlPlane }: World): boolean {
  if (fault?.kind === 'member') return true;
  return fault?.kind === 'node' && controlPlane.members.some(({ name }) => name === fault.node);
}

/** From the loss until every displaced pod is ready elsewhere. */
function podRecovery(name: string, promised: Millis, simulation: Simulation): ObjectiveVerdict {
  const start = simulation.faults[0]?.from ?? 0;
  const hit = simulation.workloads.filter(({ intervals }) =>
    intervals.some(({ state }) => state === 'down' || state === 'degraded'),
  );
  const never = hit.find(({ recoveredAt }) => recoveredAt === undefined);
  const said = { name, promised: sayDuration(promised) };
  if (never !== undefined)
    return {
      ...said,
      verdict: 'missed',
      evidence: `${never.workload} is not whole again within ${sayDuration(simulation.horizonSeconds * 1_000)}: ${causeOf(never)}`,
    };
  const last = hit.toSorted((a, b) => (b.recoveredAt ?? 0) - (a.recoveredAt ?? 0))[0];
  if (last === undefined)
    return { ...said, verdict: 'kept', measured: '0 s', evidence: 'No workload is ever short of pods.' };
  const measured = Math.round(((last.recoveredAt ?? 0) - start) * 1_000);
  return {
    ...said,
    verdict: measured <= promised ? 'kept' : 'missed',
    measured: sayDuration(measured),
    evidence: `${last.workload} is the last that is whole again: ${causeOf(last)}`,
  };
}

/** From the loss until reads and writes succeed again. */
function apiRecovery(promised: Millis, { controlPlane, faults, horizonSeconds }: Simulation): ObjectiveVerdict {
  const start = faults[0]?.from ?? 0;
  const gone = controlPlane.intervals.filter(({ state }) => state === 'down' || state === 'read-only');
  const last = gone.at(-1);
  const said = { name: 'controlPlaneRecovery', promised: sayDuration(promised) };
  if (last === undefined)
    return { ...said, verdict: 'kept', measured: '0 s', evidence: 'The API takes reads and writes throughout.' };
  if (last.to === undefined)
    return {
      ...said,
      verdict: 'missed',
      evidence: `The API takes no writes within ${sayDuration(horizonSeconds * 1_000)}: ${last.cause}`,
    };
  const measured = Math.round((last.to - start) * 1_000);
  return {
    ...said,
    verdict: measured <= promised ? 'kept' : 'missed',
    measured: sayDuration(measured),
    evidence: last.cause,
  };
}

/** `holdfast.dev/accepted-downtime` of a workload is a promise of its own. */
function acceptedDowntimes({ workloads }: Simulation, world: World): readonly ObjectiveVerdict[] {
  return world.workloads.flatMap(({ id, acceptedDowntime }): readonly ObjectiveVerdict[] => {
    if (acceptedDowntime === undefined) return [];
    const name = `acceptedDowntime ${id}`;
    const accepted = parseDuration(acceptedDowntime);
    if (accepted === undefined)
      return [{ name, verdict: 'unknown', evidence: `"${acceptedDowntime}" is not a duration, like 30s.` }];
    const outcome = workloads.find(({ workload }) => workload === id);
    const down = Math.round((outcome?.downSeconds ?? 0) * 1_000);
    return [
      {
        name,
        verdict: down <= accepted ? 'kept' : 'missed',
        promised: sayDuration(accepted),
        measured: down === 0 ? '0 s' : sayDuration(down),
        evidence: down === 0 || outcome === undefined ? 'It is never down.' : causeOf(outcome),
      },
    ];
  });
}

/** Of the longest interval in which it was short. */
function causeOf({ intervals }: WorkloadOutcome): string {
  const short = intervals.filter(({ state }) => state === 'down' || state === 'degraded');
  const length = ({ from, to }: (typeof short)[number]): number => (to ?? Number.POSITIVE_INFINITY) - from;
  return short.toSorted((a, b) => length(b) - length(a))[0]?.cause ?? '';
}
