import { describe, expect, it } from 'vitest';
import { statedFlag } from './component-flags.ts';
import { controlPlaneOfObjects } from './control-plane.ts';
import { indexObjects } from './indexes.ts';
import { readInventory } from './inventory.ts';
import { nodesOfObjects } from './nodes.ts';

const of = (text: string) => {
  const inventory = readInventory([{ file: 'a.yaml', text, named: true }]);
  const index = indexObjects(inventory.objects);
  return controlPlaneOfObjects(
    index,
    inventory.configurations,
    nodesOfObjects(index, () => () => undefined),
  );
};

describe('flags', () => {
  it('are read as the components read them', () => {
    const pod =
      'apiVersion: v1\nkind: Pod\nmetadata: {name: etcd-a, namespace: kube-system, labels: {component: etcd}}\n';
    const { objects, configurations } = readInventory([
      {
        file: 'a.yaml',
        text: `${pod}spec: {nodeName: a, containers: [{name: etcd, command: [etcd, --a-b=c=d, --on, --a-b=e, -v=2, 7]}]}\n`,
        named: true,
      },
    ]);
    const sources = { index: indexObjects(objects), configurations };
    const flag = (name: string) => statedFlag(sources, { component: 'etcd', name });
    expect([flag('a-b'), flag('on'), flag('v')]).toEqual(['e', 'true', undefined]);
    expect(statedFlag(sources, { component: 'etcd', name: 'on', machine: 'b' })).toBeUndefined();
  });
});

describe('a control plane from files', () => {
  it('is told by kubeadm in both of its forms', () => {
    const v4 = of(
      'apiVersion: kubeadm.k8s.io/v1beta4\nkind: ClusterConfiguration\ncontrolPlaneEndpoint: "api.shop:8443"\napiServer:\n  extraArgs:\n  - {name: default-not-ready-toleration-seconds, value: "20"}\n',
    );
    expect(v4).toMatchObject({
      kind: 'kubeadm',
      endpoint: { host: 'api.shop', port: 8443 },
      etcd: { topology: 'stacked', members: [], quorum: 0 },
      settings: { notReadyTolerationSeconds: 20 },
    });
    const v3 = of(
      'apiVersion: kubeadm.k8s.io/v1beta3\nkind: ClusterConfiguration\ncontrolPlaneEndpoint: api.shop\netcd: {external: {endpoints: []}}\ncontrollerManager:\n  extraArgs: {node-eviction-rate: "0.5", node-monitor-grace-period: 16s}\n',
    );
    expect(v3).toMatchObject({
      endpoint: { host: 'api.shop', port: 6443 },
      etcd: { topology: 'external' },
      settings: { nodeEvictionRate: 0.5, nodeMonitorGracePeriod: 16_000 },
    });
    expect([...v3.stated].sort()).toEqual(['nodeEvictionRate', 'nodeMonitorGracePeriod']);
  });

  it('keeps the default where a flag cannot be read', () => {
    const odd = of(
      'apiVersion: kubeadm.k8s.io/v1beta4\nkind: ClusterConfiguration\ncontrollerManager:\n  extraArgs:\n  - {name: node-monitor-period, value: soon}\n  - {name: node-eviction-rate, value: {a: 1}}\n',
    );
    expect(odd.settings).toMatchObject({ nodeMonitorPeriod: 5_000, nodeEvictionRate: 0.1 });
    expect(odd.stated.size).toBe(0);
  });

  it('is told by the labels of its nodes, and on EKS by those of the others', () => {
    const node = (name: string, label: string) =>
      `apiVersion: v1\nkind: Node\nmetadata: {name: ${name}, labels: {${label}, topology.kubernetes.io/zone: a}}\n---\n`;
    expect(of(node('cp', 'node-role.kubernetes.io/control-plane: ""')).members).toEqual([
      { name: 'cp', region: '', zone: 'a', address: '' },
    ]);
    expect(of(node('w', 'eks.amazonaws.com/nodegroup: g'))).toMatchObject({
      kind: 'eks',
      members: [],
      etcd: { topology: 'managed' },
    });
    expect(of('').kind).toBe('unknown');
  });
});
