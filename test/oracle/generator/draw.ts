/** Draws from a seed: what the generator's parts share. */
import { seeded } from '../../../src/core/random.ts';

export interface Draw {
  /** A whole number from `low` to `high`, both included. */
  between(low: number, high: number): number;
  /** True with this probability. */
  chance(probability: number): boolean;
  pick<T>(values: readonly T[]): T;
  /** Some of the values, at least `least`, in their order. */
  some<T>(values: readonly T[], least?: number): T[];
  /** One value by weight. */
  weighted<T>(values: readonly (readonly [number, T])[]): T;
}

export function drawFrom(seed: number): Draw {
  const random = seeded(seed);
  const between = (low: number, high: number): number => low + random.int(high - low + 1);
  const chance = (probability: number): boolean => random.next() < probability;
  const pick = <T>(values: readonly T[]): T => {
    if (values.length === 0) throw new RangeError('There is nothing to pick from.');
    return values[random.int(values.length)] as T;
  };
  const some = <T>(values: readonly T[], least = 1): T[] => {
    const wanted = between(least, values.length);
    const left = values.map((_, index) => index);
    const chosen = new Set<number>();
    while (chosen.size < wanted) chosen.add(pick(left));
    return values.filter((_, index) => chosen.has(index));
  };
  const weighted = <T>(values: readonly (readonly [number, T])[]): T => {
    let rest = random.next() * values.reduce((sum, [weight]) => sum + weight, 0);
    for (const [weight, value] of values) {
      rest -= weight;
      if (rest < 0) return value;
    }
    const last = values.at(-1);
    if (last === undefined) throw new RangeError('There is nothing to draw from.');
    return last[1];
  };
  return { between, chance, pick, some, weighted };
}

/** An object with those of the fields that are there. */
export function fields(values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}
