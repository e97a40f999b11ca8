import { describe, expect, it } from 'vitest';
import { HoldfastError } from '../core/error.ts';
import { defineCluster, readClusterDocument } from './document.ts';

const regions = [{ name: 'r', zones: ['a', 'b', 'c'] }];

describe('the typed form', () => {
  it('is the document that the text would be', () => {
    const text =
      'apiVersion: holdfast.dev/v1\nkind: Cluster\nmetadata: {name: shop}\nspec:\n  regions: [{name: r, zones: [a, b, c]}]\n  etcd: {members: 5}\n';
    const typed = defineCluster({
      apiVersion: 'holdfast.dev/v1',
      kind: 'Cluster',
      metadata: { name: 'shop' },
      spec: { regions, etcd: { members: 5 } },
    });
    const written = readClusterDocument({ text, file: 'holdfast.yaml' });
    expect(typed.cluster).toEqual(written.cluster);
    expect(typed.sections).toEqual(written.sections);
  });
  it('gets the same errors, all at once', () => {
    const define = () =>
      defineCluster({
        apiVersion: 'holdfast.dev/v1',
        kind: 'Cluster',
        metadata: { name: 'shop' },
        spec: { regions, objectives: { rpo: 'soon' }, etcd: { heartbeat: 'often' } },
      });
    expect(define).toThrow(HoldfastError);
    try {
      define();
    } catch (error) {
      expect((error as HoldfastError).problems.map(({ path }) => path)).toEqual([
        'spec.objectives.rpo',
        'spec.etcd.heartbeat',
      ]);
    }
  });
});
