import { describe, expect, it } from 'vitest';
import {
  contradictionsIn,
  general,
  gpu,
  onClusterApi,
  onEks,
  onKubeadm,
  onMetal,
  overTwoRegions,
  withSection,
  withSpec,
  type Written,
} from './example.test-support.ts';

const codes = (written: Written) => contradictionsIn(written).map(({ path, code }) => `${path} ${code}`);
const workload = (more: Record<string, unknown>) =>
  withSection(onEks, { workloads: [{ namespace: 'shop', name: 'web', maxReplicas: 9, ...more }] });
const at = 'spec.autoscaling.workloads[0]';

it('finds nothing wrong with sound documents', () => {
  for (const written of [onEks, onKubeadm, onClusterApi, onMetal, overTwoRegions, workload({})])
    expect(contradictionsIn(written)).toEqual([]);
});

describe('refuses', () => {
  it('an engine that cannot be built', () => {
    expect(codes(withSection(onKubeadm, { engine: 'karpenter' }))).toEqual([
      'spec.autoscaling.engine engine-impossible',
    ]);
    expect(codes(withSection(onMetal, { engine: 'cluster-autoscaler' }))).toEqual([
      'spec.autoscaling.engine engine-impossible',
    ]);
  });

  it('Karpenter without machines to run on', () => {
    expect(codes(withSpec(onEks, { pools: [{ ...general, nodesPerZone: 0 }, gpu] }))).toEqual([
      'spec.pools no-room-for-karpenter',
    ]);
  });

  it('an EKS cluster in two regions', () => {
    expect(codes({ ...overTwoRegions, kind: 'eks' })).toEqual(['spec.regions[1] one-region']);
  });

  it('GPUs without a type, and sizes that nobody sells', () => {
    const pool = (machine: Record<string, unknown>) => withSpec(onKubeadm, { pools: [{ name: 'x', machine }] });
    expect(codes(pool({ cpu: '4', memory: '16Gi', gpus: 1 }))).toEqual(['spec.pools[0].machine.gpus gpu-without-type']);
    expect(codes(pool({ cpu: '5', memory: '17Gi' }))).toEqual(['spec.pools[0].machine no-machine-type']);
  });

  it('labels that a kubelet may not set', () => {
    const labelled = (key: string) => codes(withSpec(onKubeadm, { pools: [{ ...general, labels: { [key]: 'x' } }] }));
    expect(labelled('node-role.kubernetes.io/gpu')).toEqual(['spec.pools[0].labels label-refused']);
    expect(labelled('k8s.io/x')).toEqual(['spec.pools[0].labels label-refused']);
    for (const key of ['node.kubernetes.io/accelerator', 'k8s.amazonaws.com/x', 'tier', 'topology.kubernetes.io/zone'])
      expect(labelled(key)).toEqual([]);
  });

  it('workloads that are scaled twice, or between bounds that cross', () => {
    const web = { namespace: 'shop', name: 'web', maxReplicas: 9 };
    expect(codes(withSection(onEks, { workloads: [web, web] }))).toEqual([
      'spec.autoscaling.workloads[1] scaled-twice',
    ]);
    expect(codes(workload({ minReplicas: 10 }))).toEqual([`${at}.minReplicas min-above-max`]);
    expect(codes(workload({ scaling: { upPercent: 0, upPods: 0 } }))).toEqual([`${at}.scaling.upPods never-grows`]);
    expect(codes(workload({ scaling: { downWindow: '2h' } }))).toEqual([`${at}.scaling.downWindow out-of-range`]);
  });

  it('metrics that do not say enough or too much', () => {
    expect(codes(workload({ metric: { type: 'requests' } }))).toEqual([`${at}.metric.perPod missing`]);
    expect(codes(workload({ metric: { type: 'prometheus', perPod: 5 } }))).toEqual([`${at}.metric.query missing`]);
    expect(codes(workload({ metric: { type: 'cpu', perPod: 5 } }))).toEqual([`${at}.metric.perPod not-read`]);
    expect(codes(workload({ metric: { type: 'requests', perPod: 5, utilization: '50%', query: 'up' } }))).toEqual([
      `${at}.metric.query not-read`,
      `${at}.metric.utilization not-read`,
    ]);
    expect(codes(workload({ metric: { utilization: '0%' } }))).toEqual([`${at}.metric.utilization out-of-range`]);
  });

  it('times and shares that make no sense', () => {
    expect(codes(withSection(onEks, { nodeBoot: { least: '2m', most: '1m' } }))).toEqual([
      'spec.autoscaling.nodeBoot.most most-below-least',
    ]);
    expect(codes(withSection(onEks, { disruption: { expireAfter: '1h', nodes: '0%' } }))).toEqual([
      'spec.autoscaling.disruption.expireAfter out-of-range',
      'spec.autoscaling.disruption.nodes out-of-range',
    ]);
  });

  it('room for a loss that takes the room with it', () => {
    const one = withSpec(onMetal, { survive: 'node', regions: [{ name: 'site', zones: ['row-a'] }] });
    expect(codes(withSection(one, { headroom: { loss: 'zone' } }))).toEqual([
      'spec.autoscaling.headroom.loss cannot-survive',
    ]);
    expect(codes(withSection(onMetal, { headroom: { loss: 'region' } }))).toEqual([
      'spec.autoscaling.headroom.loss cannot-survive',
    ]);
  });
});
