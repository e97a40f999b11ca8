/** The closed form of recovery time and the twin must agree where both apply: the twin's outcome lies within its bounds. */
import { describe, expect, it } from 'vitest';
import type { RecoveryInput } from '../availability/recovery.ts';
import { recoveryInput, recoveryOf } from '../availability/recovery.ts';
import type { Random } from '../core/random.ts';
import { seeded } from '../core/random.ts';
import type { Fault } from '../faults/scenario.ts';
import type { World } from '../inventory/world.ts';
import { HOUR, scenario, spread, workload, world, zones } from './twin.test-support.ts';
import { Twin } from './twin.ts';

const HOST = 'kubernetes.io/hostname';
const STARTS = { least: 1_000, most: 20_000 };

interface Drawn {
  readonly nodes: number;
  readonly lost: number;
  readonly pods: number;
  readonly sets: number;
  readonly toleration: number;
  readonly rate: number;
  readonly grace: number;
}

function draw(random: Random, whole: boolean): Drawn {
  const nodes = 1 + random.int(20);
  return {
    nodes,
    lost: whole ? nodes : 1,
    pods: 1 + random.int(15),
    sets: 1 + random.int(6),
    toleration: random.int(61) * 5,
    rate: (10 + random.int(91)) / 100,
    grace: 40 + random.int(21),
  };
}

/** All pods prefer zone b; the others have room. */
function worldOf({ nodes, pods, sets, toleration, rate, grace }: Drawn): World {
  const tolerates = (key: string) => ({ key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: toleration });
  const preference = { matchExpressions: [{ key: 'topology.kubernetes.io/zone', operator: 'In', values: ['b'] }] };
  const built = world(
    zones(['b'], nodes, '64'),
    zones(['a', 'c'], 8, '256'),
    Array.from({ length: sets }, (_, place) =>
      workload('Deployment', `set${place}`, {
        replicas: Math.max(1, Math.floor((pods * nodes) / sets)),
        cpu: '10m',
        pod: {
          ...spread(HOST, `set${place}`),
          affinity: {
            nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 100, preference }] },
          },
          tolerations: [tolerates('node.kubernetes.io/unreachable'), tolerates('node.kubernetes.io/not-ready')],
        },
      }),
    ),
  );
  const { settings } = built.controlPlane;
  return {
    ...built,
    controlPlane: {
      ...built.controlPlane,
      settings: { ...settings, nodeMonitorGracePeriod: grace * 1_000, nodeEvictionRate: rate },
    },
  };
}

function inputOf({ nodes, lost, toleration, rate, grace }: Drawn, podsPerNode: number): RecoveryInput {
  const base = recoveryInput({
    loss: { zoneNodes: nodes, lostNodes: lost, otherReadyNodes: 16, podsPerNode, leaders: 'elsewhere' },
    start: STARTS,
  });
  return {
    ...base,
    timers: {
      ...base.timers,
      toleration: toleration * 1_000,
      nodeEvictionRate: rate,
      nodeMonitorGracePeriod: grace * 1_000,
    },
  };
}

function recoveries(drawn: Drawn, seed: number): { readonly ends: readonly number[]; readonly perNode: number } {
  const twin = new Twin(worldOf(drawn), { seed, start: STARTS });
  const fault: Fault =
    drawn.lost === drawn.nodes ? { kind: 'zone', region: '', zone: 'b' } : { kind: 'node', node: 'b0' };
  return twin.run({ ...scenario(fault), horizon: 3 * HOUR }, (run) => {
    const losses = [...run.losses.workloads()].flatMap((index) => run.losses.of(index));
    const counts = new Map<number, number>();
    for (const { node } of losses) counts.set(node, (counts.get(node) ?? 0) + 1);
    return {
      ends: losses.map(({ endedAt }) => endedAt ?? Number.POSITIVE_INFINITY).sort((a, b) => a - b),
      perNode: Math.max(0, ...counts.values()),
    };
  });
}

describe('the twin stays within the closed form', () => {
  it.each([
    ['whole zones', true, 60],
    ['single nodes', false, 60],
  ] as const)('for %s', (_, whole, runs) => {
    const random = seeded(20_262);
    const outside: string[] = [];
    let [lowest, highest] = [1, 0];
    for (let run = 0; run < runs; run += 1) {
      const drawn = draw(random, whole);
      const { ends, perNode } = recoveries(drawn, run);
      if (ends.length === 0) continue;
      const { first, last } = recoveryOf(inputOf(drawn, perNode));
      for (const [name, bounds, value] of [
        ['first', first, ends[0] ?? 0],
        ['last', last, ends.at(-1) ?? 0],
      ] as const) {
        if (value < bounds.least || value > (bounds.most ?? Infinity))
          outside.push(`${name} ${value} of ${JSON.stringify(bounds)} for ${JSON.stringify(drawn)} seed ${run}`);
      }
      const place = ((ends.at(-1) ?? 0) - last.least) / ((last.most ?? 0) - last.least);
      [lowest, highest] = [Math.min(lowest, place), Math.max(highest, place)];
    }
    expect(outside).toEqual([]);
    // The bounds are not idle.
    expect(lowest).toBeLessThan(0.4);
    expect(highest).toBeGreaterThan(0.6);
  });
});
