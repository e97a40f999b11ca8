import { describe, expect, it } from 'vitest';
import type { Fault } from '../faults/scenario.ts';
import { HOUR, START, of, scenario, spread, workload, world, zones } from './twin.test-support.ts';
import { distributionOf } from './distribution.ts';
import type { TwinSettings } from './twin.ts';
import { Twin } from './twin.ts';

const ZONE = 'topology.kubernetes.io/zone';
const zone = (name: string): Fault => ({ kind: 'zone', region: '', zone: name });
const web = (replicas: number) => workload('Deployment', 'web', { replicas, pod: spread(ZONE, 'web') });

/** When each node of a run got its taint, by time. */
function taints(twin: Twin, fault: Fault): readonly number[] {
  return twin.run(scenario(fault), (run) => {
    const all = Array.from({ length: run.state.nodeCount }, (_, node) => run.troubles.of(node)?.taintedAt);
    return all.filter((at) => at !== undefined).sort((a, b) => a - b);
  });
}

describe('a zone of ten nodes is cut', () => {
  const cut = world(zones(['a', 'b', 'c'], 10), web(60));

  it.each([1, 2, 3, 4, 5, 6, 7, 8])(
    'taints a node every ten seconds and replaces the last pod in time (seed %i)',
    (seed) => {
      const twin = new Twin(cut, { seed, start: START });
      const times = taints(twin, zone('b'));
      expect(times).toHaveLength(10);
      // 50 s of silence, less the age of the oldest lease, plus the wait for a pass; a stale cache can waste the first token.
      expect(times[0]).toBeGreaterThanOrEqual(39_600);
      expect(times[0]).toBeLessThanOrEqual(65_300);
      const gaps = times.slice(1).map((at, place) => at - (times[place] ?? 0));
      // Once, a token may be lost: to a stale cache, or to the moment in which the zone is partly lost.
      expect(gaps.filter((gap) => gap > 10_200).length).toBeLessThanOrEqual(1);
      expect(gaps.every((gap) => gap > 9_700 && gap < 20_300)).toBe(true);
      const { recoveredAt, downSeconds } = of(twin.simulate(scenario(zone('b'))), 'web');
      expect(downSeconds).toBe(0);
      const last = (times.at(-1) ?? 0) / 1_000 + 300;
      expect(recoveredAt).toBeGreaterThan(last + 1);
      expect(recoveredAt).toBeLessThan(last + 4);
    },
  );

  it('says why, to the line', () => {
    const { intervals } = of(new Twin(cut, { seed: 1, start: START }).simulate(scenario(zone('b'))), 'web');
    expect(intervals.map(({ state, ready }) => [state, ready])).toEqual([
      ['degraded', 40],
      ['up', 60],
    ]);
    expect(intervals[0]?.cause).toMatch(
      /^zone b is lost → taint at [\d.]+ s \+ queue 1 m \d+ s → toleration 5 m → start /,
    );
  });

  it('gives the same bytes for the same seed, before and after other runs', () => {
    const twin = new Twin(cut, { seed: 5 });
    const first = JSON.stringify(twin.simulate(scenario(zone('b'))));
    twin.simulate(scenario(zone('a')));
    expect(JSON.stringify(twin.simulate(scenario(zone('b'))))).toBe(first);
    expect(JSON.stringify(new Twin(cut, { seed: 5 }).simulate(scenario(zone('b'))))).toBe(first);
  });
});

describe('disruption states', () => {
  it('never evict from a small zone of which 60 % are lost', () => {
    const twin = new Twin(world(zones(['a', 'b'], 10), web(40)), { start: START });
    const lost: Fault = { kind: 'rack', label: 'rack', value: '1', nodes: ['b0', 'b1', 'b2', 'b3', 'b4', 'b5'] };
    expect(taints(twin, lost).length).toBeLessThanOrEqual(2);
    const { intervals } = of(twin.simulate(scenario(lost)), 'web');
    expect(intervals.at(-1)).toMatchObject({ state: 'degraded' });
    expect(intervals.at(-1)?.cause).toContain(
      'zone partly lost (6 of 10 nodes, at most 50): the controller evicts nothing',
    );
  });
  it('never evict when no node of the cluster is left', () => {
    const twin = new Twin(world(zones(['a', 'b'], 4), web(16)), { start: START });
    const result = twin.simulate(scenario(zone('a'), zone('b')));
    expect(of(result, 'web')).toMatchObject({ downSeconds: HOUR / 1_000 });
    const evicted = twin.run(scenario(zone('a'), zone('b')), (run) =>
      run.losses.of(0).filter(({ deletedAt }) => deletedAt !== undefined),
    );
    expect(evicted).toEqual([]);
  });
  it('leave nodes out that are excluded from them', () => {
    const nodes = zones(['a'], 5).map((one) => ({
      ...one,
      metadata: { ...one.metadata, labels: { ...one.metadata.labels, 'node.kubernetes.io/exclude-disruption': '' } },
    }));
    const twin = new Twin(world(nodes, zones(['b'], 5), web(20)), { start: START });
    // All five of zone a: as if it had no nodes, its rate stays at the normal one.
    expect(taints(twin, zone('a'))).toHaveLength(5);
  });
});

describe('a StatefulSet', () => {
  const db = (policy: string) => workload('StatefulSet', 'db', { replicas: 3, spec: { podManagementPolicy: policy } });
  it.each(['OrderedReady', 'Parallel'])('never gets the pod of a dead node back without repair (%s)', (policy) => {
    const twin = new Twin(world(zones(['a', 'b', 'c'], 1), db(policy)), { start: START });
    const { intervals } = of(twin.simulate(scenario({ kind: 'node', node: 'a0' })), 'db');
    expect(intervals).toHaveLength(1);
    expect(intervals[0]).toMatchObject({ from: 0, state: 'degraded' });
    expect(intervals[0]?.cause).toContain(
      'the StatefulSet waits until the object is gone, and nobody repairs the node',
    );
  });
  it('has it back when the node is back', () => {
    const twin = new Twin(world(zones(['a', 'b', 'c'], 1), db('Parallel')), { start: START });
    const result = twin.simulate(scenario({ fault: { kind: 'node', node: 'a0' }, until: 600_000 }));
    const { recoveredAt } = of(result, 'db');
    expect(recoveredAt).toBeGreaterThan(601);
    expect(recoveredAt).toBeLessThan(630);
  });
});

describe('a node that comes back', () => {
  it('keeps its pods when it was away for less than a grace', () => {
    const twin = new Twin(world(zones(['a', 'b'], 2), web(8)), { start: START });
    const { intervals } = of(twin.simulate(scenario({ fault: { kind: 'node', node: 'a0' }, until: 20_000 })), 'web');
    expect(intervals.map(({ state }) => state)).toEqual(['degraded', 'up']);
    expect(intervals[1]?.from).toBeLessThan(33);
  });
  it('ends untainted and with all pods ready', () => {
    const twin = new Twin(world(zones(['a', 'b'], 2), web(8)), { start: START });
    twin.run(scenario({ fault: { kind: 'node', node: 'a0' }, until: 120_000 }), (run) => {
      const back = run.state.nodeNamed('a0') ?? -1;
      expect(run.state.taintsOf(back)).toEqual([]);
      expect(run.tables.workloads.serving.get(0)).toBe(8);
      expect(run.losses.of(0).every(({ deletedAt }) => deletedAt === undefined)).toBe(true);
    });
  });
});

describe('a control plane that is away', () => {
  /** Nobody answers from 60 s to 600 s; then a new controller manager leads. */
  const away: TwinSettings['timelineOf'] = () => {
    const cause = { say: 'etcd has lost its quorum' };
    const spans = <State>(good: State, bad: State) => [
      { from: 0, to: 60_000, state: good, causes: [] },
      { from: 60_000, to: 600_000, state: bad, causes: [cause] },
      { from: 600_000, to: undefined, state: good, causes: [] },
    ];
    interface Lead {
      readonly leads: boolean;
      readonly member: string | undefined;
    }
    const leads: Lead = { leads: true, member: 'a' };
    const idle: Lead = { leads: false, member: undefined };
    return {
      api: spans('up' as const, 'down' as const),
      controllerManager: spans(leads, idle),
      scheduler: spans(leads, idle),
      takeovers: [600_000],
      cutOff: [],
    };
  };

  it('freezes what runs, and gives every node a new grace when it is back', () => {
    const twin = new Twin(world(zones(['a', 'b'], 2), web(8), workload('Deployment', 'idle', { replicas: 1 })), {
      start: START,
      timelineOf: away,
    });
    const lost = twin.nodeOf(twin.world.workloads[1]?.pods[0] as never) ?? '';
    const result = twin.simulate(scenario({ fault: { kind: 'node', node: lost }, at: 50_000 }));
    expect(result.controlPlane.intervals.map(({ state, from }) => [state, from])).toEqual([
      ['up', 0],
      ['down', 60],
      ['up', 600],
    ]);
    const { intervals, recoveredAt } = of(result, 'web');
    expect(intervals[0]).toMatchObject({ state: 'up', to: 50 });
    // New leader, new grace, toleration.
    expect(recoveredAt).toBeGreaterThan(600 + 50 + 300);
    expect(recoveredAt).toBeLessThan(600 + 1 + 60 + 10 + 300 + 5);
    const other = ['a0', 'a1', 'b0', 'b1'].find(
      (name) => name !== lost && name !== twin.nodeOf(twin.world.workloads[0]?.pods[0] as never),
    );
    const still = of(twin.simulate(scenario({ fault: { kind: 'registry', host: undefined } })), 'web');
    expect(other).toBeDefined();
    expect(still.intervals).toEqual([
      expect.objectContaining({ state: 'up', from: 0, to: 60 }),
      expect.objectContaining({ state: 'frozen', from: 60, to: 600, cause: 'etcd has lost its quorum' }),
      expect.objectContaining({ state: 'up', from: 600 }),
    ]);
  });
});

describe('a Job', () => {
  const lose = (spec: Readonly<Record<string, unknown>>) => {
    const twin = new Twin(world(zones(['a', 'b'], 1), workload('Job', 'batch', { spec })), { start: START });
    const node = twin.nodeOf(twin.world.workloads[0]?.pods[0] as never) ?? '';
    return of(twin.simulate(scenario({ kind: 'node', node })), 'batch');
  };
  it('replaces a pod while it terminates, unless it has to wait for its end', () => {
    expect(lose({}).recoveredAt).toBeLessThan(370);
    expect(lose({ podReplacementPolicy: 'Failed' }).recoveredAt).toBeUndefined();
  });
  it('fails with a pod that terminates beyond its limit', () => {
    const causes = (spec: Readonly<Record<string, unknown>>): string =>
      JSON.stringify(lose(spec).intervals.map(({ causes: chain }) => chain.map(({ say }) => say)));
    expect(causes({ backoffLimit: 0 })).toContain('the Job has failed: more than 0 pods did');
    expect(lose({ backoffLimit: 0 }).recoveredAt).toBeUndefined();
    expect(lose({ backoffLimit: 1 }).recoveredAt).toBeLessThan(370);
    const both = lose({ backoffLimit: 0, parallelism: 2, completions: 2 });
    expect(both.intervals.at(-1)).toMatchObject({ state: 'down', ready: 0 });
    expect(lose({ completionMode: 'Indexed', completions: 1, backoffLimitPerIndex: 1 }).recoveredAt).toBeLessThan(370);
  });
});

describe('many seeds', () => {
  it('spread between the earliest and the latest detection', () => {
    const twin = new Twin(world(zones(['a', 'b'], 2), web(8)), { start: START });
    const lost = scenario({ kind: 'node', node: 'a0' });
    const runs = Array.from({ length: 60 }, (_, seed) => twin.simulate(lost, seed));
    const only = distributionOf(runs).workloads.find(({ workload: id }) => id.endsWith('/web'));
    const { p1, p50, p99 } = only?.recoveredAt ?? { p1: 0, p50: 0, p99: 0 };
    expect(p1).toBeGreaterThan(339);
    expect(p50).toBeGreaterThan(p1);
    expect(p99).toBeGreaterThan(p50);
    expect(p99).toBeLessThan(372);
  });
});

describe('promises', () => {
  it('are judged by the failure that they are about, and unknown else', () => {
    const shop = world(zones(['a', 'b'], 2), web(8));
    const judge = (minutes: number, fault: Fault) =>
      new Twin(shop, {
        start: START,
        objectives: { nodeFailureRecovery: minutes * 60_000, apiAvailability: 0.9999 },
      }).simulate(scenario(fault)).objectives;
    expect(judge(7, { kind: 'node', node: 'a0' })[0]).toMatchObject({
      name: 'nodeFailureRecovery',
      verdict: 'kept',
      promised: '7 m',
    });
    expect(judge(2, { kind: 'node', node: 'a0' })[0]).toMatchObject({ verdict: 'missed' });
    expect(judge(2, { kind: 'zone', region: '', zone: 'a' })[0]).toMatchObject({ verdict: 'unknown' });
    expect(judge(2, { kind: 'node', node: 'a0' })[1]).toMatchObject({ name: 'apiAvailability', verdict: 'unknown' });
  });
});
