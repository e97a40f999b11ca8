import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KUBERNETES_TIMERS, recoveryInput, recoveryOf, sayRecovery, zoneDisruption, type Loss } from './recovery.ts';
import { SAFE_TOLERATION, timersFor, type Wanted } from './timers-for.ts';

const oneNode: Loss = { zoneNodes: 10, lostNodes: 1, otherReadyNodes: 20, podsPerNode: 2, leaders: 'elsewhere' };
const wholeZone: Loss = { ...oneNode, lostNodes: 10 };

describe('the measured zone cut: ten nodes, two pods each, default timers', () => {
  const { steps, first, last } = recoveryOf(recoveryInput({ loss: wholeZone, start: { least: 0, most: 1_000 } }));
  const until = (id: string, which: 'first' | 'last') => {
    const upTo = steps.slice(0, steps.findIndex((one) => one.id === id) + 1);
    return {
      least: total(upTo.map((one) => one[which].least)),
      most: total(upTo.map((one) => one[which].most ?? Number.POSITIVE_INFINITY)),
    };
  };
  const within = (bounds: { least: number; most: number | null }, measured: number, slack: number) => {
    expect(measured).toBeGreaterThanOrEqual(bounds.least);
    expect(measured).toBeLessThanOrEqual(bounds.most ?? 0);
    expect((bounds.most ?? 0) - bounds.least).toBeLessThanOrEqual(slack);
  };
  it('marks the nodes between 39.6 s and 55 s', () => expect(steps[0]?.first).toEqual({ least: 39_600, most: 55_000 }));
  it('holds the first taint at 45.9 s', () => within(until('taint', 'first'), 45_900, 27_000));
  it('holds the tenth taint at 135.4 s', () => within(until('taint', 'last'), 135_400, 27_000));
  it('holds the first replacement at 345.9 s', () => within(first, 345_900, 32_000));
  it('holds the last replacement at 435.9 s and the bound of 455 s', () => {
    within(last, 435_900, 32_000);
    within(last, 455_000, 32_000);
  });
});

describe('recovery time', () => {
  it('grows with the zone: a hundred nodes take about 22 minutes with default timers', () => {
    const { last } = recoveryOf(recoveryInput({ loss: { ...wholeZone, zoneNodes: 100, lostNodes: 100 } }));
    expect(last.least / 60_000).toBeGreaterThan(22);
    expect((last.most ?? 0) / 60_000).toBeLessThan(24);
  });
  it('is never for a partial loss of a zone of at most fifty nodes', () => {
    const partial = { ...oneNode, zoneNodes: 50, lostNodes: 30 };
    expect(zoneDisruption(partial, KUBERNETES_TIMERS)).toBe('partial');
    expect(recoveryOf(recoveryInput({ loss: partial })).last.most).toBeNull();
  });
  it('is one node per hundred seconds for a partial loss of a larger zone', () => {
    const { last } = recoveryOf(recoveryInput({ loss: { ...oneNode, zoneNodes: 1_000, lostNodes: 600 } }));
    expect(last.most).toBeGreaterThan(600 * 100_000);
    expect(last.least).toBeGreaterThan(500 * 100_000);
  });
  it.each([
    [2, 2, 'full'],
    [3, 2, 'normal'],
    [5, 3, 'partial'],
    [10, 5, 'normal'],
  ] as const)('a zone of %i nodes that loses %i is %s', (zoneNodes, lostNodes, state) => {
    expect(zoneDisruption({ ...oneNode, zoneNodes, lostNodes }, KUBERNETES_TIMERS)).toBe(state);
  });
  it('is never when no node of the cluster is left', () => {
    expect(recoveryOf(recoveryInput({ loss: { ...wholeZone, otherReadyNodes: 0 } })).last.most).toBeNull();
  });
  it('is never for a StatefulSet without node repair, and follows the repair with it', () => {
    const stateful = (repair: Parameters<typeof recoveryInput>[0]['workload']) =>
      recoveryOf(recoveryInput({ loss: oneNode, ...(repair ? { workload: repair } : {}) }));
    expect(stateful({ kind: 'stateful', volumes: true, repair: { kind: 'none' } }).last.most).toBeNull();
    const after = { least: 600_000, most: 660_000 };
    expect(stateful({ kind: 'stateful', volumes: true, repair: { kind: 'out-of-service', after } }).last).toEqual({
      least: 601_000,
      most: 703_240,
    });
    expect(
      stateful({ kind: 'stateful', volumes: true, repair: { kind: 'node-deleted', after } }).last.most,
    ).toBeGreaterThan(660_000 + 360_000);
  });
  it('waits for a new leader and a new grace when the leader is lost with the zone', () => {
    const { steps } = recoveryOf(recoveryInput({ loss: { ...wholeZone, leaders: 'may-be-lost' } }));
    expect(steps[0]?.last).toEqual({ least: 39_600, most: 75_800 });
    expect(steps[0]?.because).toContain('a standby leads after at most 23.8 s');
  });
  it('rounds the grace up to a pass', () => {
    const timers = { ...KUBERNETES_TIMERS, nodeMonitorGracePeriod: 46_000 };
    expect(recoveryOf(recoveryInput({ loss: oneNode, timers })).steps[0]?.last).toEqual({
      least: 39_600,
      most: 55_000,
    });
  });
  it('lacks room without headroom, and waits for nodes with an autoscaler', () => {
    expect(recoveryOf(recoveryInput({ loss: oneNode, capacity: { kind: 'none' } })).last.most).toBeNull();
    const slow = recoveryOf(
      recoveryInput({ loss: oneNode, capacity: { kind: 'autoscaler', nodeReady: { least: 60_000, most: 120_000 } } }),
    );
    const fast = recoveryOf(recoveryInput({ loss: oneNode }));
    expect((slow.last.most ?? 0) - (fast.last.most ?? 0)).toBe(130_000);
  });
  it('says its arithmetic', () => {
    expect(sayRecovery(recoveryOf(recoveryInput({ loss: oneNode })))).toBe(
      'detection 39.6 s–55 s + taint queue 0 ms–10 s + toleration 5 m + deletion 0 ms–1.4 s + creation 0 ms–1.2 s + scheduling 0 ms–1 s + start 1 s–20 s = 5 m 41 s–6 m 29 s',
    );
  });
  it('has ordered bounds that grow with nodes, pods and toleration', () => {
    const loss = fc.record({
      nodes: fc.integer({ min: 1, max: 500 }),
      pods: fc.integer({ min: 0, max: 110 }),
      tolerationSeconds: fc.integer({ min: 0, max: 600 }),
      rate: fc.integer({ min: 10, max: 100 }),
    });
    fc.assert(
      fc.property(loss, ({ nodes, pods, tolerationSeconds, rate }) => {
        const at = (more: { nodes?: number; pods?: number; toleration?: number }) =>
          recoveryOf(
            recoveryInput({
              loss: {
                ...wholeZone,
                zoneNodes: nodes + (more.nodes ?? 0),
                lostNodes: nodes + (more.nodes ?? 0),
                podsPerNode: pods + (more.pods ?? 0),
              },
              timers: {
                ...KUBERNETES_TIMERS,
                toleration: (tolerationSeconds + (more.toleration ?? 0)) * 1_000,
                nodeEvictionRate: rate / 100,
              },
            }),
          );
        const base = at({});
        for (const one of [
          ...base.steps.map((step) => step.last),
          ...base.steps.map((step) => step.first),
          base.first,
          base.last,
        ])
          expect(one.most ?? Infinity).toBeGreaterThanOrEqual(one.least);
        expect(base.last.most ?? 0).toBeGreaterThanOrEqual(base.first.most ?? 0);
        expect(base.last.least).toBeGreaterThanOrEqual(base.first.least);
        for (const more of [at({ nodes: 1 }), at({ pods: 1 }), at({ toleration: 1 })]) {
          expect(more.last.least).toBeGreaterThanOrEqual(base.last.least - 1);
          expect(more.last.most ?? 0).toBeGreaterThanOrEqual((base.last.most ?? 0) - 1);
        }
      }),
    );
  });
});

describe('timers for a promise', () => {
  const wanted = (
    node: number | undefined,
    zone: number | undefined,
    fixed: Partial<Wanted['fixed']> = {},
  ): Wanted => ({
    node: { within: node, input: recoveryInput({ loss: { ...oneNode, podsPerNode: 30 } }) },
    zone: { within: zone, input: recoveryInput({ loss: { ...wholeZone, podsPerNode: 30, leaders: 'may-be-lost' } }) },
    fixed: { toleration: undefined, nodeEvictionRate: undefined, ...fixed },
  });
  it('stay at the defaults when nothing is promised', () => {
    expect(timersFor(wanted(undefined, undefined))).toMatchObject({
      toleration: 300_000,
      nodeEvictionRate: 0.1,
      bound: 'default',
    });
  });
  it('take the longest toleration that keeps two minutes after a node', () => {
    const chosen = timersFor(wanted(120_000, undefined));
    expect(chosen).toMatchObject({ nodeKept: true, bound: 'node', nodeEvictionRate: 0.1 });
    expect(chosen.node.last.most).toBeLessThanOrEqual(120_000);
    expect(chosen.node.last.most).toBeGreaterThan(119_000 - 1);
    expect(chosen.toleration % 1_000).toBe(0);
  });
  it('raise the eviction rate only as far as the promise for a zone needs', () => {
    const chosen = timersFor(wanted(undefined, 210_000));
    expect(chosen).toMatchObject({ zoneKept: true, bound: 'zone' });
    expect(chosen.nodeEvictionRate).toBeGreaterThan(0.1);
    expect(
      timersFor(wanted(undefined, 210_000, { nodeEvictionRate: chosen.nodeEvictionRate - 0.01 })).toleration,
    ).toBeLessThan(30_000);
  });
  it('name the best when the promise cannot be kept', () => {
    const chosen = timersFor(wanted(60_000, undefined));
    expect(chosen).toMatchObject({ toleration: SAFE_TOLERATION, nodeKept: false });
  });
  it('keep what is fixed', () => {
    expect(timersFor(wanted(120_000, 210_000, { toleration: 300_000, nodeEvictionRate: 0.1 }))).toMatchObject({
      toleration: 300_000,
      nodeEvictionRate: 0.1,
      nodeKept: false,
      zoneKept: false,
      bound: 'fixed',
    });
  });
  it('keep every promise that they say they keep', () => {
    fc.assert(
      fc.property(fc.integer({ min: 30, max: 900 }), fc.integer({ min: 30, max: 1_800 }), (node, zone) => {
        const chosen = timersFor(wanted(node * 1_000, zone * 1_000));
        expect(chosen.nodeKept).toBe((chosen.node.last.most ?? Infinity) <= node * 1_000);
        expect(chosen.zoneKept).toBe((chosen.zone.last.most ?? Infinity) <= zone * 1_000);
        expect(chosen.toleration).toBeGreaterThanOrEqual(SAFE_TOLERATION);
        expect(chosen.toleration).toBeLessThanOrEqual(300_000);
        expect(chosen.nodeEvictionRate).toBeLessThanOrEqual(1);
      }),
    );
  });
});

function total(values: readonly number[]): number {
  return values.reduce((so, one) => so + one, 0);
}
