import { describe, expect, it } from 'vitest';
import { readNode } from './nodes.ts';
import { readHorizontalAutoscaler, readScaledObject } from './autoscalers.ts';
import { namespaceLabels, readBudget, readLimitRange, readService, readWebhooks } from './readers.ts';
import { selects } from './selectors.ts';
import { readStorageClass } from './storage.ts';

describe('a Service', () => {
  it('has its defaults', () => {
    expect(readService({ spec: { ports: [{ port: 80 }], selector: { app: 'web' } } })).toMatchObject({
      type: 'ClusterIP',
      headless: false,
      ports: [{ port: 80, targetPort: 80, protocol: 'TCP' }],
      externalTrafficPolicy: 'Cluster',
      internalTrafficPolicy: 'Cluster',
      sessionAffinity: 'None',
    });
  });
});

describe('a budget', () => {
  it('selects nothing without a selector and everything with an empty one', () => {
    expect(selects(readBudget({ spec: {} }).selector, { a: '1' })).toBe(false);
    expect(selects(readBudget({ spec: { selector: {} } }).selector, { a: '1' })).toBe(true);
  });
});

describe('autoscalers', () => {
  it('have their own minimum', () => {
    expect(
      readHorizontalAutoscaler({ spec: { maxReplicas: 5, scaleTargetRef: { kind: 'Deployment', name: 'web' } } }),
    ).toMatchObject({ targetKind: 'Deployment', targetName: 'web', minReplicas: 1, maxReplicas: 5 });
    expect(readScaledObject({ spec: { scaleTargetRef: { name: 'web' } } })).toMatchObject({
      targetKind: 'Deployment',
      targetName: 'web',
      minReplicas: 0,
      maxReplicas: 100,
    });
  });
});

describe('webhooks', () => {
  it('fail closed after 10 s, everywhere, unless they say otherwise', () => {
    const [hook] = readWebhooks({
      webhooks: [
        { name: 'a', clientConfig: { service: { namespace: 'x', name: 'y' } }, rules: [{ resources: ['pods'] }] },
      ],
    });
    expect(hook).toMatchObject({
      failurePolicy: 'Fail',
      timeoutSeconds: 10,
      service: { namespace: 'x', name: 'y', port: 443 },
    });
    expect(hook && selects(hook.namespaceSelector, {})).toBe(true);
    expect(hook?.rules[0]?.scope).toBe('*');
  });
});

describe('a storage class', () => {
  it('binds at once and deletes unless it says otherwise', () => {
    expect(readStorageClass({ provisioner: 'x' })).toEqual({
      provisioner: 'x',
      bindingMode: 'Immediate',
      reclaimPolicy: 'Delete',
      isDefault: false,
      allowVolumeExpansion: false,
      allowedTopologies: [],
    });
  });
});

describe('a LimitRange', () => {
  it('counts only its items for containers', () => {
    expect(readLimitRange({ spec: { limits: [{ type: 'Pod', max: { cpu: '1' } }] } })).toBeUndefined();
    expect(readLimitRange({ spec: { limits: [{ type: 'Container', default: { cpu: '1' } }] } })).toEqual({
      limits: { cpu: 1_000 },
      requests: { cpu: 1_000 },
    });
  });
});

describe('a namespace', () => {
  it('always carries its name as a label', () => {
    expect(namespaceLabels('shop', { a: 'b', 'kubernetes.io/metadata.name': 'lie' })).toEqual({
      a: 'b',
      'kubernetes.io/metadata.name': 'shop',
    });
  });
});

describe('a node', () => {
  it('has its capacity for allocatable when it says none', () => {
    expect(
      readNode({ metadata: { name: 'n' }, status: { capacity: { cpu: '4', memory: '1Gi', pods: '10' } } }),
    ).toMatchObject({
      allocatable: { cpu: 4_000, memory: 2 ** 30, pods: 10 },
      ready: true,
      zone: '',
    });
  });

  it('is not ready when its condition is False or Unknown', () => {
    const withStatus = (status: string) =>
      readNode({ metadata: { name: 'n' }, status: { conditions: [{ type: 'Ready', status }] } }).ready;
    expect(['True', 'False', 'Unknown'].map(withStatus)).toEqual([true, false, false]);
  });

  it('is in the zone of its labels, old ones first', () => {
    const labels = {
      'topology.kubernetes.io/zone': 'new',
      'failure-domain.beta.kubernetes.io/zone': 'old',
      'topology.kubernetes.io/region': 'r',
    };
    expect(readNode({ metadata: { name: 'n', labels } })).toMatchObject({ zone: 'old', region: 'r' });
  });
});

describe('the status of a budget', () => {
  it('is what preemption goes by; undefined in a manifest', () => {
    expect(readBudget({ spec: {} }).status).toBeUndefined();
    expect(
      readBudget({ spec: {}, status: { disruptionsAllowed: 1, disruptedPods: { a: '2026-01-01T00:00:00Z' } } }).status,
    ).toEqual({
      disruptionsAllowed: 1,
      currentHealthy: 0,
      desiredHealthy: 0,
      expectedPods: 0,
      disruptedPods: new Set(['a']),
    });
  });
});
