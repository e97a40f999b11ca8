import { expect, it } from 'vitest';
import { reader } from './objects.ts';
import { readPodSpec } from './pod-spec.ts';
import { quotaUseOf, readQuota } from './quota.ts';

it('reads what a quota grants, cpu and memory being requests, and leaves scoped ones out', () => {
  const quota = (spec: object) => readQuota({ spec });
  expect(quota({ hard: { cpu: '2', memory: '1Gi', pods: '10', 'limits.cpu': '4', 'count/secrets': '5' } })).toEqual({
    'requests.cpu': 2_000,
    'requests.memory': 2 ** 30,
    'limits.cpu': 4_000,
    pods: 10,
  });
  expect(quota({ hard: { pods: '1' }, scopes: ['BestEffort'] })).toBeUndefined();
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
