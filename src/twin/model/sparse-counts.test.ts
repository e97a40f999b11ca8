import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Counter, DomainCount, Inclusion } from './counters.ts';
import { SparseCounts } from './sparse-counts.ts';
import { Topology } from './topology.ts';

/** Few places are a table, many a list that becomes a table when it is full. */
const places = fc.constantFrom(4, 300, 5_000);
const moves = fc.array(fc.record({ place: fc.nat(4_000), amount: fc.integer({ min: -2, max: 3 }) }), {
  maxLength: 120,
});

describe('sparse counts', () => {
  it('hold what was added, as a list and as a table', () => {
    fc.assert(
      fc.property(places, moves, fc.integer({ min: 1, max: 199 }), (size, all, range) => {
        const counts = new SparseCounts(size);
        const other = new SparseCounts(size);
        const expected = new Map<number, number>();
        for (const { place, amount } of all) {
          const at = place % range;
          counts.add(at, amount);
          other.add(at + 1, 7);
          expected.set(at, (expected.get(at) ?? 0) + amount);
        }
        const seen = new Map<number, number>();
        counts.forEach((place, amount) => seen.set(place, amount));
        expect(seen).toEqual(new Map([...expected].filter(([, amount]) => amount !== 0)));
        other.asTable(size);
        const table = counts.asTable(size);
        const wanted = Array.from({ length: Math.min(size, 200) }, (_, place) => expected.get(place) ?? 0);
        expect(wanted.map((_, place) => counts.at(place))).toEqual(wanted);
        expect([...table.subarray(0, wanted.length)]).toEqual(wanted);
        expect(table.subarray(wanted.length, size).every((amount) => amount === 0)).toBe(true);
      }),
    );
  });
});

describe('a count over domains', () => {
  it('knows the least of the domains that have a node, whether few or many pods are in it', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 600 }),
        fc.array(fc.nat(599), { maxLength: 900 }),
        fc.array(fc.nat(599), { maxLength: 600 }),
        (nodes, pods, gone) => {
          const topology = new Topology('host', nodes);
          for (let node = 0; node < nodes; node += 1) topology.addNode(node, { host: `h${node % 400}` });
          const inclusion = new Inclusion(nodes, () => true, false);
          const counter = new Counter(nodes, false);
          const count = new DomainCount(inclusion.domainsOf(topology, nodes), inclusion, counter);
          counter.domains.push(count);
          for (let node = 0; node < nodes; node += 1) inclusion.refresh(node, true);
          for (const pod of pods) counter.add(pod % nodes, 1);
          for (const node of new Set(gone.map((one) => one % nodes))) {
            inclusion.refresh(node, false);
            count.include(node, -1);
          }
          const domains = new Map<number, number>();
          for (let node = 0; node < nodes; node += 1) {
            if (inclusion.included[node] === 0) continue;
            const domain = node % 400;
            const own = pods.filter((pod) => pod % nodes === node).length;
            domains.set(domain, (domains.get(domain) ?? 0) + own);
          }
          expect(count.domains).toBe(domains.size);
          expect(count.least()).toBe(Math.min(...domains.values()));
          expect(count.total).toBe([...domains.values()].reduce((sum, one) => sum + one, 0));
        },
      ),
    );
  });
});
