/** Every row of the reference's "Errors" of items 3 and 5, from the side of the machines: what is rendered has the right form. */
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { baseSpec } from '../../spec/cluster.ts';
import {
  artifactAt,
  example,
  general,
  gpu,
  objectAt,
  onClusterApi,
  onEks,
  onKubeadm,
  onMetal,
  textAt,
  valuesAt,
  withSection,
  withSpec,
} from './example.test-support.ts';
import { validateObject } from '../../../test/unit/schemas.ts';

const autoscalerOnEks = withSection(onEks, { engine: 'cluster-autoscaler' });
const NODEGROUPS = 'eksctl/nodegroups.yaml';

interface NodeGroup {
  readonly name: string;
  readonly availabilityZones: readonly string[];
  readonly minSize: number;
  readonly maxSize: number;
  readonly propagateASGTags?: boolean;
  readonly labels: Readonly<Record<string, string>>;
  readonly taints?: readonly unknown[];
}

const groupsOf = (made: ReturnType<typeof example>): readonly NodeGroup[] =>
  (objectAt(made, NODEGROUPS) as unknown as { managedNodeGroups: readonly NodeGroup[] }).managedNodeGroups;
const accepted = (pool: Record<string, unknown>) =>
  z.strictObject(baseSpec).safeParse({ ...onEks.spec, pools: [pool] }).success;

describe('item 3, scaling', () => {
  it('3.1 taints are a list of key, value and effect; one text per taint is refused', () => {
    const taints = groupsOf(example(autoscalerOnEks)).flatMap((group) => group.taints ?? []);
    expect(taints).toHaveLength(3);
    expect(taints[0]).toEqual({ key: 'dedicated', value: 'ai', effect: 'NoSchedule' });
    expect(accepted({ ...general, taints: ['dedicated=gpu:NoSchedule'] })).toBe(false);
    expect(accepted({ ...general, taints: { 'dedicated=gpu:NoSchedule': null } })).toBe(false);
  });

  it('3.2 one dialect: sizes stand in the group, scalingConfig is unknown in the document and to eksctl', () => {
    expect(groupsOf(example(autoscalerOnEks))[0]).toMatchObject({ minSize: 2, maxSize: 10 });
    expect(accepted({ ...general, scalingConfig: { minSize: 1 } })).toBe(false);
    const object = objectAt(example(autoscalerOnEks), NODEGROUPS);
    const [group] = groupsOf(example(autoscalerOnEks));
    expect(
      validateObject({ ...object, managedNodeGroups: [{ ...group, scalingConfig: { minSize: 1 } }] }).join(' '),
    ).toContain('scalingConfig');
  });

  it('3.3 the groups stand in a ClusterConfig with name and region, which eksctl accepts', () => {
    const object = objectAt(example(autoscalerOnEks), NODEGROUPS);
    expect(object).toMatchObject({
      apiVersion: 'eksctl.io/v1alpha5',
      kind: 'ClusterConfig',
      metadata: { name: 'shop', region: 'us-west-2' },
    });
    expect(validateObject(object)).toEqual([]);
  });

  it('3.4 priority needs the expander and its ConfigMap by name and key, in its namespace, with a catch-all', () => {
    const pools = [
      { ...general, priority: 80 },
      { ...general, name: 'spot', capacity: 'spot', priority: 20 },
    ];
    const made = example(withSpec(autoscalerOnEks, { pools }));
    expect(valuesAt(made, 'values/cluster-autoscaler.yaml')).toMatchObject({
      extraArgs: { expander: 'priority,least-waste' },
    });
    const map = objectAt(made, 'objects/configmap-cluster-autoscaler-priority-expander.yaml') as unknown as {
      metadata: unknown;
      data: { priorities: string };
    };
    expect(map.metadata).toEqual({ name: 'cluster-autoscaler-priority-expander', namespace: 'kube-system' });
    expect(artifactAt(made, 'values/cluster-autoscaler.yaml')).toMatchObject({ chart: { namespace: 'kube-system' } });
    const lines = map.data.priorities.trimEnd().split('\n');
    expect(lines.filter((line) => line.endsWith(':'))).toEqual(['800:', '200:', '1:']);
    expect(lines.at(-1)).toBe('- .*');
  });

  it('3.4 the patterns match whole names: a pool whose name begins like another’s stays apart', () => {
    const pools = [
      { ...general, priority: 80 },
      { ...general, name: 'general-us', priority: 20 },
    ];
    for (const written of [onKubeadm, onClusterApi, autoscalerOnEks]) {
      const made = example(withSpec(written, { pools }));
      const map = objectAt(made, 'objects/configmap-cluster-autoscaler-priority-expander.yaml') as unknown as {
        data: { priorities: string };
      };
      const patterns = map.data.priorities
        .split('\n')
        .filter((line) => line.startsWith('- ^'))
        .map((line) => new RegExp(line.slice(2)));
      const uuid = '3ec7e5a1-2b1f-4c11-9c8e-0123456789ab';
      const names = ['general', 'general-us'].map(
        (pool) =>
          ({
            kubeadm: `shop-${pool}-us-west-2a`,
            eks: `eks-${pool}-us-west-2a-${uuid}`,
            'cluster-api': `MachineDeployment/default/shop-${pool}-us-west-2a`,
          })[written.kind ?? 'kubeadm'],
      );
      expect(names.map((name) => patterns.map((pattern) => pattern.test(name)))).toEqual([
        [true, false],
        [false, true],
      ]);
    }
  });

  it('3.5 the label that Cluster Autoscaler knows tells it which GPU is coming', () => {
    const label = { 'k8s.amazonaws.com/accelerator': 'nvidia-l4' };
    expect(groupsOf(example(autoscalerOnEks)).at(-1)?.labels).toMatchObject(label);
    const text = textAt(example(onKubeadm), 'terraform/us-west-2/pool-gpu.tf');
    expect(text).toContain('k8s.amazonaws.com/accelerator=nvidia-l4');
    expect(text).toContain('"k8s.io/cluster-autoscaler/node-template/label/k8s.amazonaws.com/accelerator"');
  });

  it('3.6 the pool’s taint is written once: the group, the pool’s tags and the device plugin carry the same value', () => {
    const made = example(onKubeadm);
    expect(textAt(made, 'terraform/us-west-2/pool-gpu.tf')).toContain('value               = "ai:NoSchedule"');
    expect(valuesAt(made, 'values/nvidia-device-plugin.yaml')['tolerations']).toContainEqual({
      key: 'dedicated',
      operator: 'Equal',
      value: 'ai',
      effect: 'NoSchedule',
    });
    expect(made.plan.facts.pools[1]?.taints).toEqual(gpu.taints);
  });

  it('3.7 a GPU pool may start with no machine; its groups say what a first one would bring', () => {
    const groups = groupsOf(example(autoscalerOnEks)).filter(({ name }) => name.startsWith('gpu'));
    expect(groups).toHaveLength(3);
    for (const group of groups) expect(group).toMatchObject({ minSize: 0, maxSize: 3, propagateASGTags: true });
    const machine = objectAt(example(onClusterApi), 'objects/machinedeployment-shop-gpu-us-west-2a.yaml');
    expect(machine.metadata?.['annotations']).toMatchObject({
      'cluster.x-k8s.io/cluster-api-autoscaler-node-group-min-size': '0',
      'capacity.cluster-autoscaler.kubernetes.io/gpu-count': '1',
      'capacity.cluster-autoscaler.kubernetes.io/taints': 'dedicated=ai:NoSchedule',
    });
    expect(textAt(example(onKubeadm), 'terraform/us-west-2/pool-gpu.tf')).toContain(
      'node-template/resources/nvidia.com/gpu',
    );
  });

  it('3.8 an autoscaler is whole: version, target, bounds, and something that serves its metric', () => {
    const workloads = [
      { namespace: 'shop', name: 'web', maxReplicas: 60 },
      { namespace: 'shop', name: 'api', maxReplicas: 60, metric: { type: 'requests', perPod: 500 } },
    ];
    const made = example(withSection(onMetal, { workloads }));
    expect(objectAt(made, 'objects/shop/horizontalpodautoscaler-deployment-web.yaml')).toMatchObject({
      apiVersion: 'autoscaling/v2',
      spec: {
        scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
        minReplicas: 3,
        maxReplicas: 60,
      },
    });
    const scaled = objectAt(made, 'objects/shop/scaledobject-deployment-api.yaml');
    expect(scaled).toMatchObject({
      spec: { triggers: [{ type: 'prometheus', metricType: 'AverageValue', metadata: { threshold: '500' } }] },
    });
    expect(validateObject(scaled)).toEqual([]);
    expect(made.artifacts.map(({ path }) => path)).toEqual(
      expect.arrayContaining(['values/keda.yaml', 'values/metrics-server.yaml']),
    );
  });

  it('zonal volumes: one group per zone, and groups that are alike are balanced', () => {
    for (const { availabilityZones } of groupsOf(example(autoscalerOnEks))) expect(availabilityZones).toHaveLength(1);
    expect(valuesAt(example(autoscalerOnEks), 'values/cluster-autoscaler.yaml')).toMatchObject({
      extraArgs: { 'balance-similar-node-groups': true, 'max-node-provision-time': '5m' },
    });
  });
});

describe('item 5, GPU machines', () => {
  it('5.1 GPU machines carry labels that a selector can name, in every form of node group', () => {
    const own = 'holdfast.dev/pool=gpu,k8s.amazonaws.com/accelerator=nvidia-l4,nvidia.com/gpu.present=true';
    const zone = 'topology.kubernetes.io/region=us-west-2,topology.kubernetes.io/zone=THIS_ZONE';
    expect(textAt(example(onKubeadm), 'terraform/us-west-2/pool-gpu.tf')).toContain(`${own},${zone},workload=ai`);
    expect(JSON.stringify(example(onClusterApi).artifacts)).toContain(`${own},workload=ai`);
    expect(objectAt(example(onEks), 'objects/nodepool-gpu.yaml')).toMatchObject({
      spec: { template: { metadata: { labels: { workload: 'ai' } } } },
    });
  });

  it('5.2 the taint’s value is the document’s, everywhere', () => {
    expect(objectAt(example(onEks), 'objects/nodepool-gpu.yaml')).toMatchObject({
      spec: { template: { spec: { taints: [{ key: 'dedicated', value: 'ai', effect: 'NoSchedule' }] } } },
    });
    const texts = [onEks, autoscalerOnEks, onKubeadm, onClusterApi].map((written) =>
      JSON.stringify(example(written).artifacts),
    );
    for (const text of texts) expect(text).not.toContain('dedicated=gpu');
  });

  it('5.3 labels and taints stand in the group or its join file, never in a command on a node', () => {
    const machine = { cpu: '8', memory: '32Gi' };
    const pools = [
      { name: 'general', machine },
      { ...gpu, machine: { ...machine, gpus: 1 } },
    ];
    const metal = example(withSpec(onMetal, { pools }));
    expect(objectAt(metal, 'hosts/gpu/row-a/join.yaml')).toMatchObject({ nodeRegistration: { taints: gpu.taints } });
    for (const written of [onEks, autoscalerOnEks, onKubeadm, onClusterApi, onMetal]) {
      const said = JSON.stringify(example(written).plan.runbooks);
      expect(said).not.toMatch(/kubectl (taint|label) node/);
    }
  });

  it('5.4 machines register with their taint, so no ordinary pod is there to be left', () => {
    const text = textAt(example(onKubeadm), 'terraform/us-west-2/pool-gpu.tf');
    expect(text.indexOf('taints:')).toBeLessThan(text.indexOf('kubeadm join'));
    const bare = { ...gpu, taints: [] };
    expect(example(withSpec(onEks, { pools: [general, bare] })).plan.facts.pools[1]?.taints).toEqual([
      { key: 'nvidia.com/gpu', value: 'present', effect: 'NoSchedule' },
    ]);
  });

  it('5.5 the device plugin tolerates every taint of the GPU pools and runs where the label says GPU', () => {
    const values = valuesAt(example(onEks), 'values/nvidia-device-plugin.yaml');
    expect(values['tolerations']).toEqual([
      { key: 'nvidia.com/gpu', operator: 'Exists', effect: 'NoSchedule' },
      { key: 'dedicated', operator: 'Equal', value: 'ai', effect: 'NoSchedule' },
    ]);
    expect(JSON.stringify(values['affinity'])).toContain('k8s.amazonaws.com/accelerator');
  });

  it('5.6 the pod that is rendered is whole: name, image, requests', () => {
    const object = objectAt(example(onEks), 'objects/deployment-headroom.yaml') as unknown as {
      spec: { template: { spec: { containers: readonly unknown[] } } };
    };
    expect(object.spec.template.spec.containers).toEqual([
      expect.objectContaining({
        name: 'placeholder',
        image: expect.stringMatching(/^registry\.k8s\.io\/pause:/),
        resources: expect.objectContaining({ requests: { cpu: '1', memory: '4Gi' } }),
      }),
    ]);
  });
});
