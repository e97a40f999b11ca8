import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decisionOf, example, objectAt, onEks, valuesAt, withSection, withSpec } from './example.test-support.ts';
import { defaultReplicas, defaultUtilization, syncsBetween } from './pod-scaling.ts';

const web = { namespace: 'shop', name: 'web', maxReplicas: 60 };
const api = {
  namespace: 'shop',
  name: 'api',
  minReplicas: 3,
  maxReplicas: 60,
  metric: { type: 'requests', perPod: 500 },
};

describe('targets and counts', () => {
  it('leave the survivors of a loss below their requests', () => {
    expect([2, 3, 4, 5].map(defaultUtilization)).toEqual([45, 60, 67, 72]);
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 50 }), (domains) => {
        const afterLoss = (defaultUtilization(domains) * 1.1 * domains) / (domains - 1);
        expect(afterLoss).toBeLessThanOrEqual(100);
      }),
    );
  });

  it('are one pod per failure domain, two to three', () => {
    expect([1, 2, 3, 9].map((domains) => defaultReplicas(domains, 60))).toEqual([2, 2, 3, 3]);
    expect(defaultReplicas(3, 1)).toBe(1);
  });

  it('count the syncs of a scale-up as the controller steps', () => {
    expect(syncsBetween(3, 60, { percent: 100, pods: 4 })).toBe(5);
    expect(syncsBetween(2, 48, { percent: 100, pods: 10 })).toBe(3);
    expect(syncsBetween(5, 5, { percent: 100, pods: 4 })).toBe(0);
    expect(syncsBetween(1, 2, { percent: 0, pods: 0 })).toBe(Number.POSITIVE_INFINITY);
  });
});

describe('autoscalers of workloads', () => {
  const made = example(withSection(onEks, { workloads: [web, api] }));

  it('are HPAs for CPU and KEDA ScaledObjects for requests, never both', () => {
    expect(decisionOf(made, 'workloads').value).toEqual({
      hpa: ['Deployment shop/web: 3 to 60 at 60% cpu'],
      keda: [
        'Deployment shop/api: 3 to 60 at 500 of sum(rate(http_requests_total{namespace="shop",service="api"}[2m]))',
      ],
    });
    const kinds = made.artifacts.filter(({ path }) => path.startsWith('objects/shop/')).map(({ path }) => path);
    expect(kinds).toEqual([
      'objects/shop/horizontalpodautoscaler-deployment-web.yaml',
      'objects/shop/scaledobject-deployment-api.yaml',
    ]);
  });

  it('write KEDA’s least, since its default is none at all, and a fallback', () => {
    expect(objectAt(made, 'objects/shop/scaledobject-deployment-api.yaml')).toMatchObject({
      spec: { minReplicaCount: 3, maxReplicaCount: 60, fallback: { replicas: 6, behavior: 'currentReplicasIfHigher' } },
    });
  });

  it('install KEDA only where it is needed, two of each part', () => {
    expect(valuesAt(made, 'values/keda.yaml')).toMatchObject({
      operator: { replicaCount: 2 },
      metricsServer: { replicaCount: 2 },
      webhooks: { replicaCount: 2 },
    });
    expect(example(onEks).artifacts.some(({ path }) => path === 'values/keda.yaml')).toBe(false);
  });

  it('warn of a workload that one machine can take down', () => {
    const lonely = example(withSection(onEks, { workloads: [{ ...web, minReplicas: 1 }] }));
    expect(lonely.plan.limits.join(' ')).toContain('shop/web may shrink to 1 pod');
  });

  it('leave room for a lost machine when only that is to be survived', () => {
    const spare = example(
      withSection(withSpec(onEks, { survive: 'node' }), { workloads: [{ ...web, minReplicas: 4 }] }),
    );
    expect(decisionOf(spare, 'workloads').value).toMatchObject({ hpa: ['Deployment shop/web: 4 to 60 at 67% cpu'] });
  });
});
