/** The answer of `simulate`. */
import { formatFault } from '../../faults/say.ts';
import { controlPlaneAssumptions } from '../control-plane/control-plane-timeline.ts';
import type { BuiltRun } from '../engine/build-run.ts';
import type { Simulation } from '../results.ts';
import { controlPlaneIntervals } from './control-plane.ts';
import { verdictsOf } from './objectives.ts';
import type { WaitingBefore } from './outcomes.ts';
import { outcomesOf, seconds } from './outcomes.ts';

export function simulationOf(run: BuiltRun, before: WaitingBefore): Simulation {
  const { scenario, options, horizon, world, timeline } = run;
  return {
    apiVersion: 'holdfast.dev/v1',
    kind: 'Simulation',
    scenario: scenario.name,
    faults: scenario.faults.map(({ fault, at, until }) => ({
      fault: formatFault(fault),
      from: seconds(at),
      ...(until === undefined ? {} : { to: seconds(until) }),
    })),
    seed: options.seed,
    horizonSeconds: seconds(horizon),
    kubernetesVersion: world.kubernetesVersion ?? '',
    workloads: outcomesOf(run, before),
    controlPlane: { intervals: controlPlaneIntervals(timeline, horizon) },
    pendingAtEnd: run.scheduler.unschedulable().length,
    objectives: verdictsOf(run, options.objectives),
    assumed: [...new Set([...controlPlaneAssumptions(world), ...run.assumed])],
  };
}
