import { describe, expect, it } from 'vitest';
import type { Refusal } from '../objects.ts';
import { validateDecoding } from './decoding.ts';

function refusals(kind: string, object: object): readonly string[] {
  const found: string[] = [];
  validateDecoding(kind, object, ({ path, expected }: Refusal) => found.push(`${path.join('.')}: ${expected}`));
  return found;
}

describe('objects that cannot be decoded', () => {
  it.each([
    ['/Service', { spec: 'foo' }, ['spec: a map']],
    ['/Service', { spec: { ports: { port: 1 } } }, ['spec.ports: a list']],
    ['networking.k8s.io/Ingress', { spec: { rules: {} } }, ['spec.rules: a list']],
    ['networking.k8s.io/NetworkPolicy', { spec: { egress: ['all'] } }, ['spec.egress.0: a map']],
    ['/ConfigMap', { data: [] }, ['data: a map of texts']],
    ['apiextensions.k8s.io/CustomResourceDefinition', { spec: { versions: 'v1' } }, ['spec.versions: a list']],
    ['/Secret', { data: { key: 'ok' } }, []],
    ['/Service', {}, []],
    ['/Service', { spec: null }, []],
    ['rbac.authorization.k8s.io/ClusterRole', { metadata: { name: 'system:node' }, rules: null }, []],
    ['example.com/Database', { spec: 'foo' }, []],
  ])('%s %j', (kind, object, expected) => {
    expect(refusals(kind, object)).toEqual(expected);
  });

  it('are told for texts that are none', () => {
    expect(refusals('/Service', { spec: { selector: { app: 1 } } })).toHaveLength(1);
    expect(refusals('/ConfigMap', { data: { replicas: 3 } })).toHaveLength(1);
  });
});
