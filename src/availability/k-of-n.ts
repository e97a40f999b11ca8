/** Independent members, each up with the same probability: the binomial distribution. */
import type { Fraction } from '../core/units.ts';

/** Probabilities that exactly 0, 1, … n of n members are up; they sum to 1. Stable for any n, no factorials. */
export function upDistribution(n: number, up: Fraction): readonly Fraction[] {
  let distribution: readonly Fraction[] = [1];
  for (let member = 0; member < n; member += 1) {
    distribution = Array.from(
      { length: member + 2 },
      (_, count) => (distribution[count] ?? 0) * (1 - up) + (distribution[count - 1] ?? 0) * up,
    );
  }
  return distribution;
}

/** Probability that at least k of n members are up. */
export function atLeast(k: number, n: number, up: Fraction): Fraction {
  return upDistribution(n, up).reduce((sum, probability, count) => (count >= k ? sum + probability : sum), 0);
}

/** The majority of n members: more than half. */
export function majority(n: number): number {
  return Math.floor(n / 2) + 1;
}
