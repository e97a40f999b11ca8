import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decisionOf,
  example,
  general,
  gpu,
  objectAt,
  onEks,
  onKubeadm,
  onMetal,
  withSection,
  withSpec,
} from './example.test-support.ts';
import { placeholderClass } from './headroom.ts';

const GIB = 2 ** 30;
const zones = (count: number) => Array.from({ length: count }, (_, index) => `z${index}`);

describe('the room for a loss', () => {
  it('is the size of the largest zone: 2 machines of 4 cores are 8 placeholders of a quarter machine', () => {
    const made = example(onEks);
    expect(decisionOf(made, 'headroom').value).toEqual({ loss: 'zone', replicas: 8, cpu: '1', memory: '4Gi' });
    expect(decisionOf(made, 'headroom').because).toContain('max(⌈8 / 1⌉, ⌈32Gi / 4Gi⌉) = 8');
    expect(made.plan.facts.headroom).toEqual({ replicas: 8, cpu: 1_000, memory: 4 * GIB });
    expect(made.plan.settings.priorityClass).toBe('placeholders');
  });

  it('is paid for: machines that the placeholders may add are needs, as far as the pool may grow', () => {
    const added = (written: Parameters<typeof example>[0]) =>
      example(written).plan.needs.filter(({ component }) => component.endsWith('machines that headroom may add'));
    expect(added(onEks)).toMatchObject([{ form: 'machine', replicas: 2, offer: 'ec2/m7i.xlarge' }]);
    expect(added(withSpec(onEks, { pools: [{ ...general, maxNodesPerZone: 2 }] }))).toEqual([]);
    expect(added(withSection(onEks, { headroom: { loss: 'none' } }))).toEqual([]);
    expect(added(onMetal)).toEqual([]);
  });

  it('covers every zone: whatever runs in it and in the room of it fits what is left of the room', () => {
    const pools = fc.array(
      fc.record({
        nodesPerZone: fc.integer({ min: 1, max: 9 }),
        cpu: fc.integer({ min: 1, max: 32 }),
        gib: fc.integer({ min: 1, max: 128 }),
        some: fc.boolean(),
      }),
      { minLength: 1, maxLength: 4 },
    );
    fc.assert(
      fc.property(pools, fc.integer({ min: 2, max: 5 }), (list, count) => {
        const written = list.map(({ nodesPerZone, cpu, gib, some }, index) => ({
          name: `pool-${index}`,
          nodesPerZone,
          machine: { cpu: String(cpu), memory: `${gib}Gi` },
          ...(some ? { zones: ['z0', 'z1'] } : {}),
        }));
        const { facts } = example({ spec: { regions: [{ name: 'site', zones: zones(count) }], pools: written } }).plan;
        for (const zone of zones(count)) {
          const here = facts.pools.filter(({ places }) => places.some((place) => place.zones.includes(zone)));
          const cpu = here.reduce((sum, pool) => sum + pool.cpu * pool.minNodesPerZone, 0);
          const memory = here.reduce((sum, pool) => sum + pool.memory * pool.minNodesPerZone, 0);
          expect((facts.headroom?.replicas ?? 0) * (facts.headroom?.cpu ?? 0)).toBeGreaterThanOrEqual(cpu);
          expect((facts.headroom?.replicas ?? 0) * (facts.headroom?.memory ?? 0)).toBeGreaterThanOrEqual(memory);
        }
      }),
      { numRuns: 50 },
    );
  });

  it('takes what the kubelets keep back off the machines', () => {
    const reservations = [
      {
        pool: 'general',
        kube: { cpu: 100, memory: GIB },
        system: { cpu: 100, memory: GIB / 2 },
        evictionMemory: GIB / 2,
      },
    ];
    const made = example({ ...onEks, scheduling: { reservations } });
    expect(made.plan.facts.headroom).toMatchObject({ cpu: 950, memory: 3.5 * GIB, replicas: 8 });
  });

  it('is one machine when only a machine may be lost, and a zone again when its recovery is promised', () => {
    const spare = withSpec(onEks, { survive: 'node' });
    expect(decisionOf(example(spare), 'headroom').value).toMatchObject({ loss: 'node', replicas: 4 });
    const promised = withSpec(spare, { objectives: { zoneFailureRecovery: '5m' } });
    expect(decisionOf(example(promised), 'headroom').value).toMatchObject({ loss: 'zone', replicas: 8 });
  });

  it('follows the document where it says more', () => {
    const made = example(withSection(onEks, { headroom: { nodesPerZone: 10, cpu: '2', memory: '8Gi' } }));
    expect(decisionOf(made, 'headroom').value).toEqual({ loss: 'zone', replicas: 20, cpu: '2', memory: '8Gi' });
    expect(made.plan.limits.join(' ')).not.toContain('larger than the room');
    expect(example(onEks).plan.limits.join(' ')).toContain('a lost zone is larger than the room');
  });

  it('says what its absence costs', () => {
    const made = example(
      withSection(withSpec(onEks, { objectives: { zoneFailureRecovery: '2m' } }), { headroom: { loss: 'none' } }),
    );
    expect(decisionOf(made, 'headroom').value).toBeNull();
    expect(decisionOf(made, 'headroom').because).toContain('41 s to 1 m 40 s on top');
    expect(made.plan.limits).toContain('No room is kept for a loss, as the document says.');
    expect(made.artifacts.filter(({ path }) => path.includes('headroom'))).toEqual([]);
  });

  it('compares with the promise: detection and new machines together are too late', () => {
    const made = example(withSpec(onEks, { objectives: { zoneFailureRecovery: '2m' } }));
    expect(decisionOf(made, 'headroom').because).toContain(
      '1 m 50 s + 1 m 40 s = 3 m 30 s, more than the promised 2 m',
    );
  });

  it('does not stand on machines that refuse it', () => {
    const closed = { ...general, taints: [{ key: 'a', effect: 'NoSchedule' }] };
    const made = example(withSpec(onKubeadm, { pools: [closed, gpu] }));
    expect(made.plan.facts.headroom).toBeNull();
    expect(made.plan.limits.join(' ')).toContain('no pool without taints');
  });

  it('spreads over zones, sleeps, and has a priority that Cluster Autoscaler still serves', () => {
    const object = objectAt(example(onMetal), 'objects/deployment-headroom.yaml') as unknown as {
      spec: {
        template: {
          spec: {
            priorityClassName: string;
            terminationGracePeriodSeconds: number;
            topologySpreadConstraints: readonly Record<string, unknown>[];
          };
        };
      };
    };
    const pod = object.spec.template.spec;
    expect(pod.priorityClassName).toBe('placeholders');
    expect(pod.terminationGracePeriodSeconds).toBe(0);
    expect(pod.topologySpreadConstraints[0]).toMatchObject({
      topologyKey: 'topology.kubernetes.io/zone',
      whenUnsatisfiable: 'DoNotSchedule',
      nodeTaintsPolicy: 'Honor',
      matchLabelKeys: ['pod-template-hash'],
    });
  });

  it('brings its own priority class when the scheduling has none that suits', () => {
    const made = example({ ...onMetal, scheduling: { priorityClasses: [{ name: 'low', value: -100 }] } });
    expect(objectAt(made, 'objects/priorityclass-headroom.yaml')).toMatchObject({
      value: -10,
      preemptionPolicy: 'Never',
    });
    expect(
      placeholderClass({
        priorityClasses: [
          { name: 'low', value: -100 },
          { name: 'fit', value: -1 },
        ],
      }),
    ).toBe('fit');
  });
});
