import { describe, expect, it } from 'vitest';
import type { Fault } from '../../faults/scenario.ts';
import { START, of, scenario, spread, workload, world, zones } from '../twin.test-support.ts';
import { Twin } from '../twin.ts';
import { evict } from './evictions.ts';

const ZONE = 'topology.kubernetes.io/zone';
const HOST = 'kubernetes.io/hostname';
const node = (name: string): Fault => ({ kind: 'node', node: name });
const drain = (nodes: readonly string[], timeout = 600_000): Fault => ({ kind: 'drain', nodes, atOnce: 1, timeout });
const budget = (name: string, spec: Readonly<Record<string, unknown>>) => ({
  apiVersion: 'policy/v1',
  kind: 'PodDisruptionBudget',
  metadata: { name, namespace: 'shop' },
  spec: { selector: { matchLabels: { app: name } }, ...spec },
});

describe('room', () => {
  it('keeps pods waiting when no node fits, and names the line', () => {
    const full = world(zones(['a', 'b', 'c'], 1, '2'), workload('Deployment', 'web', { replicas: 3, cpu: '1500m' }));
    const result = new Twin(full, { start: START }).simulate(scenario(node('a0')));
    const { intervals } = of(result, 'web');
    expect(intervals).toHaveLength(1);
    expect(intervals[0]?.cause).toMatch(/toleration 5 m → no node fits: .*Insufficient cpu.* at cluster\.json:\d+$/);
    expect(result.pendingAtEnd).toBe(1);
  });

  it('names a hard spread as what keeps the pod away', () => {
    const strict = world(
      zones(['a', 'b', 'c'], 2),
      workload('Deployment', 'web', { replicas: 6, pod: spread(ZONE, 'web', 'DoNotSchedule') }),
    );
    const { intervals } = of(
      new Twin(strict, { start: START }).simulate(scenario({ kind: 'zone', region: '', zone: 'b' })),
      'web',
    );
    expect(intervals.at(-1)?.state).toBe('degraded');
    expect(intervals.at(-1)?.cause).toContain("didn't match pod topology spread constraints");
  });

  it('is made by preemption, whose victims then wait', () => {
    const crowded = world(
      [
        { apiVersion: 'scheduling.k8s.io/v1', kind: 'PriorityClass', metadata: { name: 'high' }, value: 1000 },
        ...zones(['a', 'b'], 1, '2'),
      ],
      workload('Deployment', 'vital', { replicas: 1, cpu: '1500m', pod: { priorityClassName: 'high' } }),
      workload('Deployment', 'spare', { replicas: 1, cpu: '1500m' }),
    );
    const twin = new Twin(crowded, { start: START });
    const at = twin.nodeOf(twin.world.workloads.find(({ name }) => name === 'vital')?.pods[0] as never) ?? '';
    const result = twin.simulate(scenario(node(at)));
    expect(of(result, 'vital').recoveredAt).toBeGreaterThan(340);
    expect(of(result, 'vital').recoveredAt).toBeLessThan(380);
    expect(of(result, 'spare').intervals.at(-1)?.state).toBe('down');
    expect(of(result, 'spare').intervals.at(-1)?.cause).toContain('preempted');
  });

  it('comes from new machines', () => {
    const pooled = world(zones(['a', 'b'], 1, '2'), workload('Deployment', 'web', { replicas: 2, cpu: '1500m' }));
    const grown = {
      ...pooled,
      nodes: pooled.nodes.map((one) => ({ ...one, pool: 'general' })),
    };
    const at = (engine: 'karpenter' | 'cluster-autoscaler', maxNodesPerZone: number) =>
      of(
        new Twin(grown, {
          start: START,
          provisioning: {
            engine,
            nodeReady: { least: 60_000, most: 60_000 },
            pools: [{ name: 'general', maxNodesPerZone }],
          },
        }).simulate(scenario(node('a0'))),
        'web',
      );
    const karpenter = at('karpenter', 3).recoveredAt ?? 0;
    // Detection, toleration, batch, machine, start.
    expect(karpenter).toBeGreaterThan(340 + 1 + 60);
    expect(karpenter).toBeLessThan(357 + 1 + 60 + 5);
    expect(at('cluster-autoscaler', 3).recoveredAt).toBeLessThan(357 + 12 + 60 + 5);
    expect(at('karpenter', 1).recoveredAt).toBeUndefined();
  });
});

describe('budgets', () => {
  const guarded = (spec: Readonly<Record<string, unknown>>, replicas = 4) =>
    world(
      zones(['a', 'b'], 2),
      workload('Deployment', 'web', { replicas, pod: spread(HOST, 'web') }),
      budget('web', spec),
    );

  it('are ignored by taint eviction', () => {
    const result = new Twin(guarded({ maxUnavailable: 0 }), { start: START }).simulate(scenario(node('a0')));
    expect(of(result, 'web').recoveredAt).toBeLessThan(370);
  });
  it('are kept by drains: one that grants nothing stops them', () => {
    const result = new Twin(guarded({ maxUnavailable: 0 }), { start: START }).simulate(scenario(drain(['a0', 'a1'])));
    expect(of(result, 'web').intervals).toEqual([expect.objectContaining({ state: 'up' })]);
    expect(result.assumed.join('\n')).toMatch(
      /gives up after 10 m: budget web grants no eviction.*; a0, a1 are not drained/,
    );
  });
  it('let a drain go on one by one', () => {
    const twin = new Twin(guarded({ maxUnavailable: 1 }, 8), { start: START, upgrade: 60_000 });
    const result = twin.simulate(scenario(drain(['a0', 'a1', 'b0', 'b1'], 1_200_000)));
    const { intervals, downSeconds } = of(result, 'web');
    expect(downSeconds).toBe(0);
    expect(Math.min(...intervals.map(({ ready }) => ready))).toBe(7);
    expect(intervals.at(-1)?.state).toBe('up');
  });
  it('round percentages up and refuse the eviction of pods that two of them select', () => {
    const twin = new Twin(guarded({ minAvailable: '51%' }), { start: START });
    twin.run(scenario(), (run) => {
      const trouble = { causes: () => [] };
      const pods = run.cluster.podsOf(0);
      // 51 % of 4 is 3.
      expect(evict(run, pods[0] ?? -1, trouble)).toBeUndefined();
      expect(evict(run, pods[1] ?? -1, trouble)?.say).toContain('it wants 3 healthy pods and has 3');
    });
    const twice = new Twin(
      world(zones(['a'], 2), workload('Deployment', 'web', { replicas: 2 }), budget('web', { maxUnavailable: 2 }), {
        ...budget('web', { maxUnavailable: 2 }),
        metadata: { name: 'web-too', namespace: 'shop' },
      }),
    );
    twice.run(scenario(), (run) => {
      expect(evict(run, run.cluster.podsOf(0)[0] ?? -1, { causes: () => [] })?.say).toContain('more than one budget');
    });
  });
});

describe('a template that is broken', () => {
  const roll = (kind: string, name: string): Fault => ({ kind: 'rollout', workload: `${kind}/shop/${name}` });
  it('takes from a Deployment what its strategy lets it', () => {
    const result = new Twin(world(zones(['a', 'b'], 2), workload('Deployment', 'web', { replicas: 8 })), {
      start: START,
    }).simulate(scenario(roll('Deployment', 'web')));
    const { intervals } = of(result, 'web');
    // 25 % of 8 may be unavailable.
    expect(intervals.at(-1)).toMatchObject({ state: 'degraded', ready: 6 });
    expect(intervals.at(-1)?.cause).toContain('rolling update: 2 of 8 may be unavailable');
  });
  it('takes a Deployment with Recreate down, and the old template brings it back', () => {
    const recreate = world(
      zones(['a', 'b'], 2),
      workload('Deployment', 'web', { replicas: 4, spec: { strategy: { type: 'Recreate' } } }),
    );
    const result = new Twin(recreate, { start: START }).simulate(
      scenario({ fault: roll('Deployment', 'web'), until: 300_000 }),
    );
    const { intervals, downSeconds } = of(result, 'web');
    expect(downSeconds).toBeGreaterThan(295);
    expect(downSeconds).toBeLessThan(315);
    expect(intervals.at(-1)).toMatchObject({ state: 'up', ready: 4 });
  });
  it('stops a StatefulSet at its last ordinal', () => {
    const result = new Twin(world(zones(['a', 'b', 'c'], 1), workload('StatefulSet', 'db', { replicas: 3 })), {
      start: START,
    }).simulate(scenario(roll('StatefulSet', 'db')));
    expect(of(result, 'db').intervals.at(-1)).toMatchObject({ state: 'degraded', ready: 2 });
  });
  it('takes one pod of a DaemonSet', () => {
    const result = new Twin(world(zones(['a', 'b', 'c'], 1), workload('DaemonSet', 'agent', {})), {
      start: START,
    }).simulate(scenario(roll('DaemonSet', 'agent')));
    expect(of(result, 'agent').intervals.at(-1)).toMatchObject({ state: 'degraded', ready: 2 });
  });
});

describe('images and admission', () => {
  it('come from nowhere while the registry is away, unless they are on the node', () => {
    const fresh = world(zones(['a', 'b'], 1), workload('Deployment', 'web', { replicas: 1 }));
    const twin = new Twin(fresh, { start: undefined });
    const at = twin.nodeOf(twin.world.workloads[0]?.pods[0] as never) ?? '';
    const away: Fault = { kind: 'registry', host: undefined };
    const { recoveredAt, intervals } = of(twin.simulate(scenario(node(at), { fault: away, until: 900_000 })), 'web');
    expect(recoveredAt).toBeGreaterThan(900);
    expect(recoveredAt).toBeLessThan(900 + 300 + 20);
    expect(intervals[0]?.cause).toContain('no image from docker.io');
    const spreadOut = world(
      zones(['a', 'b'], 1),
      workload('Deployment', 'web', { replicas: 2, pod: spread(HOST, 'web') }),
    );
    expect(of(new Twin(spreadOut).simulate(scenario(node('a0'), away)), 'web').recoveredAt).toBeLessThan(370);
  });

  it('refuse every pod while a webhook that must answer has no pod', () => {
    const webhook = {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingWebhookConfiguration',
      metadata: { name: 'gate' },
      webhooks: [
        {
          name: 'gate.shop',
          clientConfig: { service: { namespace: 'shop', name: 'gate' } },
          rules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] }],
          sideEffects: 'None',
          admissionReviewVersions: ['v1'],
        },
      ],
    };
    const service = {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'gate', namespace: 'shop' },
      spec: { selector: { app: 'gate' }, ports: [{ port: 443 }] },
    };
    const gated = world(zones(['a', 'b'], 1), workload('Deployment', 'gate', { replicas: 1 }), [service, webhook]);
    const twin = new Twin(gated, { start: START });
    const at = twin.nodeOf(twin.world.workloads[0]?.pods[0] as never) ?? '';
    const { intervals } = of(twin.simulate(scenario(node(at))), 'gate');
    // Its own pod cannot be made without it: it never comes back.
    expect(intervals).toEqual([expect.objectContaining({ state: 'down' })]);
    expect(intervals[0]?.cause).toMatch(
      /webhook gate\.shop must answer \(failurePolicy Fail\) and no pod behind it is ready.* at cluster\.json:\d+/,
    );
  });
});

describe('repair', () => {
  const claims = {
    volumeClaimTemplates: [
      {
        metadata: { name: 'data' },
        spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
      },
    ],
  };
  const repaired = (by: 'node-healthcheck' | 'eks-node-repair', spec: Readonly<Record<string, unknown>>) =>
    new Twin(
      world(zones(['a', 'b', 'c'], 2), workload('StatefulSet', 'db', { replicas: 3, spec, pod: spread(HOST, 'db') })),
      {
        start: START,
        repair: { by, after: 300_000, maxUnhealthy: 0.4 },
      },
    );
  it('lets the pod of a StatefulSet return when the node is out of service', () => {
    const twin = repaired('node-healthcheck', {});
    const at = twin.nodeOf(twin.world.workloads[0]?.pods[0] as never) ?? '';
    const { recoveredAt } = of(twin.simulate(scenario(node(at))), 'db');
    expect(recoveredAt).toBeGreaterThan(40 + 300 + 60);
    expect(recoveredAt).toBeLessThan(57 + 300 + 180 + 21 + 5);
  });
  it('waits six minutes for the volume of a machine that was deleted', () => {
    const free = repaired('eks-node-repair', {});
    const held = repaired('eks-node-repair', claims);
    const at = (twin: Twin) => twin.nodeOf(twin.world.workloads[0]?.pods[0] as never) ?? '';
    const without = of(free.simulate(scenario(node(at(free)))), 'db').recoveredAt ?? 0;
    expect(without).toBeGreaterThan(40 + 300 + 5 + 40);
    const { recoveredAt, intervals } = of(held.simulate(scenario(node(at(held)))), 'db');
    expect(recoveredAt).toBeGreaterThan(40 + 300 + 5 + 40 + 360);
    expect(intervals[0]?.cause).toContain('node repair replaces the machine');
  });
  it('stops when too many nodes are unhealthy', () => {
    const twin = repaired('node-healthcheck', {});
    const result = twin.simulate(
      scenario({ kind: 'zone', region: '', zone: 'a' }, { kind: 'zone', region: '', zone: 'b' }),
    );
    expect(of(result, 'db').intervals.at(-1)?.state).not.toBe('up');
  });
});

describe('spot machines', () => {
  it('are drained within the notice by Karpenter, and by nobody else', () => {
    const spot: Fault = { kind: 'spot-reclaim', pool: 'spot', nodes: ['a0'], notice: 120_000 };
    const fleet = world(zones(['a', 'b'], 2), workload('Deployment', 'web', { replicas: 4, pod: spread(HOST, 'web') }));
    const lost = of(new Twin(fleet, { start: START }).simulate(scenario(spot)), 'web');
    expect(lost.intervals[1]?.from).toBe(120);
    const moved = of(
      new Twin(fleet, { start: START, provisioning: { engine: 'karpenter', nodeReady: START, pools: [] } }).simulate(
        scenario(spot),
      ),
      'web',
    );
    expect(moved.recoveredAt).toBeLessThan(10);
  });
});
