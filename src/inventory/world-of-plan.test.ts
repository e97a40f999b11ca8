import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { formatPosition } from '../core/error.ts';
import { rejection } from '../kubernetes/feasibility.ts';
import type { Plan } from '../plan/types.ts';
import { planCluster } from '../plan/run.ts';
import { renderTree } from '../render/tree.ts';
import { baseSpec } from '../spec/cluster.ts';
import { checkClusterDocument } from '../systems/document.ts';
import { systems } from '../systems/index.ts';
import { readInventory } from './inventory.ts';
import { type FileOrigin, positionOf } from './origin.ts';
import { readTexts } from './read.ts';
import { worldOfPlan } from './world-of.ts';

const zones = ['a', 'b'];
const cluster = {
  ...z.object(baseSpec).parse({ regions: [{ name: 'west', zones }], pools: [{ name: 'general' }] }),
  name: 'shop',
  controlPlane: { kind: 'kubeadm' as const },
};
const member = (zone: string) => ({ name: `cp-${zone}`, region: 'west', zone, address: '10.0.0.1' });
const pool = (more: object) => ({
  name: 'general',
  labels: { 'holdfast.dev/pool': 'general', team: 'shop' },
  taints: [],
  machineTypes: ['m7g.large'],
  architecture: 'arm64',
  cpu: 2_000,
  memory: 8 * 2 ** 30,
  pods: 30,
  gpus: 0,
  capacity: 'spot',
  minNodesPerZone: 2,
  maxNodesPerZone: 4,
  places: [{ region: 'west', zones }],
  ...more,
});
const facts = {
  'control-plane': {
    kind: 'kubeadm',
    members: zones.map(member),
    endpoint: { host: 'api.shop', port: 6443 },
    balancer: { kind: 'haproxy', instances: [] },
    leaderElection: { leaseDuration: 15_000, renewDeadline: 10_000, retryPeriod: 2_000 },
    controllerManager: { qps: 100, burst: 200 },
    scheduler: { qps: 50, burst: 100 },
    machine: { cpu: 4_000, memory: 8 * 2 ** 30, storage: 50 * 2 ** 30 },
  },
  etcd: { topology: 'stacked', members: zones.map(member), quorum: 2 },
  scheduling: {
    nodeMonitorPeriod: 2_000,
    nodeMonitorGracePeriod: 20_000,
    nodeEvictionRate: 0.5,
    toleration: 30_000,
    tolerationByApiServer: true,
    reservations: [
      {
        pool: 'general',
        kube: { cpu: 70, memory: 500 * 2 ** 20 },
        system: { cpu: 100, memory: 200 * 2 ** 20 },
        evictionMemory: 100 * 2 ** 20,
      },
    ],
  },
  autoscaling: {
    engine: 'karpenter',
    pools: [
      pool({}),
      pool({
        name: 'gpu',
        gpus: 2,
        minNodesPerZone: 1,
        places: [{ region: 'west', zones: ['b'] }],
        taints: [{ key: 'nvidia.com/gpu', value: 'present', effect: 'NoSchedule' }],
      }),
    ],
  },
};
const plan = {
  cluster,
  systems: Object.fromEntries(Object.entries(facts).map(([id, own]) => [id, { facts: own }])),
} as unknown as Plan;
const daemon =
  'apiVersion: apps/v1\nkind: DaemonSet\nmetadata: {name: agent, namespace: kube-system}\nspec:\n  selector: {matchLabels: {app: agent}}\n  template:\n    metadata: {labels: {app: agent}}\n    spec: {containers: [{name: a, image: x}]}\n';
const files = [
  { path: 'scheduling/objects/daemonset-agent.yaml', text: `# What it is for.\n${daemon}` },
  { path: 'scheduling/values/chart.yaml', text: 'replicas: 3\n' },
  { path: 'control-plane/hosts/haproxy.cfg', text: 'global\n' },
];
const workloads = readInventory([
  {
    file: 'web.yaml',
    named: true,
    text: 'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {replicas: 2, selector: {matchLabels: {app: web}}, template: {metadata: {labels: {app: web}}, spec: {containers: [{name: w, image: i}]}}}\n',
  },
]);
const world = worldOfPlan({ plan, files, workloads });

describe('the world of a plan', () => {
  it('is what the plan renders, read back with its files, and the document’s workloads', () => {
    expect(world.problems).toEqual([]);
    expect(world.passedOver).toEqual([]);
    expect(
      world.workloads.map(({ id, sourced }) => [
        id,
        sourced && formatPosition(positionOf(sourced.origin as FileOrigin, ['metadata', 'name'])),
      ]),
    ).toEqual([
      ['DaemonSet/kube-system/agent', 'scheduling/objects/daemonset-agent.yaml:4:12'],
      ['Deployment/default/web', 'web.yaml:3:12'],
    ]);
  });

  it('has the machines of the pools with what they register and what they keep', () => {
    expect(world.nodes.map(({ name, role, zone }) => `${name} ${role} ${zone}`)).toEqual([
      'cp-a control-plane a',
      'cp-b control-plane b',
      'general-a-1 worker a',
      'general-a-2 worker a',
      'general-b-1 worker b',
      'general-b-2 worker b',
      'gpu-b-1 worker b',
    ]);
    expect(world.nodes[2]).toMatchObject({
      pool: 'general',
      labels: {
        'kubernetes.io/hostname': 'general-a-1',
        'kubernetes.io/arch': 'arm64',
        'kubernetes.io/os': 'linux',
        'node.kubernetes.io/instance-type': 'm7g.large',
        'topology.kubernetes.io/region': 'west',
        'topology.kubernetes.io/zone': 'a',
        'karpenter.sh/nodepool': 'general',
        'karpenter.sh/capacity-type': 'spot',
        team: 'shop',
      },
      capacity: { cpu: 2_000, pods: 30 },
      allocatable: { cpu: 1_830, memory: 8 * 2 ** 30 - 800 * 2 ** 20, pods: 30 },
    });
    expect(world.nodes[6]).toMatchObject({ allocatable: { 'nvidia.com/gpu': 2 }, taints: [{ key: 'nvidia.com/gpu' }] });
    expect(world.nodes[2]?.assumed).toEqual([
      'the disk never limits: the document gives no size for it',
      'the machine has 2 CPUs and 8 GiB: the document gives neither its size nor a known type',
    ]);
  });

  it('runs its daemons on the machines that they tolerate', () => {
    expect(world.workloads[0]?.pods.map(({ node }) => node)).toEqual([
      'general-a-1',
      'general-a-2',
      'general-b-1',
      'general-b-2',
    ]);
  });

  it("has the plan's control plane and its timers, and pods get its tolerations", () => {
    expect(world.controlPlane).toMatchObject({
      kind: 'kubeadm',
      etcd: { topology: 'stacked', quorum: 2 },
      settings: { nodeMonitorGracePeriod: 20_000, unreachableTolerationSeconds: 30, controllerManagerQps: 100 },
    });
    expect(world.controlPlane.stated.has('nodeMonitorGracePeriod')).toBe(true);
    expect(world.controlPlane.stated.has('largeClusterSizeThreshold')).toBe(false);
    expect(world.workloads[1]?.templates[0]?.spec.tolerations.map(({ seconds }) => seconds)).toEqual([30, 30]);
    expect(world.zones.map(({ zone, members, nodes }) => [zone, members, nodes.length])).toEqual([
      ['a', ['cp-a'], 3],
      ['b', ['cp-b'], 4],
    ]);
  });

  it('is of the version that the document uses', () => {
    expect(world).toMatchObject({ of: 'plan', kubernetesVersion: 'v1.36.3' });
  });
});

describe('the hardened example', () => {
  it('makes a world without problems, in which every template fits on some node', async () => {
    const folder = new URL('../../examples/hardened/', import.meta.url);
    const { document } = checkClusterDocument({
      text: readFileSync(new URL('holdfast.yaml', folder), 'utf8'),
      file: 'holdfast.yaml',
    });
    if (document === undefined) throw new Error('the example is not valid');
    const planned = planCluster(document, systems);
    const { texts } = await readTexts([fileURLToPath(new URL('manifests', folder))]);
    const tree = renderTree(planned, systems, { layout: 'plain' });
    const hardened = worldOfPlan({ plan: planned, files: tree.files, workloads: readInventory(texts) });
    expect(hardened.problems).toEqual([]);
    expect(hardened.workloads.length).toBeGreaterThan(5);
    for (const { id, templates } of hardened.workloads) {
      for (const { demand } of templates) {
        expect({ id, fits: hardened.nodes.some((node) => rejection(demand, node) === undefined) }).toEqual({
          id,
          fits: true,
        });
      }
    }
  });
});
