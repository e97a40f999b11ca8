import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomCluster } from '../../test/oracle/generator/cluster.ts';
import { type Focus, focuses } from '../../test/oracle/generator/shape.ts';
import { readInventory } from '../inventory/inventory.ts';
import type { World } from '../inventory/world.ts';
import { worldOfInventory } from '../inventory/world-of.ts';
import { node } from '../twin/model/state.test-support.ts';
import { Twin } from '../twin/twin.ts';
import { workload, world } from '../twin/twin.test-support.ts';
import {
  homelessAfter,
  homelessAsScheduled,
  movedAsScheduled,
  movedElsewhere,
  roomIsSure,
  whileCordoned,
} from './what-if.ts';

/** `PROPERTY_RUNS=1000` looks at thousands of clusters; the seed is in the message. */
const RUNS = Number(process.env['PROPERTY_RUNS'] ?? 3);
const FORMS = ['gone', 'unreachable'] as const;

interface Drawn {
  readonly say: string;
  readonly cluster: World;
  readonly twin: Twin;
}

/** Random clusters of every focus (affinity, taints, volumes, priorities, host ports, spread), empty, half full and full. */
function* clusters(): Iterable<Drawn> {
  for (let seed = 1; seed <= RUNS; seed += 1)
    for (const focus of focuses) for (const placed of [6, 40, 90]) yield drawn(seed, focus, placed);
}

function drawn(seed: number, focus: Focus, placed: number): Drawn {
  const { objects } = randomCluster(seed, { nodes: 10, placed, pending: 4, focus });
  const text = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects });
  const cluster = worldOfInventory(readInventory([{ file: 'cluster.json', text, named: true }]));
  return { say: `seed ${seed}, ${focus}, ${placed} pods`, cluster, twin: new Twin(cluster, { seed }) };
}

function losses({ zones, nodes }: World): readonly (readonly string[])[] {
  return [...nodes.map(({ name }) => [name]), ...zones.map((zone) => zone.nodes.map(({ name }) => name))];
}

describe('the quick answer about room', () => {
  it('is what the scheduler says of each pod when nodes are lost', () => {
    let quick = 0;
    let left = 0;
    for (const { say, cluster, twin } of clusters()) {
      for (const lost of losses(cluster)) {
        const sure = roomIsSure(twin, lost);
        for (const form of FORMS) {
          const exact = homelessAsScheduled(twin, lost, form);
          expect(homelessAfter(twin, lost, form), `${say}: ${lost.join(' ')} ${form}`).toEqual(exact);
          left += exact.length;
        }
        if (sure) quick += 1;
      }
    }
    // Both answers were seen, or nothing was compared.
    expect(quick).toBeGreaterThan(RUNS * 5);
    expect(left).toBeGreaterThan(RUNS * 5);
  });

  it('counts the room of nearly full nodes', () => {
    const counted = { sure: 0, left: 0 };
    fc.assert(
      fc.property(
        fc.array(fc.record({ cpu: fc.integer({ min: 1, max: 6 }), pods: fc.integer({ min: 1, max: 9 }) }), {
          minLength: 2,
          maxLength: 6,
        }),
        fc.array(fc.record({ replicas: fc.integer({ min: 1, max: 6 }), cpu: fc.integer({ min: 1, max: 3 }) }), {
          minLength: 1,
          maxLength: 3,
        }),
        (machines, kinds) => {
          const made = world(
            machines.map(({ cpu, pods }, at) => node(`n${at}`, { zone: 'a', cpu: String(cpu), pods })),
            kinds.map(({ replicas, cpu }, at) => workload('Deployment', `w${at}`, { replicas, cpu: String(cpu) })),
          );
          const twin = new Twin(made);
          for (const lost of losses(made)) {
            const exact = homelessAsScheduled(twin, lost, 'gone');
            expect(homelessAfter(twin, lost, 'gone')).toEqual(exact);
            counted.left += exact.length;
            if (roomIsSure(twin, lost)) counted.sure += 1;
          }
        },
      ),
      { numRuns: 300 },
    );
    expect(Math.min(counted.sure, counted.left)).toBeGreaterThan(100);
  });

  it('is what the scheduler says of each pod while a zone is cordoned', () => {
    let moved = 0;
    let stuck = 0;
    for (const { say, cluster, twin } of clusters()) {
      for (const { zone, nodes } of cluster.zones) {
        const names = new Set(nodes.map(({ name }) => name));
        whileCordoned(twin, names, () => {
          for (const { id, pods } of cluster.workloads) {
            const inside = pods.filter((pod) => names.has(twin.nodeOf(pod) ?? ''));
            const exact = movedAsScheduled(twin, inside);
            expect(movedElsewhere(twin, inside), `${say}: ${zone} ${id}`).toBe(exact);
            moved += exact;
            stuck += inside.length - exact;
          }
        });
      }
    }
    expect(moved).toBeGreaterThan(RUNS * 5);
    expect(stuck).toBeGreaterThan(RUNS * 5);
  });
});
