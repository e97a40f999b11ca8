/** Members that stand in zones which fail as a whole: what is up together is not independent. */
import type { Fraction } from '../core/units.ts';
import { upDistribution } from './k-of-n.ts';

export interface ZoneGroup {
  readonly zone: string;
  readonly members: number;
}

export interface Shares {
  /** Share of time that a zone is up. */
  readonly zone: Fraction;
  /** Share of time that one member is up while its zone is. */
  readonly member: Fraction;
}

/** Probabilities that 0, 1, … of all members are up, zones and members failing independently of each other. */
export function upOverZones(groups: readonly ZoneGroup[], shares: Shares): readonly Fraction[] {
  return groups.reduce<readonly Fraction[]>((so, { members }) => convolve(so, inZone(members, shares)), [1]);
}

/** Probability that fewer than `needed` members are up, summed from the small terms so that it stays exact near 0. */
export function downOverZones(groups: readonly ZoneGroup[], shares: Shares, needed: number): Fraction {
  return upOverZones(groups, shares)
    .slice(0, needed)
    .reduce((sum, probability) => sum + probability, 0);
}

/** True if `needed` members are left whichever single zone is lost. */
export function survivesAnyZone(groups: readonly ZoneGroup[], needed: number): boolean {
  const all = groups.reduce((sum, { members }) => sum + members, 0);
  return groups.length > 0 && groups.every(({ members }) => all - members >= needed);
}

/** A zone that is down has no member up; one that is up has a binomial number. */
export function inZone(members: number, { zone, member }: Shares): readonly Fraction[] {
  return upDistribution(members, member).map((probability, up) => zone * probability + (up === 0 ? 1 - zone : 0));
}

export function convolve(a: readonly Fraction[], b: readonly Fraction[]): readonly Fraction[] {
  const result = Array.from({ length: a.length + b.length - 1 }, () => 0);
  for (const [i, one] of a.entries())
    for (const [j, other] of b.entries()) result[i + j] = (result[i + j] ?? 0) + one * other;
  return result;
}
