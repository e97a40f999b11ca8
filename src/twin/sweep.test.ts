import { describe, expect, it } from 'vitest';
import { planSweep, runSweep, summarise, sweep } from './sweep.ts';
import { START, spread, workload, world, zones } from './twin.test-support.ts';
import { Twin } from './twin.ts';

const HOST = 'kubernetes.io/hostname';
const ZONE = 'topology.kubernetes.io/zone';

const shop = world(
  zones(['a', 'b', 'c'], 2),
  workload('Deployment', 'web', { replicas: 6, pod: spread(ZONE, 'web') }),
  workload('Deployment', 'pair', { replicas: 2, pod: spread(HOST, 'pair') }),
  workload('Deployment', 'single', { replicas: 1 }),
);

describe('a sweep', () => {
  it('ranks every node and zone by what it takes down', () => {
    const result = sweep(shop, { domains: ['node', 'zone'], depth: 1 }, { start: START });
    expect(result.failures).toHaveLength(9);
    expect(result.leftOut).toBe(0);
    const [worst] = result.failures;
    expect(worst?.workloadsDown).toContain('Deployment/shop/single');
    expect(worst?.worstSeconds).toBeGreaterThan(300);
    expect(worst?.cause).toMatch(/ is lost → .*toleration 5 m/);
    // One node and one zone hold the single pod.
    expect(
      result.singlePoints.map((fault) => fault.split('=')[0]).toSorted((a, b) => (a ?? '').localeCompare(b ?? '')),
    ).toEqual(['node', 'zone']);
    const down = result.failures.map(({ workloadsDown }) => workloadsDown.length);
    expect(down).toEqual(down.toSorted((a, b) => b - a));
  });

  it('runs pairs of nodes that share something, and says how many it left out', () => {
    const twin = new Twin(shop, { start: START });
    const deep = planSweep(twin, { domains: ['node'], depth: 2 });
    const pairs = deep.failures.filter(({ length }) => length === 2);
    expect(pairs.length + deep.leftOut).toBe((6 * 5) / 2);
    const apart = new Twin(
      world(
        zones(['a', 'b'], 2),
        workload('Deployment', 'one', { replicas: 1 }),
        workload('Deployment', 'two', { replicas: 1 }),
      ),
    );
    expect(planSweep(apart, { domains: ['node'], depth: 2 })).toMatchObject({ leftOut: 6 });
  });

  it('can be stopped, and then says what it did not run', () => {
    const twin = new Twin(shop, { start: START });
    const question = { domains: ['node'], depth: 1 } as const;
    const planned = planSweep(twin, question);
    const found = [...runSweep(twin, planned.failures)].slice(0, 2);
    expect(summarise(twin, question, { found, planned })).toMatchObject({ leftOut: 4 });
  });

  it('gives the same answer twice', () => {
    const question = { domains: ['node', 'zone', 'registry', 'rollout', 'drain'], depth: 1 } as const;
    expect(sweep(shop, question, { seed: 3 })).toEqual(sweep(shop, question, { seed: 3 }));
  });
});
