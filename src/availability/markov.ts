/**
 * A birth–death Markov chain in continuous time: n members that fail and are repaired, with a limited number of
 * repairs at a time. State i is the number of members down. Rates are per millisecond. Standard reliability theory
 * (M/M/c//n repair model); the tests compare it with closed forms and a seeded simulation.
 */
import { assert } from '../core/error.ts';
import type { Fraction, Millis } from '../core/units.ts';
import { YEAR } from './budget.ts';
import type { FailureAndRepair } from './repair.ts';

export interface RepairedGroup extends FailureAndRepair {
  readonly members: number;
  /** Repairs that go on at the same time; as many as members when each repairs itself. */
  readonly crews: number;
}

/** Probabilities in the long run that 0, 1, … n members are down. */
export function steadyState(group: RepairedGroup): readonly Fraction[] {
  const weights = [1];
  for (let down = 1; down <= group.members; down += 1) {
    weights.push((weights[down - 1] ?? 0) * (failureRate(group, down - 1) / repairRate(group, down)));
  }
  const sum = weights.reduce((so, one) => so + one, 0);
  return weights.map((weight) => weight / sum);
}

/**
 * Mean time from all members up until more than `tolerated` are down at once: the sum over i of the mean time from
 * i to i+1 down, T(0) = 1/λ0, T(i) = 1/λi + μi/λi · T(i−1).
 */
export function meanTimeToLoss(group: RepairedGroup, tolerated: number): Millis {
  assert(tolerated >= 0 && tolerated < group.members, 'the loss can be reached');
  let toNext = 0;
  let total = 0;
  for (let down = 0; down <= tolerated; down += 1) {
    const failing = failureRate(group, down);
    toNext = 1 / failing + (down === 0 ? 0 : (repairRate(group, down) / failing) * toNext);
    total += toNext;
  }
  return total;
}

function failureRate({ members, failuresPerYear }: RepairedGroup, down: number): number {
  return ((members - down) * failuresPerYear) / YEAR;
}

function repairRate({ crews, repair }: RepairedGroup, down: number): number {
  return Math.min(down, crews) / repair;
}
