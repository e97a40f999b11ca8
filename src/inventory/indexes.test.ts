import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { reader } from '../kubernetes/objects.ts';
import { readSelector, selects } from '../kubernetes/selectors.ts';
import type { KubernetesObject } from '../system.ts';
import type { Sourced } from './identity.ts';
import { labelOf } from './identity.ts';
import {
  annotationsOf,
  controllerOf,
  find,
  indexLabels,
  indexObjects,
  labelsOf,
  ofKind,
  ownerOf,
  qualifiedName,
} from './indexes.ts';
import { sourceText } from './origin.ts';

const origin = { source: sourceText('a.yaml', ''), format: 'yaml', start: 0, end: 0, prefix: [] } as const;
const sourced = (object: object): Sourced => ({ object: object as KubernetesObject, origin });
const deployment = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', namespace: 'shop', uid: 'd', labels: { a: 'b', bad: 1 } },
};
const owned = (owner: object) => ({
  apiVersion: 'apps/v1',
  kind: 'ReplicaSet',
  metadata: { name: 'web-1', namespace: 'shop', ownerReferences: [{ ...owner, controller: true }] },
});

describe('an index of objects', () => {
  const index = indexObjects([
    sourced(deployment),
    sourced({ apiVersion: 'v1', kind: 'Node', metadata: { name: 'n1' } }),
  ]);

  it('finds by kind and by name, cluster-wide objects without a namespace', () => {
    expect(ofKind(index, 'apps/Deployment')).toHaveLength(1);
    expect(ofKind(index, '/Pod')).toEqual([]);
    expect(find(index, 'apps/Deployment', 'shop', 'web')?.object).toBe(deployment);
    expect(find(index, '/Node', '', 'n1')).toBeDefined();
    expect(find(index, '/Node', 'default', 'n1')).toBeUndefined();
  });

  it('finds owners by uid, else by name', () => {
    expect(
      ownerOf(index, owned({ apiVersion: 'apps/v1', kind: 'Deployment', name: 'other', uid: 'd' }) as never)?.object,
    ).toBe(deployment);
    expect(
      ownerOf(index, owned({ apiVersion: 'apps/v1', kind: 'Deployment', name: 'web', uid: 'gone' }) as never)?.object,
    ).toBe(deployment);
    expect(ownerOf(index, owned({ apiVersion: 'v1', kind: 'Node', name: 'n1' }) as never)).toBeDefined();
    expect(ownerOf(index, deployment)).toBeUndefined();
  });

  it('takes only the owner that is the controller', () => {
    const references = [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'x' }, 'junk', null];
    expect(controllerOf({ apiVersion: 'v1', kind: 'Pod', metadata: { ownerReferences: references } })).toBeUndefined();
  });

  it('reads labels and annotations that are texts', () => {
    expect(labelsOf(deployment as never)).toEqual({ a: 'b' });
    expect(annotationsOf(deployment as never)).toEqual({});
    expect([labelOf(deployment as never), qualifiedName(deployment as never)]).toEqual([
      'Deployment shop/web',
      'shop/web',
    ]);
  });
});

describe('an index of labels', () => {
  it('finds what looking at everything finds, each once', () => {
    const labels = fc.dictionary(fc.constantFrom('a', 'b', 'c'), fc.constantFrom('1', '2'));
    const expression = fc.oneof(
      fc.record({
        key: fc.constantFrom('a', 'b', 'c'),
        operator: fc.constantFrom('In', 'NotIn'),
        values: fc.uniqueArray(fc.constantFrom('1', '2'), { minLength: 1 }),
      }),
      fc.record({ key: fc.constantFrom('a', 'b', 'c'), operator: fc.constantFrom('Exists', 'DoesNotExist') }),
    );
    const selector = fc.option(
      fc.record({ matchLabels: labels, matchExpressions: fc.array(expression, { maxLength: 2 }) }),
    );
    const entries = fc.array(fc.record({ namespace: fc.constantFrom('x', 'z'), labels, thing: fc.nat(5) }));
    fc.assert(
      fc.property(entries, selector, (all, written) => {
        const read = readSelector(reader({ s: written }), 's');
        const expected = all
          .filter((entry) => entry.namespace === 'x' && selects(read, entry.labels))
          .map(({ thing }) => thing);
        expect(indexLabels(all).find('x', read)).toEqual([...new Set(expected)]);
      }),
    );
  });
});
