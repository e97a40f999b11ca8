/** What one failure of a sweep does: only workloads that it touched are looked at. */
import type { Millis } from '../../core/units.ts';
import type { BuiltRun } from '../engine/build-run.ts';
import type { ControlPlaneInterval, SweepFailure } from '../results.ts';
import { acceptedDowntime } from './accepted-downtime.ts';
import { formatFault } from '../../faults/say.ts';
import { sayChain } from './chain.ts';
import { controlPlaneIntervals, worstOf } from './control-plane.ts';
import { type Stretch, stateOf } from './intervals.ts';
import { verdictsOf } from './objectives.ts';
import type { WaitingBefore } from './outcomes.ts';
import { isMissed, pendingPods } from './placeholders.ts';
import { causesOf, seconds, workloadStretches } from './outcomes.ts';

export function failureOf(run: BuiltRun, before: WaitingBefore): SweepFailure {
  const { world, recorder, options, scenario, timeline, horizon } = run;
  const down: string[] = [];
  const degraded: string[] = [];
  const broken: string[] = [];
  let worst = { weight: 0, cause: '' };
  let longestDown = 0;
  for (const index of recorder.workloads()) {
    const workload = world.workloads[index];
    const first = recorder.before(index);
    if (workload === undefined || first === undefined || !isMissed(workload)) continue;
    const atRest = stateOf(first, options.quorums.get(workload.id));
    if (atRest === 'down') continue;
    const stretches = workloadStretches(run, index);
    const spans = stretches.filter(({ state }) => state === 'down');
    const short = spans.length === 0 && atRest !== 'degraded' ? stretches.filter(isDegraded) : [];
    if (spans.length > 0) down.push(workload.id);
    else if (short.length > 0) degraded.push(workload.id);
    const time = lengthOf(spans);
    const longest = [...spans, ...short].toSorted((a, b) => b.to - b.from - (a.to - a.from))[0];
    // Any time down outweighs the longest time short of pods.
    const weight = time > 0 ? time + horizon : lengthOf(short);
    if (longest !== undefined && weight > worst.weight)
      worst = { weight, cause: sayChain(causesOf(run, index, longest, before)) };
    longestDown = Math.max(longestDown, time);
    if (acceptedDowntime(workload, { downSeconds: seconds(time), cause: '' })?.verdict === 'missed')
      broken.push(`acceptedDowntime ${workload.id}`);
  }
  const plane = lastingIntervals(controlPlaneIntervals(timeline, horizon), seconds(horizon));
  return {
    fault: scenario.faults.map(({ fault }) => formatFault(fault)).join(' + '),
    workloadsDown: down.sort(),
    workloadsDegraded: degraded.sort(),
    worstSeconds: seconds(longestDown),
    pendingAtEnd: pendingPods(run),
    objectivesMissed: [
      ...verdictsOf(run, options.objectives).flatMap(({ name, verdict }) => (verdict === 'missed' ? [name] : [])),
      ...broken.sort(),
    ],
    cause: worst.cause === '' ? (plane.find(({ state }) => state !== 'up')?.cause ?? '') : worst.cause,
    controlPlane: worstOf(plane),
  };
}

function isDegraded({ state }: Stretch): boolean {
  return state === 'degraded';
}

function lengthOf(stretches: readonly Stretch[]): Millis {
  return stretches.reduce((sum, { from, to }) => sum + to - from, 0);
}

/** Elections, and a standby that takes over, are no loss of the control plane. */
const LASTING_SECONDS = 60;

function lastingIntervals(
  intervals: readonly ControlPlaneInterval[],
  horizonSeconds: number,
): readonly ControlPlaneInterval[] {
  return intervals.filter(({ from, to, state }) => state === 'up' || (to ?? horizonSeconds) - from >= LASTING_SECONDS);
}
