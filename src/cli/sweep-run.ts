/** The failures of a sweep and what each does: the same list in every thread, so a number names a failure. */
import type { Domain } from '../faults/domains.ts';
import { type Failures, failuresOf } from '../faults/failures.ts';
import type { Millis } from '../core/units.ts';
import { judgeObjectives, placeholdersOf } from '../twin/objectives.ts';
import type { Simulation, SweepFailure } from '../twin/results.ts';
import { shortBefore, scenarioOfFailure, sharedNodes, sweepFailureOf } from '../twin/sweep-failure.ts';
import { Twin } from '../twin/twin.ts';
import { twinSettings } from './twin-settings.ts';
import type { World } from '../inventory/world.ts';
import type { MadeWorld, WorldInputs } from './world-inputs.ts';

export interface SweepOptions {
  readonly domains: readonly Domain[];
  readonly depth: 1 | 2;
  readonly horizon: Millis;
  readonly seed: number;
}

/** What a thread needs to do its share: failures `first`, `first + step`, … */
export interface SweepShare {
  readonly inputs: WorldInputs;
  readonly options: SweepOptions;
  readonly first: number;
  readonly step: number;
}

export interface SweepRun extends Failures {
  readonly judge: (index: number) => SweepFailure;
}

export function sweepRun({ world, plan }: Pick<MadeWorld, 'world' | 'plan'>, options: SweepOptions): SweepRun {
  const { domains, depth, horizon, seed } = options;
  const twin = new Twin(world, twinSettings(plan, seed));
  const shared = depth === 2 ? sharedNodes(world, twin.state) : [];
  const { failures, leftOut } = failuresOf(world, { domains, depth, shared });
  const before = shortBefore(twin.simulate(scenarioOfFailure([], horizon)));
  return {
    failures,
    leftOut,
    judge: (index) => {
      const scenario = scenarioOfFailure(failures[index] ?? [], horizon);
      const simulation = forPeople(twin.simulate(scenario), world);
      const objectives = judgeObjectives(simulation, { scenario, world, objectives: plan?.cluster.objectives });
      return sweepFailureOf(simulation, { before, objectives });
    },
  };
}

/** Static pods are the control plane's own, which is told as such; they come and go with their machine. */
export function forPeople(simulation: Simulation, world: World): Simulation {
  const own = new Set(world.workloads.filter((one) => one.static).map(({ id }) => id));
  const placeholders = placeholdersOf(world);
  const workloads = simulation.workloads
    .filter(({ workload }) => !own.has(workload))
    .map((one) => (placeholders.has(one.workload) ? { ...one, placeholder: true as const } : one));
  return { ...simulation, workloads };
}
