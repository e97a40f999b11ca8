import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { World } from '../../inventory/world.ts';
import type { ClusterState, PodIndex } from './cluster-state.ts';
import { createClusterState } from './create-state.ts';
import type { ExplainableState } from './create-state.ts';
import { dump, node, pod, worldOf } from './state.test-support.ts';

const ZONE = 'topology.kubernetes.io/zone';
const HOST = 'kubernetes.io/hostname';
const web = { matchLabels: { app: 'web' } };
const hard = { maxSkew: 1, topologyKey: ZONE, whenUnsatisfiable: 'DoNotSchedule', labelSelector: web };

/** Shapes of pods that between them use every counter. */
const KINDS = [
  {},
  { topologySpreadConstraints: [{ ...hard, nodeTaintsPolicy: 'Honor' }] },
  {
    topologySpreadConstraints: [
      { ...hard, topologyKey: HOST, maxSkew: 2 },
      { ...hard, whenUnsatisfiable: 'ScheduleAnyway' },
    ],
  },
  {
    affinity: {
      podAntiAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: [
          { topologyKey: HOST, labelSelector: { matchLabels: { app: 'db' } } },
        ],
      },
    },
  },
  {
    affinity: {
      podAffinity: {
        preferredDuringSchedulingIgnoredDuringExecution: [
          { weight: 7, podAffinityTerm: { topologyKey: ZONE, labelSelector: web } },
        ],
      },
    },
  },
  { cpu: '3', priority: 100 },
  { cpu: '1', priority: 1000 },
  { hostNetwork: true, containers: [{ name: 'main', image: 'web', ports: [{ containerPort: 80 }] }] },
] as const;

const nodes = fc.array(
  fc.record({
    zone: fc.constantFrom('a', 'b', 'c', undefined),
    cpu: fc.constantFrom('2', '4', '8'),
    tainted: fc.boolean(),
  }),
  { minLength: 1, maxLength: 8 },
);
const moves = fc.array(
  fc.record({ what: fc.nat(9), which: fc.nat(63), where: fc.nat(15), kind: fc.nat(KINDS.length - 1) }),
  { maxLength: 40 },
);

function world(list: readonly { zone: string | undefined; cpu: string; tainted: boolean }[]): World {
  const service = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'web', namespace: 'shop' },
    spec: { selector: { app: 'web' }, ports: [{ port: 80 }] },
  };
  const budget = {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name: 'web', namespace: 'shop' },
    spec: { minAvailable: 1, selector: web },
    status: { disruptionsAllowed: 1, currentHealthy: 2, desiredHealthy: 1, expectedPods: 2 },
  };
  return worldOf([
    ...list.map(({ zone, cpu, tainted }, at) =>
      node(`n${at}`, {
        cpu,
        ...(zone === undefined ? {} : { zone }),
        ...(tainted ? { taints: [{ key: 'x', effect: at % 2 === 0 ? 'NoSchedule' : 'PreferNoSchedule' }] } : {}),
      }),
    ),
    service,
    budget,
    ...KINDS.map((kind, at) => pod(`kind-${at}`, kind, { app: at % 2 === 0 ? 'web' : 'db' })),
  ]);
}

interface Move {
  readonly what: number;
  readonly which: number;
  readonly where: number;
  readonly kind: number;
}

/** Makes one move that a controller could make. */
function make(state: ClusterState, live: PodIndex[], { what, which, where, kind }: Move): void {
  const target = where % state.nodeCount;
  const chosen = live.length === 0 ? undefined : live[which % live.length];
  if (what < 4) {
    const added = state.addPod(kind, where);
    live.push(added);
    const result = state.schedule(added);
    if (result.kind === 'bound') state.place(added, result.node);
    else if (result.kind === 'nominated') {
      for (const victim of result.victims) state.terminate(victim, true);
      state.nominate(added, result.node);
    }
  } else if (what === 4 && chosen !== undefined) state.terminate(chosen);
  else if (what === 5 && chosen !== undefined) {
    state.removePod(chosen);
    live.splice(live.indexOf(chosen), 1);
  } else if (what === 6)
    state.setTaints(target, kind % 2 === 0 ? [] : [{ key: 'lost', value: '', effect: 'NoExecute' }]);
  else if (what === 7) state.setUnschedulable(target, kind % 2 === 0);
  else if (what === 8) state.addNode({ ...state.nodeSource(target), name: `new-${where}-${which}` });
  else if (what === 9 && state.nodeExists(target) && kind === 0) state.removeNode(target);
}

function livePods(state: ExplainableState): PodIndex[] {
  return Array.from({ length: state.cluster.pods.count }, (_, at) => at).filter((at) => state.cluster.pods.lives(at));
}

describe('the state of a cluster', () => {
  it('comes back to equal bytes when moves are undone', () => {
    fc.assert(
      fc.property(nodes, moves, moves, (list, first, second) => {
        const state = createClusterState(world(list));
        const live = livePods(state);
        for (const move of first) make(state, live, move);
        const before = JSON.stringify(dump(state));
        const mark = state.mark();
        const forked = [...live];
        for (const move of second) make(state, forked, move);
        state.undo(mark);
        expect(JSON.stringify(dump(state))).toBe(before);
      }),
      { numRuns: 300 },
    );
  });
  it('takes nested marks back one after the other', () => {
    const state = createClusterState(world([{ zone: 'a', cpu: '8', tainted: false }]));
    const outer = state.mark();
    const start = JSON.stringify(dump(state));
    state.place(state.addPod(0, 0), 0);
    const middle = JSON.stringify(dump(state));
    const inner = state.mark();
    state.setTaints(0, [{ key: 'x', value: '', effect: 'NoSchedule' }]);
    state.undo(inner);
    expect(JSON.stringify(dump(state))).toBe(middle);
    state.undo(outer);
    expect(JSON.stringify(dump(state))).toBe(start);
  });
  it('counts as a new state of the same pods would count', () => {
    fc.assert(
      fc.property(nodes, moves, (list, all) => {
        const state = createClusterState(world(list));
        const live = livePods(state);
        for (const move of all.filter(({ what }) => what < 6)) make(state, live, move);
        const fresh = createClusterState(world(list));
        for (const one of live) {
          const copy = fresh.addPod(state.shapeOfPod(one), 0);
          if (state.isTerminating(one)) fresh.terminate(copy);
          if (state.nodeOfPod(one) >= 0) fresh.place(copy, state.nodeOfPod(one));
        }
        expect(fresh.cluster.registry.counts()).toEqual(state.cluster.registry.counts());
        expect(fresh.cluster.nodes.requested).toEqual(state.cluster.nodes.requested);
      }),
      { numRuns: 200 },
    );
  });
  it('never puts more on a node than it has', () => {
    fc.assert(
      fc.property(nodes, moves, (list, all) => {
        const state = createClusterState(world(list));
        const live = livePods(state);
        for (const move of all) make(state, live, move);
        const { nodes: table } = state.cluster;
        for (let at = 0; at < table.count; at += 1) {
          table.requested.forEach((column, resource) =>
            expect(column[at]).toBeLessThanOrEqual(table.allocatable[resource]?.[at] ?? 0),
          );
          expect(table.pods[at]).toBeLessThanOrEqual(table.allowedPods[at] as number);
        }
      }),
      { numRuns: 200 },
    );
  });
  it('chooses the same with the same seed', () => {
    const run = (): readonly unknown[] => {
      const state = createClusterState(
        world(Array.from({ length: 6 }, () => ({ zone: 'a', cpu: '8', tainted: false }))),
        {
          seed: 7,
        },
      );
      return Array.from({ length: 12 }, () => {
        const added = state.addPod(0, 0);
        const result = state.schedule(added);
        if (result.kind === 'bound') state.place(added, result.node);
        return result;
      });
    };
    expect(run()).toEqual(run());
  });
});
