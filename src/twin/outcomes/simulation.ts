/** The answer of `simulate`. */
import { pendingPods } from './placeholders.ts';
import { formatFault } from '../../faults/say.ts';
import type { BuiltRun } from '../engine/build-run.ts';
import type { World } from '../../inventory/world.ts';
import type { ObjectiveVerdict, Simulation, WorkloadOutcome } from '../results.ts';
import { acceptedDowntime } from './accepted-downtime.ts';
import { assumptionsOf } from './assumptions.ts';
import { controlPlaneIntervals } from './control-plane.ts';
import { verdictsOf } from './objectives.ts';
import type { WaitingBefore } from './outcomes.ts';
import { outcomesOf, seconds } from './outcomes.ts';

export function simulationOf(run: BuiltRun, before: WaitingBefore): Simulation {
  const { scenario, options, horizon, world, timeline } = run;
  const workloads = outcomesOf(run, before);
  return {
    apiVersion: 'holdfast.dev/v1',
    kind: 'Simulation',
    scenario: scenario.name,
    faults: scenario.faults.map(({ fault, at, until }) => ({
      fault: formatFault(fault),
      from: seconds(at),
      ...(until === undefined ? {} : { to: seconds(until) }),
    })),
    seed: run.seed,
    horizonSeconds: seconds(horizon),
    kubernetesVersion: world.kubernetesVersion ?? '',
    workloads,
    controlPlane: { intervals: controlPlaneIntervals(timeline, horizon) },
    pendingAtEnd: pendingPods(run),
    objectives: [...verdictsOf(run, options.objectives), ...downtimeVerdicts(world, workloads)],
    assumed: assumptionsOf(run),
  };
}

function downtimeVerdicts(world: World, outcomes: readonly WorkloadOutcome[]): readonly ObjectiveVerdict[] {
  const byId = new Map(outcomes.map((outcome) => [outcome.workload, outcome]));
  return world.workloads.flatMap((workload) => {
    const outcome = byId.get(workload.id);
    const down = outcome?.intervals.filter(({ state }) => state === 'down') ?? [];
    const said = { downSeconds: outcome?.downSeconds ?? 0, cause: down[0]?.cause ?? '' };
    return acceptedDowntime(workload, said) ?? [];
  });
}
