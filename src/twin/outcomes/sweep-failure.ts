/** What one failure of a sweep does: only workloads that it touched are looked at. */
import type { BuiltRun } from '../engine/build-run.ts';
import type { SweepFailure } from '../results.ts';
import { formatFault } from '../../faults/say.ts';
import { sayChain } from './chain.ts';
import { controlPlaneIntervals, worstOf } from './control-plane.ts';
import { stateOf } from './intervals.ts';
import { verdictsOf } from './objectives.ts';
import type { WaitingBefore } from './outcomes.ts';
import { causesOf, seconds, workloadStretches } from './outcomes.ts';

export function failureOf(run: BuiltRun, before: WaitingBefore): SweepFailure {
  const { world, recorder, options, scenario, timeline, horizon } = run;
  const down: string[] = [];
  const degraded: string[] = [];
  let worst = { time: 0, cause: '' };
  for (const index of recorder.workloads()) {
    const workload = world.workloads[index];
    const first = recorder.before(index);
    if (workload === undefined || first === undefined) continue;
    const atRest = stateOf(first, options.quorums.get(workload.id));
    if (atRest === 'down') continue;
    const stretches = workloadStretches(run, index);
    const spans = stretches.filter(({ state }) => state === 'down');
    if (spans.length > 0) down.push(workload.id);
    else if (atRest !== 'degraded' && stretches.some(({ state }) => state === 'degraded')) degraded.push(workload.id);
    const time = spans.reduce((sum, { from, to }) => sum + to - from, 0);
    const longest = spans.toSorted((a, b) => b.to - b.from - (a.to - a.from))[0];
    if (longest !== undefined && (time > worst.time || worst.cause === ''))
      worst = { time, cause: sayChain(causesOf(run, index, longest, before)) };
  }
  return {
    fault: scenario.faults.map(({ fault }) => formatFault(fault)).join(' + '),
    workloadsDown: down.sort(),
    workloadsDegraded: degraded.sort(),
    worstSeconds: seconds(worst.time),
    pendingAtEnd: run.scheduler.unschedulable().length,
    objectivesMissed: verdictsOf(run, options.objectives).flatMap(({ name, verdict }) =>
      verdict === 'missed' ? [name] : [],
    ),
    cause: worst.cause,
    controlPlane: worstOf(controlPlaneIntervals(timeline, horizon)),
  };
}
