import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { bases } from '../../../test/unit/bases.ts';
import { stableJson } from '../../core/json.ts';
import { readInventory } from '../../inventory/inventory.ts';
import type { World, WorldNode } from '../../inventory/world.ts';
import { worldOfInventory } from '../../inventory/world-of.ts';
import type { Cluster } from '../../spec/cluster.ts';
import { readClusterDocument } from '../../systems/document.ts';
import { makeWorld } from '../world-inputs.ts';
import { documentOf } from './document.ts';
import { clusterNameOf } from './names.ts';
import { observe } from './observed.ts';

function planned(text: string): World {
  return makeWorld({ texts: [{ file: 'holdfast.yaml', named: true, text }], named: [], kubernetesVersion: undefined })
    .world;
}

/** The nodes of a world as the API server would show them, and the static pods of its control plane. */
function objectsOf(world: World, providerID: string, cidrs?: Cluster['cidrs']): readonly object[] {
  const nodes = world.nodes.map((node, index) => ({
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: node.name, labels: node.labels },
    spec: { providerID: providerID === '' ? undefined : `${providerID}${node.name}`, taints: node.taints },
    status: {
      capacity: {
        cpu: `${node.capacity['cpu']}m`,
        memory: String(node.capacity['memory']),
        pods: String(node.capacity['pods']),
        ...(node.capacity['nvidia.com/gpu'] === undefined
          ? {}
          : { 'nvidia.com/gpu': String(node.capacity['nvidia.com/gpu']) }),
      },
      nodeInfo: { kubeletVersion: world.kubernetesVersion },
      addresses: [{ type: 'InternalIP', address: `10.0.${Math.floor(index / 250) % 250}.${(index % 250) + 1}` }],
    },
  }));
  const { etcd, members, kind } = world.controlPlane;
  const pod = (component: string, name: string) => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: `${component}-${name}`, namespace: 'kube-system', labels: { component } },
    spec: { nodeName: name, containers: [{ name: component, image: component, command: [component] }] },
  });
  if (kind === 'eks') return nodes;
  const networking = { podSubnet: cidrs?.pods, serviceSubnet: cidrs?.services };
  const kubeadm = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'kubeadm-config', namespace: 'kube-system' },
    data: { ClusterConfiguration: JSON.stringify({ kind: 'ClusterConfiguration', networking }) },
  };
  const shown = etcd.topology === 'stacked' ? etcd.members : [];
  return [
    ...nodes,
    ...(cidrs === undefined ? [] : [kubeadm]),
    ...members.map(({ name }) => pod('kube-apiserver', name)),
    ...shown.map(({ name }) => pod('etcd', name)),
  ];
}

function seenOf(objects: readonly object[]): World {
  return worldOfInventory(
    readInventory([
      { file: 'live', named: true, text: JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }) },
    ]),
  );
}

function initText(world: World, context = 'kubernetes-admin@shop', name?: string): string {
  return documentOf(observe(world, { context, name }), 'holdfast.yaml');
}

/** What a scheduler sees of the workers, whatever they are called. */
function workers({ nodes }: World, byPool = true): readonly string[] {
  const known = ({ labels }: WorldNode): object =>
    Object.fromEntries(
      Object.entries(labels).filter(([key]) => key !== 'kubernetes.io/hostname' && (byPool || !key.includes('pool'))),
    );
  return nodes
    .filter(({ role }) => role === 'worker')
    .map((node) =>
      JSON.stringify([
        node.region,
        node.zone,
        node.capacity,
        node.allocatable,
        node.taints.toSorted((a, b) => (a.key < b.key ? -1 : 1)),
        stableJson(known(node)),
      ]),
    )
    .sort();
}

const examples = join(import.meta.dirname, '../../../examples');
const documents: Readonly<Record<string, string>> = {
  ...Object.fromEntries(Object.entries(bases).map(([name, raw]) => [name, stringify(raw)])),
  ...Object.fromEntries(
    readdirSync(examples)
      .filter((file) => file.endsWith('.yaml'))
      .map((file) => [file, readFileSync(join(examples, file), 'utf8')]),
  ),
};
const SCHEMES: Readonly<Record<string, string>> = { aws: 'aws:///zone/', lab: 'kwok://', 'bare-metal': '' };

describe('a cluster as its document plans it, seen again', () => {
  it.each(Object.entries(documents))('%s gives the same document back', (_, text) => {
    const before = readClusterDocument({ text, file: 'before.yaml' });
    const world = planned(text);
    const again = initText(seenOf(objectsOf(world, SCHEMES[before.cluster.provider] ?? '', before.cluster.cidrs)));
    const after = readClusterDocument({ text: again, file: 'after.yaml' });
    const plan = planned(again);
    expect(workers(plan)).toEqual(workers(world));
    expect(after.cluster.provider).toBe(before.cluster.provider);
    expect(new Set(after.cluster.regions.map(({ name }) => name))).toEqual(
      new Set(world.zones.map(({ region }) => region)),
    );
    expect(plan.kubernetesVersion).toBe(world.kubernetesVersion);
    if (before.cluster.controlPlane.kind === 'eks') {
      expect(after.cluster.controlPlane.kind).toBe('eks');
      return;
    }
    expect([after.cluster.cidrs.pods, after.cluster.cidrs.services]).toEqual([
      before.cluster.cidrs.pods,
      before.cluster.cidrs.services,
    ]);
    expect(plan.controlPlane.etcd.members.length).toBe(world.controlPlane.etcd.members.length);
  });
});

describe('any nodes', () => {
  const label = fc.constantFrom(
    'tier',
    'rack',
    'example.com/team',
    'node.kubernetes.io/own',
    'feature.node.kubernetes.io/cpu',
  );
  const node = fc.record({
    zone: fc.constantFrom('', 'a', 'b', 'c', 'Rack_1', 'rack.1', 'x'.repeat(63)),
    region: fc.constantFrom('', 'west', 'EAST'),
    type: fc.constantFrom('', 'm7i.xlarge', 'g6.xlarge', 'weird.type'),
    cpu: fc.constantFrom('1', '4', '250m', '64'),
    memory: fc.constantFrom('1Gi', '8123456Ki', '8123460Ki', '256Gi'),
    role: fc.constantFrom('', '', '', 'control-plane'),
    labels: fc.dictionary(label, fc.constantFrom('x', 'y', '', '1', 'true', 'X_1'), { maxKeys: 2 }),
    taint: fc.constantFrom(
      undefined,
      { key: 'dedicated', value: 'on', effect: 'NoSchedule' },
      { key: 'node.kubernetes.io/unreachable', effect: 'NoExecute' },
    ),
    version: fc.constantFrom('v1.35.2-eks-abc', 'v1.36.3', 'v1.29.1', 'x'),
    pods: fc.constantFrom('110', '29'),
    address: fc.constantFrom('10.0.0.5', '10.244.3.4', '192.168.7.7', 'fd00::1'),
    pod: fc.constantFrom('10.244.1.0/24', undefined),
  });
  type RandomNode = typeof node extends fc.Arbitrary<infer T> ? T : never;
  const objectOf = (scheme: string, written: RandomNode, index: number): object => {
    const { zone, region, type, cpu, memory, role, labels, taint, version, pods, address, pod } = written;
    return {
      apiVersion: 'v1',
      kind: 'Node',
      metadata: {
        name: `n${index}`,
        labels: {
          ...labels,
          ...(zone === '' ? {} : { 'topology.kubernetes.io/zone': zone }),
          ...(region === '' ? {} : { 'topology.kubernetes.io/region': region }),
          ...(type === '' ? {} : { 'node.kubernetes.io/instance-type': type }),
          ...(role === '' ? {} : { 'node-role.kubernetes.io/control-plane': '' }),
        },
      },
      spec: { providerID: `${scheme}n${index}`, podCIDR: pod, taints: taint === undefined ? [] : [taint] },
      status: {
        capacity: { cpu, memory, pods },
        nodeInfo: { kubeletVersion: version },
        addresses: [{ type: 'InternalIP', address }],
      },
    };
  };

  it('give a document that parses and plans as many workers in the same zones', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('aws:///', 'gce://', 'kwok://', ''),
        fc.array(node, { minLength: 1, maxLength: 12 }),
        fc.string({ unit: 'binary' }),
        (scheme, nodes, context) => {
          const world = seenOf(nodes.map((one, index) => objectOf(scheme, one, index)));
          const observed = observe(world, { context, name: undefined });
          const text = documentOf(observed, 'holdfast.yaml');
          const { cluster } = readClusterDocument({ text, file: 'holdfast.yaml' });
          const plan = planned(text);
          expect(plan.nodes.length).toBeGreaterThan(0);
          const standing = observed.pools.filter(({ name }) => cluster.pools.some((pool) => pool.name === name));
          const workersOf = standing.reduce(
            (sum, pool) =>
              sum + pool.nodesPerZone * (pool.zones ?? observed.places.regions.flatMap(({ zones }) => zones)).length,
            0,
          );
          if (/^ {2}pools:$/m.test(text))
            expect(plan.nodes.filter(({ role }) => role === 'worker')).toHaveLength(workersOf);
        },
      ),
      { numRuns: 60 },
    );
  });
});

it.each([
  ['kubernetes-admin@shop', 'shop'],
  ['arn:aws:eks:us-west-2:111122223333:cluster/shop', 'shop'],
  ['admin@shop.us-west-2.eksctl.io', 'shop'],
  ['gke_my-project_europe-west1_shop', 'shop'],
  ['Prod_EU', 'prod-eu'],
  ['!!', 'my-cluster'],
])('the context %s names the cluster %s', (context, name) => expect(clusterNameOf(context)).toBe(name));
