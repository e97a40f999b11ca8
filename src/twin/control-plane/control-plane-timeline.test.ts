import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exampleWorld } from '../../faults/example.test-support.ts';
import { resolveFaults } from '../../faults/resolve.ts';
import type { Scenario } from '../../faults/scenario.ts';
import { parseLose } from '../../faults/written.ts';
import { readInventory } from '../../inventory/inventory.ts';
import type { World } from '../../inventory/world.ts';
import { controlPlaneTimeline } from './control-plane-timeline.ts';
import { shapeOf } from './shape.ts';

const HOUR = 3_600_000;
const threeZones = exampleWorld({ members: ['a', 'b', 'c'], workers: 1 });
const twoZones = exampleWorld({ members: ['a', 'a', 'b'], workers: 1 });

function scenario(world: World, ...lose: readonly string[]): Scenario {
  const written = lose.map((text) => parseLose(text).fault).filter((fault) => fault !== undefined);
  const { faults, problems } = resolveFaults(world, written);
  expect(problems).toEqual([]);
  return { name: 'test', horizon: HOUR, faults };
}
const timeline = (world: World, seed: number, ...lose: readonly string[]) =>
  controlPlaneTimeline(world, scenario(world, ...lose), { seed });
const states = <S>(intervals: readonly { from: number; to: number | undefined; state: S }[]) =>
  intervals.map(({ from, to, state }) => [from, to, state]);
const says = (intervals: readonly { causes: readonly { say: string }[] }[]) =>
  intervals.map(({ causes }) => causes.map(({ say }) => say).join(' → ')).filter((text) => text !== '');
const seeds = Array.from({ length: 200 }, (_, seed) => seed);

describe('etcd', () => {
  it('is not touched by what touches no member', () => {
    const { api, controllerManager, takeovers, cutOff } = timeline(threeZones, 1, 'node=worker-a-1,at=10s');
    expect(states(api)).toEqual([[0, undefined, 'up']]);
    expect(controllerManager).toHaveLength(1);
    expect([takeovers, cutOff]).toEqual([[], []]);
    // What is kept for it is what would be computed.
    const other = 'process=kube-scheduler,on=cp-a,at=59m,for=1s';
    for (const seed of seeds.slice(0, 20)) {
      const computed = timeline(threeZones, seed, other);
      expect(timeline(threeZones, seed, 'node=worker-a-1').controllerManager).toEqual(computed.controllerManager);
    }
  });

  it('elects within 0.9 s to 2 s when the zone of the leader is lost, and loses nothing with a follower', () => {
    const gaps = seeds.map((seed) => {
      const { api } = timeline(threeZones, seed, 'zone=b,at=10s');
      const gap = api.find(({ state }) => state === 'read-only');
      return gap === undefined ? 0 : (gap.to ?? HOUR) - gap.from;
    });
    const led = gaps.filter((gap) => gap > 0);
    expect(led.length).toBeGreaterThan(40);
    expect(led.length).toBeLessThan(95);
    expect(Math.min(...led)).toBeGreaterThanOrEqual(900);
    expect(Math.max(...led)).toBeLessThanOrEqual(2_000);
  });

  it('loses its quorum with the zone that holds two of three members, until the zone is back', () => {
    const { api } = timeline(twoZones, 1, 'zone=a,at=10s,for=5m');
    // The surviving API server still answers from its cache; etcd starts in 2 s once the machines are back.
    expect(api.map(({ from, state }) => [from, state])).toEqual([
      [0, 'up'],
      [10_000, 'read-only'],
      [312_000, 'read-only'],
      [expect.any(Number), 'up'],
    ]);
    const back = api.at(-1)?.from ?? 0;
    expect(back).toBeGreaterThanOrEqual(313_000);
    expect(back).toBeLessThanOrEqual(314_000);
    expect(says(api)).toEqual([
      'zone west-a is lost → etcd keeps 1 of 3 members, 2 are needed',
      'etcd has its quorum again and elects a leader',
    ]);
    expect(states(timeline(twoZones, 1, 'zone=b,at=10s').api).map(([, , state]) => state)).not.toContain('down');
  });

  it('stays with a leader that reaches a majority when one link breaks; a member without it serves nobody', () => {
    for (const seed of seeds.slice(0, 30)) {
      const { api, cutOff } = timeline(threeZones, seed, 'link=a,to=b,at=10s');
      expect(api.every(({ state }) => state === 'up' || state === 'read-only')).toBe(true);
      // Workers reach some API server through the provider's balancer.
      expect(cutOff.filter(({ node }) => node.startsWith('worker'))).toEqual([]);
    }
  });

  it('with every certificate expired there is no API', () => {
    expect(states(timeline(threeZones, 1, 'certificate=kube-apiserver,at=1m').api)).toEqual([
      [0, 60_000, 'up'],
      [60_000, undefined, 'down'],
    ]);
    expect(states(timeline(threeZones, 1, 'certificate=etcd,at=1m').api)).toEqual([
      [0, 60_000, 'up'],
      [60_000, undefined, 'down'],
    ]);
  });
});

describe('API servers and their balancer', () => {
  it('a single member takes the API with it and brings it back 8 s after its machine', () => {
    const single = exampleWorld({ members: ['a'], workers: 1 });
    const { api, controllerManager, takeovers } = timeline(single, 3, 'member=cp-a,at=10s,for=10m');
    expect(states(api).map(([from, , state]) => [from, state])).toEqual([
      [0, 'up'],
      [10_000, 'down'],
      [618_000, 'down'],
      [619_000, 'up'],
    ]);
    expect(says(api)[1]).toBe('the balancer does not yet give clients the API server on cp-a again');
    // 8 s until it answers, 1 s until the balancer has seen it twice.
    const back = controllerManager.at(-1);
    expect(back?.state).toEqual({ leads: true, member: 'cp-a' });
    // Its process is new: it waits for the whole lease from the moment it first sees it.
    expect((back?.from ?? 0) - 610_000).toBeGreaterThanOrEqual(15_000);
    expect(takeovers).toEqual([back?.from]);
  });

  it('without any instance of the balancer nobody is answered', () => {
    expect(states(timeline(threeZones, 1, 'load-balancer,at=10s,for=1m').api)).toEqual([
      [0, 10_000, 'up'],
      [10_000, 70_000, 'down'],
      [70_000, undefined, 'up'],
    ]);
  });
});

describe('instances of the balancer', () => {
  const withBalancer = (kind: 'haproxy' | 'kube-vip'): World => ({
    ...threeZones,
    controlPlane: {
      ...threeZones.controlPlane,
      balancer: {
        kind,
        instances: threeZones.controlPlane.members,
        ejection: { least: 1_000, most: 3_000 },
        takeover: { least: 3_000, most: 4_000 },
        healthCheck: { interval: 2_000, fall: 2 },
      },
    },
  });

  it('another takes the address after the takeover time when the holder is lost', () => {
    for (const kind of ['haproxy', 'kube-vip'] as const)
      for (const seed of seeds.slice(0, 20)) {
        const { api } = timeline(withBalancer(kind), seed, 'member=cp-a,at=10s');
        expect(api[1]).toMatchObject({ from: 10_000, state: 'down' });
        const back = api.find(({ state, from }) => state !== 'down' && from > 10_000)?.from ?? HOUR;
        expect(back).toBeGreaterThanOrEqual(13_000);
        expect(back).toBeLessThanOrEqual(14_000);
        expect(says(api)[0]).toMatch(/^control-plane machine cp-a is lost → the balancer on cp-a no longer holds/);
      }
  });

  it('kube-vip moves with its API server, a proxy asks the others', () => {
    const moved = timeline(withBalancer('kube-vip'), 1, 'process=kube-apiserver,on=cp-a,at=10s').api;
    expect(moved.map(({ state }) => state)).toEqual(['up', 'down', 'up']);
    const proxied = timeline(withBalancer('haproxy'), 1, 'process=kube-apiserver,on=cp-a,at=10s').api;
    expect(proxied.map(({ state }) => state)).toEqual(['up']);
  });

  it('a holder that is not the lost one is not missed', () => {
    expect(timeline(withBalancer('haproxy'), 1, 'load-balancer=cp-b,at=10s').api).toHaveLength(1);
  });
});

describe('leases of controller managers and schedulers', () => {
  const gapOf = (intervals: ReturnType<typeof timeline>['controllerManager']): number => {
    const lost = intervals.find(({ state, to }) => !state.leads && (to ?? HOUR) - 10_000 > 3_000);
    return lost === undefined ? 0 : (lost.to ?? HOUR) - 10_000;
  };

  it('a standby takes over 13 s to 23.8 s after the crash of the leader, most often within 15 s to 19.4 s', () => {
    const gaps = seeds.map((seed) => gapOf(timeline(threeZones, seed, 'zone=b,at=10s').controllerManager));
    const lost = gaps.filter((gap) => gap > 0);
    expect(lost.length).toBeGreaterThan(40);
    expect(Math.min(...lost)).toBeGreaterThanOrEqual(13_000);
    expect(Math.max(...lost)).toBeLessThanOrEqual(23_800);
    const usual = lost.filter((gap) => gap >= 14_000 && gap <= 19_400);
    expect(usual.length / lost.length).toBeGreaterThan(0.8);
  });

  it('a takeover is told, since the new leader gives every node its full grace', () => {
    for (const seed of seeds.slice(0, 20)) {
      const { controllerManager, takeovers } = timeline(
        threeZones,
        seed,
        'process=kube-controller-manager,on=cp-a,at=10s',
      );
      const taken = controllerManager.filter(({ state, from }) => state.leads && from > 0);
      expect(takeovers).toEqual(taken.map(({ from }) => from));
      expect(taken.every(({ state }) => state.member !== 'cp-a')).toBe(true);
    }
  });

  it('a leader survives an election of etcd', () => {
    for (const seed of seeds.slice(0, 40))
      expect(timeline(threeZones, seed, 'process=etcd,on=cp-a,at=10s').takeovers.length).toBeLessThanOrEqual(1);
    const { takeovers } = timeline(threeZones, 1, 'load-balancer,at=10s,for=1m');
    // Own API servers: the balancer is nothing to them.
    expect(takeovers).toEqual([]);
  });

  it('after a loss of the quorum somebody leads within two retries and a lease', () => {
    for (const seed of seeds.slice(0, 40)) {
      const { api, controllerManager } = timeline(twoZones, seed, 'zone=a,at=10s,for=5m');
      const up = api.findLast(({ state }) => state === 'up')?.from ?? 0;
      const leads = controllerManager.findLast(({ state }) => state.leads)?.from ?? 0;
      expect(leads - up).toBeGreaterThanOrEqual(0);
      expect(leads - up).toBeLessThanOrEqual(15_000 + 2 * 4_400 + 10_000);
    }
  });

  it("dies with the zone whose API server every controller's kubeconfig names", () => {
    const tied = exampleWorld({
      members: ['a', 'b', 'c'],
      workers: 1,
      controllerFlags: ['--master=https://cp-a:6443'],
    });
    expect(shapeOf(tied).targetOf('kube-controller-manager', 'cp-b')).toEqual({ member: 'cp-a' });
    expect(shapeOf(tied).targetOf('kube-controller-manager', 'cp-a')).toBe('own');
    for (const seed of seeds.slice(0, 20)) {
      const { controllerManager, scheduler, api } = timeline(tied, seed, 'zone=a,at=10s');
      expect(api.at(-1)?.state).toBe('up');
      expect(controllerManager.at(-1)).toMatchObject({ from: 10_000, to: undefined, state: { leads: false } });
      expect(scheduler.at(-1)?.state.leads).toBe(false);
    }
    expect(timeline(tied, 1, 'zone=c,at=10s').controllerManager.at(-1)?.state.leads).toBe(true);
  });
});

describe('kubeconfigs', () => {
  const kubeconfig = (file: string, server: string) => ({
    file,
    named: true,
    text: `apiVersion: v1\nkind: Config\nclusters: [{name: k, cluster: {server: "${server}"}}]\nusers: [{name: system:kube-scheduler, user: {}}]\n`,
  });
  const withConfigs = (...files: ReturnType<typeof kubeconfig>[]): World => {
    const inventory = readInventory(files);
    expect(inventory.problems).toEqual([]);
    return { ...threeZones, configurations: inventory.configurations };
  };

  it('one that was copied to every machine ties all to one API server', () => {
    const { targetOf, assumed } = shapeOf(withConfigs(kubeconfig('etc/scheduler.conf', 'https://cp-c:6443')));
    expect(['cp-a', 'cp-b', 'cp-c'].map((name) => targetOf('kube-scheduler', name))).toEqual([
      { member: 'cp-c' },
      { member: 'cp-c' },
      'own',
    ]);
    expect(targetOf('kube-controller-manager', 'cp-a')).toBe('own');
    expect(assumed.join(' ')).toContain('as kubeadm writes them');
  });

  it('one for each machine is found by the folder that it lies in; another host is the balancer', () => {
    const world = withConfigs(
      kubeconfig('hosts/cp-a/scheduler.conf', 'https://127.0.0.1:6443'),
      kubeconfig('hosts/cp-b/scheduler.conf', 'https://api.shop:6443'),
    );
    const { targetOf } = shapeOf(world);
    expect(targetOf('kube-scheduler', 'cp-a')).toBe('own');
    expect(targetOf('kube-scheduler', 'cp-b')).toBe('balancer');
  });
});

describe('nodes that are cut off', () => {
  it('a zone that no other reaches, for as long as it lasts', () => {
    const { cutOff, api } = timeline(threeZones, 1, 'link=b,at=10s,for=2m');
    expect(api.at(-1)?.state).toBe('up');
    const worker = cutOff.find(({ node }) => node === 'worker-b-1');
    expect(worker?.from).toBeGreaterThanOrEqual(10_000);
    expect(worker?.from).toBeLessThanOrEqual(12_000);
    expect(worker?.to).toBeGreaterThanOrEqual(130_000);
    expect(worker?.causes[0]?.say).toMatch(/^zones west-\w and west-\w cannot reach each other$/);
    expect(cutOff.some(({ node }) => node === 'worker-a-1')).toBe(false);
  });

  it('a node without a kubelet, and one that is dead is none', () => {
    expect(timeline(threeZones, 1, 'process=kubelet,on=worker-a-1,at=5s,for=1m').cutOff).toMatchObject([
      { node: 'worker-a-1', from: 5_000, to: 65_000 },
    ]);
    expect(timeline(threeZones, 1, 'zone=b,at=10s').cutOff).toEqual([]);
  });
});

describe('a control plane that the provider runs', () => {
  const eks = exampleWorld({ members: [], workers: 2 });

  it('survives a zone, and dies with its region', () => {
    expect(states(timeline(eks, 1, 'zone=a,at=10s').api)).toEqual([[0, undefined, 'up']]);
    const { api, takeovers } = timeline(eks, 1, 'region=west,at=10s,for=1m');
    expect(states(api)).toEqual([
      [0, 10_000, 'up'],
      [10_000, 70_000, 'down'],
      [70_000, undefined, 'up'],
    ]);
    expect(takeovers).toEqual([70_000]);
    expect(shapeOf(eks).assumed).toHaveLength(1);
  });

  it('does not hear from a zone that nobody reaches', () => {
    expect(timeline(eks, 1, 'link=b,at=10s,for=1m').cutOff).toMatchObject([
      { node: 'worker-b-1', from: 10_000, to: 70_000 },
      { node: 'worker-b-2', from: 10_000, to: 70_000 },
    ]);
  });
});

describe('any scenario', () => {
  const lose = fc.constantFrom(
    'zone=a',
    'zone=b',
    'zone=c',
    'member=cp-a',
    'member=cp-b',
    'link=a,to=b',
    'link=b,to=c',
    'link=c',
    'load-balancer',
    'process=etcd,on=cp-a',
    'process=kube-apiserver,on=cp-b',
    'process=kube-controller-manager,on=cp-c',
    'certificate=controllers',
    'certificate=etcd,on=cp-b',
    'region=west',
    'node=worker-a-1',
  );
  const timed = fc.tuple(lose, fc.integer({ min: 0, max: 600 }), fc.option(fc.integer({ min: 1, max: 900 })));

  it('has times in order that do not overlap, and the same timeline for the same seed', () => {
    const world = exampleWorld({ members: ['a', 'b', 'c'], workers: 1 });
    fc.assert(
      fc.property(fc.array(timed, { maxLength: 5 }), fc.nat(1_000), (faults, seed) => {
        const texts = faults.map(
          ([text, at, length]) => `${text},at=${at}s${length === null ? '' : `,for=${length}s`}`,
        );
        const found = timeline(world, seed, ...texts);
        for (const intervals of [found.api, found.controllerManager, found.scheduler]) {
          expect(intervals[0]?.from).toBe(0);
          expect(intervals.at(-1)?.to).toBeUndefined();
          for (const [index, { from, to }] of intervals.entries()) {
            expect(to ?? Number.POSITIVE_INFINITY).toBeGreaterThan(from);
            if (index > 0) expect(intervals[index - 1]?.to).toBe(from);
            expect(from).toBeLessThan(HOUR);
          }
        }
        for (const { from, to } of found.cutOff) expect(to ?? HOUR).toBeGreaterThan(from);
        expect(timeline(world, seed, ...texts)).toEqual(found);
        const healed = faults.every(([, , length]) => length !== null);
        if (healed) {
          expect(found.api.at(-1)?.state).toBe('up');
          expect(found.controllerManager.at(-1)?.state.leads).toBe(true);
          expect(found.scheduler.at(-1)?.state.leads).toBe(true);
        }
      }),
      { numRuns: 400 },
    );
  });
});
