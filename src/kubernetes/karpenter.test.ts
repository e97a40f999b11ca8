import { describe, expect, it } from 'vitest';
import { readNodePool } from './karpenter.ts';

describe('a NodePool', () => {
  it('has its defaults', () => {
    expect(readNodePool({ spec: { template: { spec: {} } } })).toEqual({
      weight: 0,
      limits: {},
      replicas: undefined,
      labels: {},
      taints: [],
      startupTaints: [],
      requirements: [],
      consolidationPolicy: 'WhenEmptyOrUnderutilized',
      consolidateAfter: 0,
      expireAfter: 720 * 3_600_000,
      terminationGracePeriod: undefined,
      budgets: [{ nodes: '10%', reasons: [], schedule: undefined, duration: undefined }],
    });
  });

  it('says what it may buy and how fast nodes may go', () => {
    expect(
      readNodePool({
        spec: {
          limits: { cpu: '100', memory: '1Ti' },
          disruption: { consolidateAfter: 'Never', budgets: [{ nodes: '0', schedule: '@daily', duration: '8h' }] },
          template: {
            metadata: { labels: { team: 'a' } },
            spec: {
              expireAfter: 'Never',
              taints: [{ key: 'gpu', effect: 'NoSchedule' }],
              requirements: [{ key: 'karpenter.sh/capacity-type', operator: 'In', values: ['spot'] }],
            },
          },
        },
      }),
    ).toMatchObject({
      limits: { cpu: 100_000, memory: 2 ** 40 },
      labels: { team: 'a' },
      taints: [{ key: 'gpu', value: '', effect: 'NoSchedule' }],
      requirements: [{ key: 'karpenter.sh/capacity-type', operator: 'In', values: ['spot'], minValues: undefined }],
      consolidateAfter: undefined,
      expireAfter: undefined,
      budgets: [{ nodes: '0', schedule: '@daily', duration: 8 * 3_600_000 }],
    });
  });
});
