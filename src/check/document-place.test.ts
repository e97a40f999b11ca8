/** Findings about what only the document tells of point at its lines. */
import { expect, it } from 'vitest';
import { makeReadableWorld } from '../cli/world-inputs.ts';
import type { FieldPath } from '../kubernetes/objects.ts';
import { check } from './check.ts';
import { clusterTarget } from './cluster-target.ts';
import type { NamedTarget, Rule } from './rule.ts';
import { rules } from './rules/index.ts';

const TEXT = `# The shop.
apiVersion: holdfast.dev/v1
kind: Cluster
metadata: {name: shop}
spec:
  provider: bare-metal
  survive: node
  regions:
  - name: north
    zones: [a, b]
  - name: south
    zones:
    - c
    - d
  pools:
  - name: general
    nodesPerZone: 1
  - name: big
    nodesPerZone: 1
    zones: [c]
  etcd:
    members: 1
`;
const made = makeReadableWorld({
  texts: [{ file: 'shop.yaml', text: TEXT, named: true }],
  named: [],
  kubernetesVersion: undefined,
});

/** What check says of where a finding on this target is. */
function place(on: NamedTarget, path: FieldPath = []): string {
  const [any] = rules;
  if (any === undefined) throw new Error('no rules');
  const rule: Rule = {
    ...any,
    needs: 'manifests',
    *check() {
      yield { on, path, message: 'It is so.' };
    },
  };
  const { findings } = check(made.world, { rules: [rule], plan: made.plan, document: made.document, failures: 0 });
  const { file, line, column } = findings[0]?.origin ?? {};
  return `${file}:${line}:${column}`;
}

const named = (kind: string, name: string): NamedTarget => ({ kind, name, sourced: undefined });
const cluster = clusterTarget({ plan: made.plan });

it.each([
  ['a field of the cluster', cluster, ['spec', 'etcd', 'members'], 'shop.yaml:22:5'],
  ['a section', cluster, ['spec', 'etcd'], 'shop.yaml:21:3'],
  ['the nearest field that is written', cluster, ['spec', 'controlPlane', 'kind'], 'shop.yaml:5:1'],
  ['the document', cluster, [], 'shop.yaml:2:1'],
  ['a region', named('Region', 'south'), [], 'shop.yaml:11:5'],
  ['a zone in flow', named('Zone', 'b'), [], 'shop.yaml:10:16'],
  ['a zone in lines', named('Zone', 'c'), [], 'shop.yaml:13:7'],
  ['a zone of nobody', named('Zone', 'z'), [], 'undefined:undefined:undefined'],
  ['another cluster', named('Cluster', 'db'), ['spec'], 'undefined:undefined:undefined'],
  ['a node of nobody', named('Node', 'n'), [], 'undefined:undefined:undefined'],
])('%s', (_name, on, path, expected) => {
  expect(place(on, path)).toBe(expected);
});

it('a machine of a pool is where its pool is', () => {
  const big = made.world.nodes.find(({ pool }) => pool === 'big');
  expect(place(named('Node', big?.name ?? ''))).toBe('shop.yaml:18:5');
});

it('the rules of etcd and room have lines of the document', () => {
  const { plan, document, world } = made;
  const found = check(world, { plan, document, failures: 0 }).findings;
  const ofDocument = found.filter(({ object: { kind } }) => ['Cluster', 'Zone', 'Node'].includes(kind));
  expect(ofDocument.map(({ rule }) => rule)).toContain('ET01');
  for (const { origin } of ofDocument)
    expect(origin).toMatchObject({ file: 'shop.yaml', line: expect.any(Number) as number });
});
