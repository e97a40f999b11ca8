import { describe, expect, it } from 'vitest';
import type { Refusal } from './objects.ts';
import { describe as say } from './objects.ts';
import { readWorkload, templatePath, workloadKind } from './pod-template.ts';

const template = { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'c' }] } };
const read = (kind: Parameters<typeof readWorkload>[0], spec: object) =>
  readWorkload(kind, { spec: { template, ...spec } });

describe('kinds of workloads', () => {
  it('are told by group and kind', () => {
    expect(workloadKind({ apiVersion: 'apps/v1', kind: 'Deployment' })).toBe('Deployment');
    expect(workloadKind({ apiVersion: 'example.com/v1', kind: 'Deployment' })).toBeUndefined();
    expect(workloadKind({ apiVersion: 'v1', kind: 'Pod' })).toBe('Pod');
    expect(workloadKind({ apiVersion: 'argoproj.io/v1alpha1', kind: 'Rollout' })).toBe('Rollout');
    expect(workloadKind({ apiVersion: 'v1', kind: 'toString' })).toBeUndefined();
  });

  it('keep their template in their own place', () => {
    expect(templatePath('CronJob')).toEqual(['spec', 'jobTemplate', 'spec', 'template']);
    const cron = readWorkload('CronJob', { spec: { jobTemplate: { spec: { template } } } });
    expect(cron).toMatchObject({ labels: { app: 'web' }, replicas: 0 });
    expect(readWorkload('Pod', { metadata: { labels: { a: 'b' } }, spec: { containers: [] } })).toMatchObject({
      labels: { a: 'b' },
      replicas: 1,
    });
  });

  it('without a template are none', () => {
    expect(readWorkload('Rollout', { spec: { workloadRef: { kind: 'Deployment', name: 'x' } } })).toBeUndefined();
    expect(readWorkload('Deployment', { spec: 'text' })).toBeUndefined();
  });
});

describe('defaults', () => {
  it('of a Deployment: one replica, rolling by a quarter', () => {
    expect(read('Deployment', {})).toMatchObject({
      replicas: 1,
      replicasWritten: false,
      update: { type: 'RollingUpdate', maxSurge: '25%', maxUnavailable: '25%' },
      minReadySeconds: 0,
    });
    expect(read('Deployment', { replicas: 0 })).toMatchObject({ replicas: 0, replicasWritten: true });
    expect(read('Deployment', { strategy: { type: 'Recreate' } })?.update).toEqual({ type: 'Recreate' });
  });

  it('of a DaemonSet: one unavailable, no surge; its nodes count its pods', () => {
    expect(read('DaemonSet', {})).toMatchObject({
      replicas: undefined,
      update: { type: 'RollingUpdate', maxSurge: 0, maxUnavailable: 1 },
    });
  });

  it('of a StatefulSet: in order, from ordinal 0', () => {
    expect(read('StatefulSet', {})).toMatchObject({
      podManagementPolicy: 'OrderedReady',
      firstOrdinal: 0,
      update: { type: 'Ordinal', partition: 0, maxUnavailable: undefined },
    });
    expect(read('StatefulSet', { podManagementPolicy: 'Parallel', ordinals: { start: 5 } })).toMatchObject({
      podManagementPolicy: 'Parallel',
      firstOrdinal: 5,
    });
  });

  it('of a Job: parallelism up to completions, none while suspended', () => {
    expect(read('Job', {})?.replicas).toBe(1);
    expect(read('Job', { parallelism: 5, completions: 3 })?.replicas).toBe(3);
    expect(read('Job', { parallelism: 5 })?.replicas).toBe(5);
    expect(read('Job', { suspend: true })?.replicas).toBe(0);
  });

  it('of an Argo Rollout', () => {
    expect(read('Rollout', { strategy: { canary: { maxUnavailable: 0 } } })?.update).toEqual({
      type: 'Canary',
      maxSurge: '25%',
      maxUnavailable: 0,
    });
    expect(read('Rollout', { strategy: { blueGreen: {} } })?.update).toEqual({ type: 'BlueGreen' });
  });
});

describe('claim templates', () => {
  it('give class, modes and size', () => {
    const claim = {
      metadata: { name: 'data' },
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '10Gi' } } },
    };
    expect(read('StatefulSet', { volumeClaimTemplates: [claim] })?.claimTemplates).toMatchObject([
      { name: 'data', storageClass: undefined, accessModes: ['ReadWriteOnce'], bytes: 10 * 2 ** 30 },
    ]);
  });
});

describe('fields of a wrong kind', () => {
  it('are told with their place and left out, never thrown on', () => {
    const refused: Refusal[] = [];
    const object = {
      spec: {
        replicas: '3',
        selector: { matchLabels: { app: true } },
        template: {
          metadata: { labels: { version: 1.1 } },
          spec: { containers: [{ resources: { requests: { cpu: 'lots' } }, ports: 80 }], nodeSelector: [] },
        },
      },
    };
    const workload = readWorkload('Deployment', object, (refusal) => refused.push(refusal));
    expect(workload?.replicas).toBe(1);
    expect(refused.map(({ path, found, expected }) => `${path.join('.')}: ${found}, not ${expected}`).sort()).toEqual([
      'spec.replicas: the text "3", not a whole number',
      'spec.selector.matchLabels.app: the boolean true, not text; put it in quotes',
      'spec.template.metadata.labels.version: the number 1.1, not text; put it in quotes',
      'spec.template.spec.containers.0.ports: the number 80, not a list',
      'spec.template.spec.containers.0.resources.requests.cpu: the text "lots", not a quantity, like 500m or 2Gi',
      'spec.template.spec.nodeSelector: a list, not a map of texts',
    ]);
  });

  it('are said in words', () => {
    expect([null, [], {}, 'x', 1, true].map(say)).toEqual([
      'nothing',
      'a list',
      'a map',
      'the text "x"',
      'the number 1',
      'the boolean true',
    ]);
  });
});
