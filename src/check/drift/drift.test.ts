import { describe, expect, it } from 'vitest';
import type { ComparedObject } from '../../inventory/live/compare.ts';
import { driftsOf } from './drift.ts';

const object = (name: string, more: object = {}) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name, namespace: 'shop' },
  ...more,
});
const rendered = (name: string, more: object = {}) => ({ object: object(name, more), file: `${name}.yaml` });
const present = (live: object, wanted: object): ComparedObject => ({
  rendered: rendered('web', wanted),
  state: 'present',
  live: object('web', live),
});
const owned = (manager: string, fieldsV1: object, more: object = {}) => ({
  metadata: { name: 'web', namespace: 'shop', managedFields: [{ manager, operation: 'Update', fieldsV1, ...more }] },
});
const replicas = { 'f:spec': { 'f:replicas': {} } };

function drifts(objects: readonly ComparedObject[], more: object = {}) {
  const comparison = { context: 'prod', objects, extra: [], unlisted: [], ...more };
  return [...driftsOf({ comparison, noDryRun: undefined, namespace: undefined })];
}
const said = (list: ReturnType<typeof drifts>) => list.map((one) => ('unknown' in one ? one.unknown : one.message));

describe('drift in words', () => {
  it('names who set a field, from what is rendered to what is there', () => {
    const live = { spec: { replicas: 2 }, ...owned('kubectl-edit', replicas) };
    const [first] = drifts([present(live, { spec: { replicas: 3 } })]);
    expect(first).toMatchObject({
      path: ['spec', 'replicas'],
      severity: 'warning',
      message: 'kubectl-edit set spec.replicas to 2; Holdfast renders 3.',
      drift: { change: 'changed', live: 2, rendered: 3, managers: [{ name: 'kubectl-edit', operation: 'Update' }] },
    });
  });

  it('leaves a number of pods to the autoscaler that set it', () => {
    const live = { spec: { replicas: 5 }, ...owned('kube-controller-manager', replicas, { subresource: 'scale' }) };
    const [first] = drifts([present(live, { spec: { replicas: 3 } })]);
    expect(first).toMatchObject({
      severity: 'info',
      message: 'kube-controller-manager (through scale) set spec.replicas to 5; Holdfast renders 3.',
      remedy: expect.stringContaining('Leave it') as string,
    });
  });

  it('claims no owner where nobody owns the field', () => {
    expect(said(drifts([present({ spec: { replicas: 2 } }, { spec: { replicas: 3 } })]))).toEqual([
      'spec.replicas is 2, and no field manager claims it; Holdfast renders 3.',
    ]);
    expect(said(drifts([present({ spec: {} }, { spec: { replicas: 3 } })]))).toEqual([
      'spec.replicas is gone; Holdfast renders 3.',
    ]);
  });

  it('says a kind that is not served once', () => {
    const objects = ['a', 'b', 'c'].map((name): ComparedObject => ({ rendered: rendered(name), state: 'not-served' }));
    expect(said(drifts(objects))).toEqual([
      'The cluster does not serve Deployment of apps/v1: this object cannot be there, and 2 more of the kind.',
    ]);
  });

  it('what could not be looked at is unknown, the same reason once', () => {
    const unread = ['a', 'b'].map((name): ComparedObject => ({
      rendered: rendered(name),
      state: 'unread',
      why: 'Refused (403): no.',
    }));
    expect(drifts(unread, { unlisted: [{ kind: 'apps/Deployment', why: 'It may not be listed.' }] })).toEqual([
      { unknown: 'Refused (403): no. It cannot be told whether they differ: Deployment shop/a, Deployment shop/b.' },
      {
        unknown: 'It may not be listed. Objects that are rendered no more may be there unseen: Deployment (apps).',
      },
    ]);
  });

  it('a long value is cut short in the sentence, not in the data', () => {
    const value = 'x'.repeat(500);
    const [first] = drifts([present({ data: { text: value } }, { data: { text: 'y' } })]);
    expect(said([first as never])[0]?.length).toBeLessThan(160);
    expect(first).toMatchObject({ drift: { live: value } });
  });
});
