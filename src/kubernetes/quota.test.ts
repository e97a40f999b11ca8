import { expect, it } from 'vitest';
import { reader } from './objects.ts';
import { readPodSpec } from './pod-spec.ts';
import { quotaCounts, quotaKey, quotaUseOf, readQuota } from './quota.ts';

it('reads what a quota grants, cpu and memory being requests', () => {
  const quota = (spec: object) => readQuota({ spec });
  expect(quota({ hard: { cpu: '2', memory: '1Gi', pods: '10', 'limits.cpu': '4', 'count/secrets': '5' } })).toEqual({
    'requests.cpu': 2_000,
    'requests.memory': 2 ** 30,
    'limits.cpu': 4_000,
    pods: 10,
  });
  expect(quota({ hard: { pods: '5', 'count/pods': '3' } })).toEqual({ pods: 3 });
  expect(quotaKey({ spec: { hard: { 'count/pods': '3' } } }, 'pods')).toBe('count/pods');
  expect(quota({})).toEqual({});
});

it('counts a pod by its requests and its limits', () => {
  const containers = [{ name: 'a', resources: { requests: { cpu: '500m' }, limits: { memory: '1Gi' } } }];
  expect(quotaUseOf(readPodSpec(reader({ containers })))).toMatchObject({
    pods: 1,
    'requests.cpu': 500,
    'limits.memory': 2 ** 30,
  });
});

it('counts the pods that all its scopes hold for', () => {
  const pod = (spec: object, terminating = false) => ({ spec: readPodSpec(reader(spec)), terminating });
  const plain = pod({ containers: [{ name: 'a' }] });
  const asking = pod({ containers: [{ name: 'a', resources: { requests: { cpu: '1' } } }], priorityClassName: 'high' });
  const counts = (spec: object, of = plain) => quotaCounts({ spec }, of);
  expect(counts({})).toBe(true);
  expect(counts({ scopes: ['BestEffort'] })).toBe(true);
  expect(counts({ scopes: ['BestEffort'] }, asking)).toBe(false);
  expect(counts({ scopes: ['NotBestEffort', 'NotTerminating'] }, asking)).toBe(true);
  expect(counts({ scopes: ['Terminating'] })).toBe(false);
  expect(counts({ scopes: ['Terminating'] }, pod({ containers: [{ name: 'a' }] }, true))).toBe(true);
  const classes = (operator: string, values: readonly string[]) => ({
    scopeSelector: { matchExpressions: [{ scopeName: 'PriorityClass', operator, values }] },
  });
  expect(counts(classes('In', ['high']), asking)).toBe(true);
  expect(counts(classes('In', ['high']))).toBe(false);
  expect(counts(classes('NotIn', ['low']), asking)).toBe(true);
  expect(counts(classes('DoesNotExist', []))).toBe(true);
  expect(counts({ scopes: ['CrossNamespacePodAffinity'] }, asking)).toBe(false);
  expect(counts({ scopes: ['Unheard'] })).toBeUndefined();
});
