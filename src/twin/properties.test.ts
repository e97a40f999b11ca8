/** What holds for every cluster and every scenario. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Fault, Scenario } from '../faults/scenario.ts';
import type { World } from '../inventory/world.ts';
import type { BuiltRun } from './engine/build-run.ts';
import { PHASE } from './engine/tables.ts';
import type { ExplainableState } from './model/create-state.ts';
import { dump } from './model/state.test-support.ts';
import { HOUR, START, spread, workload, world, zones } from './twin.test-support.ts';
import { Twin } from './twin.ts';

const HOST = 'kubernetes.io/hostname';
/** `PROPERTY_RUNS=3000` looks at thousands of clusters; the seed of a failure is printed. */
const RUNS = Number(process.env['PROPERTY_RUNS'] ?? 50);
const NAMES = ['a', 'b', 'c'];

interface Drawn {
  readonly each: number;
  readonly kinds: readonly { kind: 'Deployment' | 'StatefulSet'; replicas: number; budget: number; strict: boolean }[];
  readonly daemon: boolean;
  readonly faults: readonly { readonly fault: Fault; readonly at: number; readonly length: number | undefined }[];
  readonly seed: number;
}

const fault = fc.oneof(
  fc.record({ kind: fc.constant('node' as const), node: fc.constantFrom('a0', 'b0', 'b1', 'c0') }),
  fc.record({ kind: fc.constant('zone' as const), region: fc.constant(''), zone: fc.constantFrom(...NAMES) }),
  fc.record({
    kind: fc.constant('rollout' as const),
    workload: fc.constantFrom('Deployment/shop/w0', 'Deployment/shop/w1', 'StatefulSet/shop/w1'),
  }),
  fc.record({
    kind: fc.constant('process' as const),
    process: fc.constant('kubelet' as const),
    machine: fc.constantFrom('a0', 'b1'),
  }),
  fc.record({ kind: fc.constant('registry' as const), host: fc.constant(undefined) }),
  fc.record({
    kind: fc.constant('drain' as const),
    nodes: fc.constantFrom(['a0', 'b0'], ['c0', 'c1', 'a1']),
    atOnce: fc.constantFrom(1, 2),
    timeout: fc.constant(300_000),
  }),
);

const drawn: fc.Arbitrary<Drawn> = fc.record({
  each: fc.integer({ min: 2, max: 4 }),
  kinds: fc.array(
    fc.record({
      kind: fc.constantFrom('Deployment' as const, 'StatefulSet' as const),
      replicas: fc.integer({ min: 1, max: 8 }),
      budget: fc.integer({ min: 0, max: 3 }),
      strict: fc.boolean(),
    }),
    { minLength: 1, maxLength: 4 },
  ),
  daemon: fc.boolean(),
  faults: fc.array(
    fc.record({
      fault,
      at: fc.integer({ min: 0, max: 900_000 }),
      length: fc.option(fc.integer({ min: 1_000, max: 900_000 }), { nil: undefined }),
    }),
    { minLength: 1, maxLength: 4 },
  ),
  seed: fc.integer({ min: 0, max: 1_000_000 }),
});

function built({ each, kinds, daemon }: Drawn): World {
  return world(
    zones(NAMES, each, '8'),
    kinds.flatMap(({ kind, replicas, budget, strict }, place) => [
      workload(kind, `w${place}`, {
        replicas,
        cpu: '700m',
        pod: spread(HOST, `w${place}`, strict ? 'DoNotSchedule' : 'ScheduleAnyway'),
      }),
      {
        apiVersion: 'policy/v1',
        kind: 'PodDisruptionBudget',
        metadata: { name: `w${place}`, namespace: 'shop' },
        spec: { selector: { matchLabels: { app: `w${place}` } }, maxUnavailable: budget },
      },
    ]),
    daemon ? [workload('DaemonSet', 'agent', { cpu: '100m' })] : [],
  );
}

function scenarioOf({ faults }: Drawn, heal: boolean): Scenario {
  return {
    name: 'drawn',
    horizon: 6 * HOUR,
    faults: faults
      .map(({ fault: what, at, length }) => ({
        fault: what,
        at,
        until:
          what.kind === 'drain'
            ? undefined
            : heal
              ? at + (length ?? 600_000)
              : length === undefined
                ? undefined
                : at + length,
        origin: undefined,
      }))
      .sort((a, b) => a.at - b.at),
  };
}

function everything(twin: Twin): unknown {
  const count = twin.world.workloads.reduce((sum, { pods }) => sum + pods.length, 0);
  return twin.run({ name: 'still', horizon: 0, faults: [] }, ({ state, tables }) => ({
    state: dump(state as ExplainableState),
    pods: Object.entries(tables.pods).map(([name, column]) => [
      name,
      Array.from({ length: count }, (_, pod) => column.get(pod)),
    ]),
    workloads: Object.entries(tables.workloads).map(([name, column]) => [
      name,
      Array.from({ length: 8 }, (_, at) => column.get(at)),
    ]),
    nodes: Object.entries(tables.nodes).map(([name, column]) => [
      name,
      Array.from({ length: 16 }, (_, at) => column.get(at)),
    ]),
    budgets: Array.from({ length: 8 }, (_, at) => tables.budgets.healthy.get(at)),
  }));
}

/** Every count is what counting gives. */
function checkCounts({ world: { workloads: all }, tables, state, cluster }: BuiltRun): void {
  for (const index of all.keys()) {
    const live = cluster.podsOf(index);
    const active = live.filter((pod) => !state.isTerminating(pod));
    const count = (test: (pod: number) => boolean): number => active.filter(test).length;
    const { pods, workloads } = tables;
    expect(workloads.active.get(index)).toBe(count((pod) => pods.revision.get(pod) === 0));
    expect(workloads.activeNew.get(index)).toBe(count((pod) => pods.revision.get(pod) === 1));
    expect(workloads.serving.get(index)).toBe(live.filter((pod) => pods.serving.get(pod) === 1).length);
    expect(workloads.healthy.get(index)).toBe(count((pod) => pods.reported.get(pod) === 1));
    for (const pod of live) {
      expect(pods.workload.get(pod)).toBe(index);
      expect(pods.phase.get(pod)).not.toBe(PHASE.none);
      if (pods.serving.get(pod) === 1) expect(tables.nodes.running.get(state.nodeOfPod(pod))).toBe(1);
    }
  }
  const placed = Array.from({ length: state.nodeCount }, (_, node) => state.podsOnCount(node)).reduce(
    (sum, n) => sum + n,
    0,
  );
  const bound = [...all.keys()]
    .flatMap((index) => cluster.podsOf(index))
    .filter((pod) => state.nodeOfPod(pod) >= 0).length;
  expect(placed).toBe(bound);
}

describe('for every cluster and scenario', () => {
  it('pods are conserved, and a run leaves no trace', () => {
    fc.assert(
      fc.property(drawn, (one) => {
        const twin = new Twin(built(one), { seed: one.seed, start: START });
        const before = everything(twin);
        const first = twin.run(scenarioOf(one, false), (run) => {
          checkCounts(run);
          return JSON.stringify(run.losses.of(0)) + String(run.clock.handled());
        });
        expect(everything(twin)).toEqual(before);
        expect(
          twin.run(scenarioOf(one, false), (run) => JSON.stringify(run.losses.of(0)) + String(run.clock.handled())),
        ).toBe(first);
      }),
      { numRuns: RUNS },
    );
  });

  it('a replacement that is lost in its turn is told from its own beginning', () => {
    const faults: Drawn['faults'] = [
      { fault: { kind: 'node', node: 'b1' }, at: 0, length: 335_044 },
      { fault: { kind: 'zone', region: '', zone: 'b' }, at: 341_915, length: undefined },
    ];
    const kinds: Drawn['kinds'] = [{ kind: 'Deployment', replicas: 6, budget: 0, strict: true }];
    const one: Drawn = { each: 2, kinds, daemon: false, faults, seed: 155_707 };
    new Twin(built(one), { seed: one.seed }).run(scenarioOf(one, false), ({ losses }) => {
      for (const index of losses.workloads())
        for (const { createdAt, boundAt } of losses.of(index))
          expect(boundAt ?? Number.POSITIVE_INFINITY).toBeGreaterThanOrEqual(createdAt ?? 0);
    });
  });
  it('a machine that two faults stop comes back when the last of them ends, and not before', () => {
    const at = (from: number, until: number) => ({ at: from, until, origin: undefined });
    const one: Drawn = { each: 2, kinds: [], daemon: false, faults: [], seed: 1 };
    const twin = new Twin(built(one), { seed: 1, start: START });
    const silentAt = (horizon: number, from: number): number =>
      twin.run(
        {
          name: 'overlapping',
          horizon,
          faults: [
            { fault: { kind: 'zone', region: '', zone: 'c' }, ...at(0, 60_000) },
            { fault: { kind: 'node', node: 'c0' }, ...at(from, 600_000) },
          ],
        },
        ({ state, tables }) => tables.nodes.silent.get(state.nodeNamed('c0') ?? -1),
      );
    for (const from of [0, 30_000, 60_000]) {
      expect(silentAt(599_000, from)).toBe(1);
      expect(silentAt(900_000, from)).toBe(0);
    }
  });
  it('intervals follow each other and times never go back', () => {
    fc.assert(
      fc.property(drawn, (one) => {
        const twin = new Twin(built(one), { seed: one.seed });
        const { workloads, horizonSeconds } = twin.simulate(scenarioOf(one, false));
        for (const { intervals, downSeconds, degradedSeconds } of workloads) {
          expect(intervals[0]?.from).toBe(0);
          expect(intervals.at(-1)?.to).toBeUndefined();
          for (const [place, { to, from, state, cause }] of intervals.entries()) {
            expect(to ?? horizonSeconds).toBeGreaterThan(from);
            if (to !== undefined) expect(intervals[place + 1]?.from).toBe(to);
            expect(cause === '').toBe(state === 'up');
          }
          expect(downSeconds + degradedSeconds).toBeLessThanOrEqual(horizonSeconds + 0.001);
        }
        twin.run(scenarioOf(one, false), ({ losses }) => {
          for (const index of losses.workloads()) {
            for (const { at, deletedAt, goneAt, createdAt, boundAt, endedAt } of losses.of(index)) {
              if (deletedAt !== undefined) expect(deletedAt).toBeGreaterThanOrEqual(at);
              if (goneAt !== undefined) expect(goneAt).toBeGreaterThanOrEqual(deletedAt ?? at);
              if (createdAt !== undefined) expect(createdAt).toBeGreaterThanOrEqual(deletedAt ?? at);
              if (boundAt !== undefined) expect(boundAt).toBeGreaterThanOrEqual(createdAt ?? at);
              if (endedAt !== undefined) expect(endedAt).toBeGreaterThanOrEqual(boundAt ?? at);
            }
          }
        });
      }),
      { numRuns: RUNS },
    );
  });

  it('an eviction that asks a budget never breaks it', () => {
    fc.assert(
      fc.property(drawn, (one) => {
        const drains = { ...one, faults: one.faults.filter(({ fault: { kind } }) => kind === 'drain') };
        const twin = new Twin(built(one), { seed: one.seed, start: START, upgrade: 30_000 });
        const { workloads } = twin.simulate(scenarioOf(drains, false));
        for (const [place, { replicas, budget }] of one.kinds.entries()) {
          const outcome = workloads.find(({ workload: id }) => id.endsWith(`/w${place}`));
          const still = twin
            .simulate({ name: 'still', horizon: 1, faults: [] })
            .workloads.find(({ workload: id }) => id.endsWith(`/w${place}`));
          const atRest = still?.intervals[0]?.ready ?? 0;
          for (const { ready } of outcome?.intervals ?? [])
            expect(ready).toBeGreaterThanOrEqual(Math.min(atRest, replicas - budget));
        }
      }),
      { numRuns: RUNS },
    );
  });

  it('what fails and heals ends as it began', () => {
    fc.assert(
      fc.property(drawn, (one) => {
        // A StatefulSet with a broken ordinal does not mend itself: kubernetes.io, "forced rollback".
        const mended = {
          ...one,
          faults: one.faults.filter(
            ({ fault: what }) =>
              what.kind !== 'drain' && !(what.kind === 'rollout' && what.workload.startsWith('Stateful')),
          ),
        };
        const twin = new Twin(built(one), { seed: one.seed, start: START });
        const still = twin.simulate({ name: 'still', horizon: 1, faults: [] });
        twin.run(scenarioOf(mended, true), (run) => {
          for (const [index, { intervals }] of still.workloads.entries()) {
            const outcome = run.tables.workloads.serving.get(index);
            if (intervals[0]?.state === 'up') expect(outcome).toBe(run.tables.workloads.desired.get(index));
          }
          for (let node = 0; node < run.state.nodeCount; node += 1) expect(run.state.taintsOf(node)).toEqual([]);
        });
      }),
      { numRuns: RUNS },
    );
  });
});
