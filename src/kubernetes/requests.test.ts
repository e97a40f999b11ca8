import { describe, expect, it } from 'vitest';
import { reader } from './objects.ts';
import { readPodSpec } from './pod-spec.ts';
import { countedRequests, nonZeroRequests, podLimits, podRequests, qualityOfService } from './requests.ts';
import { amountOf } from './resources.ts';

const spec = (value: unknown) => readPodSpec(reader(value));
const box = (cpu?: string, memory?: string, more: object = {}) => ({
  resources: { requests: { ...(cpu === undefined ? {} : { cpu }), ...(memory === undefined ? {} : { memory }) } },
  ...more,
});
const sidecar = { restartPolicy: 'Always' };

describe("a pod's requests", () => {
  it('add up its containers', () => {
    expect(podRequests(spec({ containers: [box('100m', '1Gi'), box('0.5', '1G')] }))).toEqual({
      cpu: 600,
      memory: 2 ** 30 + 1e9,
    });
  });

  it('are at least those of the largest init container', () => {
    expect(
      podRequests(spec({ initContainers: [box('2'), box('1', '3Gi')], containers: [box('500m', '1Gi')] })),
    ).toEqual({
      cpu: 2_000,
      memory: 3 * 2 ** 30,
    });
  });

  it('count a sidecar beside the containers, and under the init containers that start after it', () => {
    expect(
      podRequests(spec({ initContainers: [box('1', undefined, sidecar), box('2')], containers: [box('500m')] })),
    ).toEqual({ cpu: 3_000 });
    expect(
      podRequests(spec({ initContainers: [box('2'), box('1', undefined, sidecar)], containers: [box('500m')] })),
    ).toEqual({ cpu: 2_000 });
  });

  it('are replaced by what the pod asks as a whole, for cpu, memory and huge pages', () => {
    const written = { requests: { cpu: '3', 'hugepages-2Mi': '4Mi', 'nvidia.com/gpu': '9' } };
    expect(podRequests(spec({ resources: written, containers: [box('1', '1Gi')] }))).toEqual({
      cpu: 3_000,
      memory: 2 ** 30,
      'hugepages-2Mi': 4 * 2 ** 20,
    });
  });

  it('grow by the overhead', () => {
    expect(podRequests(spec({ overhead: { cpu: '250m', memory: '120Mi' }, containers: [box('1')] }))).toEqual({
      cpu: 1_250,
      memory: 120 * 2 ** 20,
    });
  });

  it('round up once, over the whole sum', () => {
    const half = { resources: { requests: { memory: '500m' } } };
    expect(podRequests(spec({ containers: [half, half] }))).toEqual({ memory: 1 });
    expect(podRequests(spec({ containers: [half, half, half] }))).toEqual({ memory: 2 });
  });

  it('leave out for the scheduler what it does not count', () => {
    const requests = {
      cpu: '1',
      'nvidia.com/gpu': '2',
      strange: '3',
      storage: '1Gi',
      'hugepages-1Gi': '1Gi',
      'ephemeral-storage': '1Gi',
    };
    expect(countedRequests(spec({ containers: [{ resources: { requests } }] }))).toEqual({
      cpu: 1_000,
      'nvidia.com/gpu': 2,
      'hugepages-1Gi': 2 ** 30,
      'ephemeral-storage': 2 ** 30,
    });
  });
});

describe('non-zero requests', () => {
  it('count 100m and 200Mi for every container that names none, but not for a written 0', () => {
    expect(nonZeroRequests(spec({ containers: [box(), box('1')] }))).toEqual({ cpu: 1_100, memory: 400 * 2 ** 20 });
    expect(nonZeroRequests(spec({ containers: [box('0', '0')] }))).toEqual({ cpu: 0, memory: 0 });
  });
});

describe('limits', () => {
  it('take overhead only where there is one', () => {
    const container = { resources: { limits: { memory: '1Gi' } } };
    expect(podLimits(spec({ overhead: { cpu: '1', memory: '1Gi' }, containers: [container] }))).toEqual({
      memory: 2 ** 31,
    });
  });
});

describe('quality of service', () => {
  const full = { resources: { requests: { cpu: '1', memory: '1Gi' }, limits: { cpu: '1', memory: '1Gi' } } };
  it('is Guaranteed only when every container has equal requests and limits of both', () => {
    expect(qualityOfService(spec({ containers: [full] }))).toBe('Guaranteed');
    expect(qualityOfService(spec({ containers: [full, box('1')] }))).toBe('Burstable');
    expect(qualityOfService(spec({ containers: [{}] }))).toBe('BestEffort');
    expect(qualityOfService(spec({ containers: [{}], resources: full.resources }))).toBe('Guaranteed');
  });
});

describe('an amount', () => {
  it.each([
    ['cpu', '1.5', 1_500],
    ['cpu', 2, 2_000],
    ['cpu', '1n', 1],
    ['memory', '1.5Gi', 1.5 * 2 ** 30],
    ['memory', '128974848000m', 128_974_848],
    ['pods', '110', 110],
  ])('of %s: %s is %d', (resource, written, amount) => {
    expect(amountOf(resource, written)).toBe(amount);
  });

  it('is none when it is no quantity', () => {
    expect(amountOf('memory', '10GB')).toBeUndefined();
    expect(amountOf('memory', { a: 1 })).toBeUndefined();
  });
});
