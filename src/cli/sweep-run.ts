/** The failures of a sweep: the same list in every thread, so that a number names a failure. */
import type { SweepFailure } from '../twin/results.ts';
import { planSweep, runSweep, type SweepPlan, type SweepQuestion } from '../twin/sweep.ts';
import { Twin } from '../twin/twin.ts';
import { twinSettings } from './twin-settings.ts';
import type { MadeWorld, WorldInputs } from './world-inputs.ts';

/** What a thread needs to do its share: failures `first`, `first + step`, … */
export interface SweepShare {
  readonly inputs: WorldInputs;
  readonly question: SweepQuestion;
  readonly seed: number;
  readonly first: number;
  readonly step: number;
}

export interface SweepRun {
  readonly twin: Twin;
  readonly planned: SweepPlan;
  /** Runs every `step`-th failure from `first` on; whoever iterates may stop at any. */
  readonly share: (first: number, step: number) => Iterable<SweepFailure>;
}

export function sweepRun(
  { world, plan }: Pick<MadeWorld, 'world' | 'plan'>,
  question: SweepQuestion,
  seed: number,
): SweepRun {
  const twin = new Twin(world, twinSettings(plan, seed));
  const planned = planSweep(twin, question);
  return {
    twin,
    planned,
    share: (first, step) => {
      const failures = planned.failures.filter((_, index) => index % step === first);
      return runSweep(twin, failures, question.horizon);
    },
  };
}
