import { describe, expect, it } from 'vitest';
import { node, pod, worldOf } from './model/state.test-support.ts';
import { simulate } from './simulate.ts';

describe('pods that this scheduler does not look at', () => {
  it.each([
    [{ schedulerName: 'other' }, 'its scheduler other is not modelled'],
    [{ schedulingGates: [{ name: 'quota' }] }, 'waiting for scheduling gates: [quota]'],
  ])('wait throughout, and why is said: %o', (spec, why) => {
    const world = worldOf([node('a', {}), pod('waits', spec), pod('runs', { nodeName: 'a' })]);
    const { workloads } = simulate(world, { name: 'nothing', horizon: 60_000, faults: [] });
    expect(workloads.find(({ workload }) => workload === 'Pod/shop/runs')?.intervals[0]?.state).toBe('up');
    expect(workloads.find(({ workload }) => workload === 'Pod/shop/waits')?.intervals).toMatchObject([
      { from: 0, state: 'down', ready: 0, cause: expect.stringContaining(why) as string },
    ]);
  });
});
