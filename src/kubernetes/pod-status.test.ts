import { describe, expect, it } from 'vitest';
import { reader } from './objects.ts';
import { readPodSpec } from './pod-spec.ts';
import { readHeldResources, readPodStatus } from './pod-status.ts';

const held = (pod: { spec: object; status: object }) => readHeldResources(reader(pod), readPodSpec(reader(pod.spec)));
const container = (requests: object, more: object = {}) => ({ name: 'c', resources: { requests }, ...more });

describe('the status of a pod', () => {
  it('is absent in a manifest', () => {
    expect(readPodStatus(reader({ metadata: { name: 'p' }, spec: {} }))).toBeUndefined();
  });

  it('tells what schedulers and controllers look at', () => {
    expect(
      readPodStatus(
        reader({
          metadata: {
            creationTimestamp: '1970-01-01T00:00:01Z',
            deletionTimestamp: '1970-01-01T00:00:40Z',
            deletionGracePeriodSeconds: 30,
          },
          status: {
            phase: 'Running',
            startTime: '1970-01-01T00:00:02Z',
            nominatedNodeName: 'n2',
            conditions: [
              { type: 'Ready', status: 'False', lastTransitionTime: '1970-01-01T00:00:03Z' },
              { type: 'DisruptionTarget', status: 'True', reason: 'PreemptionByScheduler' },
            ],
            containerStatuses: [
              { name: 'a', restartCount: 1 },
              { name: 'b', restartCount: 4 },
            ],
          },
        }),
      ),
    ).toEqual({
      phase: 'Running',
      created: 1,
      started: 2,
      readySince: 3,
      restarts: 4,
      nominatedNode: 'n2',
      disruption: 'PreemptionByScheduler',
      deletion: { at: 40, graceSeconds: 30 },
    });
  });
});

describe('what a resized pod holds', () => {
  const status = (actuated: object, allocated: object, more: object = {}) => ({
    containerStatuses: [{ name: 'c', resources: { requests: actuated }, allocatedResources: allocated, ...more }],
  });

  it('is nothing of its own when its status repeats its specification', () => {
    const cpu = { cpu: '1' };
    expect(held({ spec: { containers: [container(cpu)] }, status: status(cpu, cpu) })).toBeUndefined();
    expect(held({ spec: { containers: [container(cpu)] }, status: {} })).toBeUndefined();
    expect(held({ spec: { containers: [container({})] }, status: status({}, {}) })).toBeUndefined();
  });

  it('is the most of what is asked, set and granted', () => {
    const spec = { containers: [container({ cpu: '2', memory: '1Gi' })] };
    expect(held({ spec, status: status({ cpu: '1', memory: '2Gi' }, { cpu: '3' }) })).toEqual({
      requests: { cpu: 3_000, memory: 2 * 2 ** 30 },
      nonZero: { cpu: 3_000, memory: 2 * 2 ** 30 },
    });
  });

  it('leaves out what is asked in vain', () => {
    const conditions = [{ type: 'PodResizePending', status: 'True', reason: 'Infeasible' }];
    const spec = { containers: [container({ cpu: '8' })] };
    expect(held({ spec, status: { ...status({ cpu: '1' }, { cpu: '1' }), conditions } })?.requests).toEqual({
      cpu: 1_000,
    });
  });

  it('does not look at what is granted when nothing is reported as set', () => {
    const spec = { containers: [container({ cpu: '1' })] };
    const statuses = { containerStatuses: [{ name: 'c', allocatedResources: { cpu: '4' } }] };
    expect(held({ spec, status: statuses })).toBeUndefined();
  });

  it('counts plain init containers as asked, sidecars as they are', () => {
    const init = (name: string, more: object) => ({ name, resources: { requests: { cpu: '1' } }, ...more });
    const spec = {
      initContainers: [init('plain', {}), init('side', { restartPolicy: 'Always' })],
      containers: [container({ cpu: '1' })],
    };
    const reported = { resources: { requests: { cpu: '5' } }, allocatedResources: { cpu: '5' } };
    expect(held({ spec, status: { initContainerStatuses: [{ name: 'plain', ...reported }] } })?.requests).toEqual({
      cpu: 2_000,
    });
    expect(held({ spec, status: { initContainerStatuses: [{ name: 'side', ...reported }] } })?.requests).toEqual({
      cpu: 6_000,
    });
  });

  it('is of the pod as a whole when that was resized', () => {
    const spec = { resources: { requests: { cpu: '2' } }, containers: [container({ cpu: '1' })] };
    const whole = { resources: { requests: { cpu: '3' } }, allocatedResources: { cpu: '4' } };
    expect(held({ spec, status: whole })).toEqual({
      requests: { cpu: 4_000 },
      nonZero: { cpu: 4_000, memory: 200 * 2 ** 20 },
    });
  });
});
