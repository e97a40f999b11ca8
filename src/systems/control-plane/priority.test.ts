/** Seats for what repairs and grows the cluster go to the accounts as which it really runs. */
import { describe, expect, it } from 'vitest';
import { documentOf, example, site, west } from './example.test-support.ts';

const both = { ...west, regions: [...west.regions, { name: 'us-east-1', zones: ['us-east-1a', 'us-east-1b'] }] };

function subjects(spec: Record<string, unknown>, kind: string): unknown {
  const made = example({ spec, controlPlane: { kind } });
  const { spec: schema } = documentOf(made, 'objects/flowschema-platform-repair.yaml', 'FlowSchema') as {
    spec: { matchingPrecedence: number; rules: { subjects: { serviceAccount: unknown }[] }[] };
  };
  expect(schema.matchingPrecedence, 'before kube-system-service-accounts').toBeLessThan(900);
  return schema.rules[0]?.subjects.map(({ serviceAccount }) => serviceAccount);
}

describe('the level of repair', () => {
  it('is for the operators of repair, and for the autoscaler where one is planned', () => {
    const repair = { namespace: 'node-repair', name: '*' };
    expect(subjects(site, 'kubeadm')).toEqual([repair]);
    expect(subjects(west, 'kubeadm')).toEqual([repair, { namespace: 'kube-system', name: 'cluster-autoscaler' }]);
    expect(subjects(both, 'kubeadm')).toEqual([
      repair,
      { namespace: 'cluster-autoscaler-us-west-2', name: 'cluster-autoscaler' },
      { namespace: 'cluster-autoscaler-us-east-1', name: 'cluster-autoscaler' },
    ]);
  });

  it('is for what grows an EKS cluster, whose repair is the provider’s', () => {
    expect(subjects(west, 'eks')).toEqual([
      { namespace: 'kube-system', name: 'karpenter' },
      { namespace: 'kube-system', name: 'cluster-autoscaler' },
    ]);
  });

  it('is not added where everything comes from outside, as an administrator', () => {
    const made = example({ spec: west, controlPlane: { kind: 'cluster-api' } });
    expect(made.artifacts.filter(({ path }) => path.includes('platform-repair'))).toEqual([]);
  });
});
