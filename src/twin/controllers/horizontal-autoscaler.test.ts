import { describe, expect, it } from 'vitest';
import type { ScalingRules } from '../../kubernetes/autoscalers.ts';
import type { Course, PodSample } from './horizontal-autoscaler.ts';
import { averageReplicas, follow, followBehavior, resourceReplicas } from './horizontal-autoscaler.ts';

const pods = (usages: readonly (number | undefined)[], unready = 0): readonly PodSample[] => [
  ...usages.map((usage) => ({ request: 1_000, usage, unready: false })),
  ...Array.from({ length: unready }, () => ({ request: 1_000, usage: undefined, unready: true })),
];

/** The cases of replica_calculator_test.go that differ in kind. */
describe('replicas of a utilisation', () => {
  it.each([
    ['scales up', 3, 30, pods([300, 500, 700]), 5],
    ['scales up, unready pods count as idle', 3, 30, pods([500, 700], 1), 4],
    ['scales up, pods without metrics count as idle', 3, 30, pods([600, 600, undefined]), 4],
    ['keeps within the tolerance', 3, 100, pods([1_010, 1_030, 1_020]), 3],
    ['scales down', 5, 50, pods([100, 300, 500, 250, 250]), 3],
    ['scales down less when metrics are missing', 5, 50, pods([100, 100, 100, 100, undefined]), 3],
    ['does not turn round through missing metrics', 2, 50, pods([400, undefined]), 2],
    ['ignores unready pods when it scales down', 5, 50, pods([100, 300, 500, 250], 1), 3],
  ])('%s', (...[, current, percent, samples, wanted]) => {
    expect(resourceReplicas(current, percent, samples)).toBe(wanted);
  });
  it('says nothing without metrics', () => {
    expect(resourceReplicas(3, 50, pods([], 3))).toBeUndefined();
  });
  it('is less after the loss of a zone than the load of the survivors suggests', () => {
    // Ten of thirty pods are gone, the others carry half as much again: 75 % of their requests, for a target of 50 %.
    expect(
      resourceReplicas(
        30,
        50,
        pods(
          Array.from({ length: 20 }, () => 750),
          10,
        ),
      ),
    ).toBe(30);
  });
});

describe('averages', () => {
  it.each([
    [3, 900, 300, 3],
    [3, 1_000, 300, 4],
    [3, 980, 300, 3],
  ])('of %i replicas with %i in all and a target of %i', (replicas, total, target, wanted) => {
    expect(averageReplicas(replicas, total, target)).toBe(wanted);
  });
});

describe('following', () => {
  const course: Course = { now: 1_000_000, current: 10, min: 1, max: 100, recommendations: [], events: [] };
  const rules = (more: Partial<ScalingRules>): ScalingRules => ({
    stabilizationSeconds: 0,
    select: 'Max',
    policies: [],
    tolerance: undefined,
    ...more,
  });
  const shipped = {
    scaleUp: rules({
      policies: [
        { type: 'Pods', value: 4, periodSeconds: 15 },
        { type: 'Percent', value: 100, periodSeconds: 15 },
      ],
    }),
    scaleDown: rules({
      stabilizationSeconds: undefined,
      policies: [{ type: 'Percent', value: 100, periodSeconds: 15 }],
    }),
  };
  it('without a behavior at most doubles, and waits five minutes before it goes down', () => {
    expect(follow(50, course)).toBe(20);
    expect(follow(9, { ...course, current: 1 })).toBe(4);
    expect(follow(2, { ...course, recommendations: [{ at: 800_000, replicas: 8 }] })).toBe(8);
    expect(follow(2, { ...course, recommendations: [{ at: 600_000, replicas: 8 }] })).toBe(2);
    expect(follow(200, { ...course, current: 90 })).toBe(100);
  });
  it('with a behavior keeps to the rates', () => {
    expect(followBehavior(50, course, shipped)).toBe(20);
    expect(followBehavior(50, { ...course, events: [{ at: 995_000, change: 5 }] }, shipped)).toBe(10);
    expect(followBehavior(2, course, shipped)).toBe(2);
    const slow = {
      ...shipped,
      scaleDown: rules({
        select: 'Min',
        policies: [
          { type: 'Pods', value: 1, periodSeconds: 60 },
          { type: 'Percent', value: 50, periodSeconds: 60 },
        ],
      }),
    };
    expect(followBehavior(2, course, slow)).toBe(9);
    const off = { ...shipped, scaleDown: rules({ select: 'Disabled' }) };
    expect(followBehavior(2, course, off)).toBe(10);
  });
});
