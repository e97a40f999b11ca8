import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { budgetCount, daemonSetFenceposts, deploymentFenceposts, scaled, statefulSetUnavailable } from './percent.ts';

describe('a whole number or percentage', () => {
  it('rounds as it is told', () => {
    expect(scaled('25%', 3, 'up')).toBe(1);
    expect(scaled('25%', 3, 'down')).toBe(0);
    expect(scaled('100%', 7, 'up')).toBe(7);
    expect(scaled(2, 100, 'down')).toBe(2);
  });

  it.each(['25', '2.5%', '%', 'all', ''])('is not %j', (text) => {
    expect(scaled(text, 10, 'up')).toBeUndefined();
  });

  it('rounds up to at least what rounding down gives, and at most one more', () => {
    fc.assert(
      fc.property(fc.nat(200), fc.nat(10_000), (percent, total) => {
        const up = scaled(`${percent}%`, total, 'up') ?? -1;
        const down = scaled(`${percent}%`, total, 'down') ?? -1;
        expect(up - down).toBe((percent * total) % 100 === 0 ? 0 : 1);
        expect(down * 100).toBeLessThanOrEqual(percent * total);
      }),
    );
  });
});

describe('fenceposts', () => {
  it('of a Deployment: surge up, unavailable down, never both 0', () => {
    expect(deploymentFenceposts({ maxSurge: '25%', maxUnavailable: '25%' }, 3)).toEqual({ surge: 1, unavailable: 0 });
    expect(deploymentFenceposts({ maxSurge: '25%', maxUnavailable: '25%' }, 6)).toEqual({ surge: 2, unavailable: 1 });
    expect(deploymentFenceposts({ maxSurge: 0, maxUnavailable: '10%' }, 5)).toEqual({ surge: 0, unavailable: 1 });
  });

  it('of a DaemonSet: both up', () => {
    expect(daemonSetFenceposts({ maxSurge: 0, maxUnavailable: '10%' }, 5)).toEqual({ surge: 0, unavailable: 1 });
    expect(daemonSetFenceposts({ maxSurge: 0, maxUnavailable: '10%' }, 101)).toEqual({ surge: 0, unavailable: 11 });
  });

  it('of a StatefulSet: down, at least one', () => {
    expect(statefulSetUnavailable('10%', 5)).toBe(1);
    expect(statefulSetUnavailable('50%', 5)).toBe(2);
    expect(statefulSetUnavailable(undefined, 5)).toBe(1);
  });

  it('are unknown when a value is none', () => {
    expect(deploymentFenceposts({ maxSurge: 'many', maxUnavailable: 1 }, 3)).toBeUndefined();
  });
});

describe('a disruption budget', () => {
  it('rounds percentages up both ways', () => {
    expect(budgetCount({ minAvailable: '50%', maxUnavailable: undefined }, 3, 3)).toEqual({
      expected: 3,
      desiredHealthy: 2,
      allowedWhenHealthy: 1,
    });
    expect(budgetCount({ minAvailable: undefined, maxUnavailable: '10%' }, 3, 3)).toEqual({
      expected: 3,
      desiredHealthy: 2,
      allowedWhenHealthy: 1,
    });
    expect(budgetCount({ minAvailable: '67%', maxUnavailable: undefined }, 3, 3)).toEqual({
      expected: 3,
      desiredHealthy: 3,
      allowedWhenHealthy: 0,
    });
  });

  it('counts pods for a whole minAvailable and the scale for everything else', () => {
    expect(budgetCount({ minAvailable: 2, maxUnavailable: undefined }, 5, 3)).toEqual({
      expected: 3,
      desiredHealthy: 2,
      allowedWhenHealthy: 1,
    });
    expect(budgetCount({ minAvailable: undefined, maxUnavailable: 1 }, 5, 3)).toEqual({
      expected: 5,
      desiredHealthy: 4,
      allowedWhenHealthy: 1,
    });
  });

  it('allows nothing over no pods, and nothing where as many must stay as there are', () => {
    expect(budgetCount({ minAvailable: undefined, maxUnavailable: 1 }, 0, 0)?.allowedWhenHealthy).toBe(0);
    expect(budgetCount({ minAvailable: 3, maxUnavailable: undefined }, 3, 3)?.allowedWhenHealthy).toBe(0);
    expect(budgetCount({ minAvailable: undefined, maxUnavailable: 0 }, 3, 3)?.allowedWhenHealthy).toBe(0);
  });

  it('says nothing without either field', () => {
    expect(budgetCount({ minAvailable: undefined, maxUnavailable: undefined }, 3, 3)).toBeUndefined();
  });

  it('takes maxUnavailable over minAvailable', () => {
    expect(budgetCount({ minAvailable: 3, maxUnavailable: 1 }, 3, 3)?.allowedWhenHealthy).toBe(1);
  });
});
