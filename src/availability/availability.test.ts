import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Random, seeded } from '../core/random.ts';
import { availabilityFrom, downtimePerMonth, downtimePerYear, YEAR } from './budget.ts';
import { controlPlaneAvailability, type OwnControlPlane } from './control-plane.ts';
import { atLeast, majority, upDistribution } from './k-of-n.ts';
import { meanTimeToLoss, steadyState } from './markov.ts';
import { steadyAvailability } from './repair.ts';
import { downOverZones, survivesAnyZone, upOverZones } from './zones.ts';

const share = fc.double({ min: 0, max: 1, noNaN: true });

describe('downtime', () => {
  it.each([
    [0.992, 70.08],
    [0.999, 8.76],
    [0.9995, 4.38],
    [0.9999, 0.876],
  ])('%d is %d hours a year', (availability, hours) =>
    expect(downtimePerYear(availability) / 3_600_000).toBeCloseTo(hours, 9),
  );
  it('99.99 % is 4.32 minutes in 30 days and 99.2 % is 345.6', () => {
    expect(downtimePerMonth(0.9999) / 60_000).toBeCloseTo(4.32, 9);
    expect(downtimePerMonth(0.992) / 60_000).toBeCloseTo(345.6, 9);
  });
  it('the article: from 99.2 % to 99.99 % downtime falls by 98.75 %, not availability by 0.79 %', () => {
    expect(1 - downtimePerYear(0.9999) / downtimePerYear(0.992)).toBeCloseTo(0.9875, 9);
  });
  it('goes back and forth', () =>
    fc.assert(
      fc.property(share, (one) => {
        expect(availabilityFrom(downtimePerYear(one))).toBeCloseTo(one, 12);
      }),
    ));
});

describe('k of n', () => {
  it('is the closed form for two of three: 3p² − 2p³', () => {
    fc.assert(
      fc.property(share, (p) => {
        expect(atLeast(2, 3, p)).toBeCloseTo(3 * p ** 2 - 2 * p ** 3, 12);
      }),
    );
  });
  it('sums to one, grows with each member’s share and falls with k', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 40 }), share, share, (n, p, q) => {
        expect(upDistribution(n, p).reduce((a, b) => a + b, 0)).toBeCloseTo(1, 9);
        const [low, high] = p < q ? [p, q] : [q, p];
        for (let k = 1; k <= n; k += 1) {
          expect(atLeast(k, n, high)).toBeGreaterThanOrEqual(atLeast(k, n, low) - 1e-12);
          expect(atLeast(k, n, p)).toBeLessThanOrEqual(atLeast(k - 1, n, p) + 1e-12);
        }
      }),
    );
  });
  it('a fourth member does not help: four members need three', () => {
    expect([1, 2, 3, 4, 5].map(majority)).toEqual([1, 2, 2, 3, 3]);
    expect(atLeast(majority(4), 4, 0.99)).toBeLessThan(atLeast(majority(3), 3, 0.99));
    expect(atLeast(majority(5), 5, 0.99)).toBeGreaterThan(atLeast(majority(3), 3, 0.99));
  });
});

describe('zones that fail as a whole', () => {
  const three = ['a', 'b', 'c'].map((zone) => ({ zone, members: 1 }));
  it('is k of n when zones never fail', () => {
    fc.assert(
      fc.property(share, (p) => {
        expect(downOverZones(three, { zone: 1, member: p }, 2)).toBeCloseTo(1 - atLeast(2, 3, p), 12);
      }),
    );
  });
  it('is the zone when everything stands in one', () => {
    expect(downOverZones([{ zone: 'a', members: 3 }], { zone: 0.99, member: 1 }, 2)).toBeCloseTo(0.01, 12);
  });
  it('three members over two zones hang on one of them', () => {
    const two = [
      { zone: 'a', members: 2 },
      { zone: 'b', members: 1 },
    ];
    expect(survivesAnyZone(two, 2)).toBe(false);
    expect(downOverZones(two, { zone: 0.999, member: 1 }, 2)).toBeCloseTo(0.001, 12);
    expect(survivesAnyZone(three, 2)).toBe(true);
  });
  it('agrees with a Monte Carlo of 400,000 draws', () => {
    const groups = [
      { zone: 'a', members: 2 },
      { zone: 'b', members: 2 },
      { zone: 'c', members: 1 },
    ];
    const shares = { zone: 0.9, member: 0.8 };
    const random = seeded(11);
    const seen = [0, 0, 0, 0, 0, 0];
    const draws = 400_000;
    for (let at = 0; at < draws; at += 1) {
      const up = groups.reduce(
        (sum, { members }) => (random.next() < shares.zone ? sum + drawUp(random, members, shares.member) : sum),
        0,
      );
      seen[up] = (seen[up] ?? 0) + 1;
    }
    for (const [up, expected] of upOverZones(groups, shares).entries()) {
      const sigma = Math.sqrt((expected * (1 - expected)) / draws);
      expect(Math.abs((seen[up] ?? 0) / draws - expected)).toBeLessThan(5 * sigma);
    }
  });
});

describe('members that are repaired', () => {
  it('with a crew for each is the binomial of their availability', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 9 }),
        fc.double({ min: 0.01, max: 50, noNaN: true }),
        fc.integer({ min: 1_000, max: 10 ** 9 }),
        (members, failuresPerYear, repair) => {
          const up = steadyAvailability({ failuresPerYear, repair });
          const binomial = [...upDistribution(members, up)].reverse();
          steadyState({ members, crews: members, failuresPerYear, repair }).forEach((probability, down) =>
            expect(probability).toBeCloseTo(binomial[down] ?? Number.NaN, 9),
          );
        },
      ),
    );
  });
  it('one crew is worse than many', () => {
    const group = { members: 5, failuresPerYear: 100, repair: 86_400_000 };
    const lost = (crews: number) =>
      steadyState({ ...group, crews })
        .slice(3)
        .reduce((a, b) => a + b, 0);
    expect(lost(1)).toBeGreaterThan(lost(5));
  });
  it('one member is lost after its time to failure; two of two after 3/(2λ) + μ/(2λ²)', () => {
    const [failuresPerYear, repair] = [4, 3_600_000];
    const lambda = failuresPerYear / YEAR;
    const mu = 1 / repair;
    expect(meanTimeToLoss({ members: 1, crews: 1, failuresPerYear, repair }, 0)).toBeCloseTo(1 / lambda, 3);
    const both = meanTimeToLoss({ members: 2, crews: 2, failuresPerYear, repair }, 1);
    expect(both / (3 / (2 * lambda) + mu / (2 * lambda ** 2))).toBeCloseTo(1, 9);
  });
  it('agrees with a simulation of the chain', () => {
    const group = { members: 3, crews: 1, failuresPerYear: 200, repair: 43_200_000 };
    const expected = meanTimeToLoss(group, 1);
    const random = seeded(5);
    const runs = 4_000;
    const times = Array.from({ length: runs }, () => simulateLoss(random, group));
    const mean = times.reduce((a, b) => a + b, 0) / runs;
    const deviation = Math.sqrt(times.reduce((sum, time) => sum + (time - mean) ** 2, 0) / runs);
    expect(Math.abs(mean - expected)).toBeLessThan((5 * deviation) / Math.sqrt(runs));
  });
});

describe('the control plane', () => {
  const zones = (counts: readonly number[]) => counts.map((members, at) => ({ zone: `zone-${at}`, members }));
  const plane = (counts: readonly number[]): OwnControlPlane => ({
    kind: 'own',
    etcd: zones(counts),
    apiServers: zones(counts),
    stacked: true,
    balancers: zones(counts),
    leaderLoss: 2_000,
    ejection: 3_000,
    takeover: 3_000,
  });
  it('in three zones keeps 99.99 % by the assumed rates, in two zones it does not', () => {
    expect(controlPlaneAvailability(plane([1, 1, 1])).expected).toBeGreaterThan(0.9999);
    expect(controlPlaneAvailability(plane([2, 1])).expected).toBeLessThan(0.9999);
    expect(controlPlaneAvailability(plane([1])).expected).toBeLessThan(
      controlPlaneAvailability(plane([2, 1])).expected,
    );
  });
  it('has causes that add up, the worst first', () => {
    const { causes, downtimePerYear: total, expected } = controlPlaneAvailability(plane([2, 2, 1]));
    expect(causes.reduce((sum, one) => sum + one.downtimePerYear, 0)).toBeCloseTo(total, 6);
    expect(causes.reduce((sum, one) => sum + one.share, 0)).toBeCloseTo(1, 9);
    expect(expected).toBeCloseTo(1 - total / YEAR, 12);
    expect(causes.map((one) => one.downtimePerYear)).toEqual(
      causes.map((one) => one.downtimePerYear).sort((a, b) => b - a),
    );
  });
  it('says what it assumes, with figures', () => {
    const { assumptions } = controlPlaneAvailability(plane([2, 1]));
    expect(assumptions.join(' ')).toContain('0.56 times a year');
    expect(assumptions.join(' ')).toContain('The loss of one zone takes the quorum');
    expect(assumptions.join(' ')).toContain('upper bound');
  });
  it('of a provider is what the provider promises', () => {
    const estimate = controlPlaneAvailability({ kind: 'managed', promised: 0.9995, provider: 'Amazon EKS' });
    expect(estimate.expected).toBeCloseTo(0.9995, 12);
    expect(estimate.downtimePerYear / 3_600_000).toBeCloseTo(4.38, 9);
  });
  it('never leaves 0 to 1 and gets no better with worse machines', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 5 }),
        fc.double({ min: 0, max: 1_000, noNaN: true }),
        (counts, rate) => {
          if (counts.every((one) => one === 0)) return;
          const at = (failuresPerYear: number) =>
            controlPlaneAvailability({
              ...plane(counts),
              failures: {
                machine: { failuresPerYear, repair: 3_600_000 },
                zone: { failuresPerYear: 0.2, repair: 3_600_000 },
                restartsPerYear: 6,
                restart: 60_000,
                sources: { machine: 's', zone: 's', restarts: 's' },
              },
            }).expected;
          expect(at(rate)).toBeGreaterThanOrEqual(0);
          expect(at(rate)).toBeLessThanOrEqual(1);
          expect(at(rate + 1)).toBeLessThanOrEqual(at(rate) + 1e-12);
        },
      ),
    );
  });
});

function drawUp(random: Random, members: number, up: number): number {
  let count = 0;
  for (let member = 0; member < members; member += 1) if (random.next() < up) count += 1;
  return count;
}

/** Time until two of the members are down, drawn event by event. */
function simulateLoss(
  random: Random,
  group: { members: number; crews: number; failuresPerYear: number; repair: number },
): number {
  let [down, time] = [0, 0];
  while (down < 2) {
    const failing = ((group.members - down) * group.failuresPerYear) / YEAR;
    const repairing = Math.min(down, group.crews) / group.repair;
    time += -Math.log(1 - random.next()) / (failing + repairing);
    down += random.next() < failing / (failing + repairing) ? 1 : -1;
  }
  return time;
}
