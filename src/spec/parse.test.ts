import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { stringify } from 'yaml';
import { parseDocument } from './parse.ts';

const HEAD = `apiVersion: holdfast.dev/v1
kind: Cluster
metadata: {name: shop}
spec:
  regions:
  - name: us-west-2
    zones: [us-west-2a, us-west-2b, us-west-2c]
`;
const sections = { demo: z.strictObject({ size: z.int().prefault(3).describe('Size.') }).prefault({}) };
const parse = (text: string) => parseDocument({ text, file: 'holdfast.yaml' }, sections);
const codes = (text: string) => parse(text).problems.map(({ code }) => code);

describe('a valid document', () => {
  it('gets every default, in units', () => {
    const { document, problems } = parse(HEAD);
    expect(problems).toEqual([]);
    expect(document?.cluster).toMatchObject({
      name: 'shop',
      provider: 'bare-metal',
      survive: 'zone',
      regionRoundTrip: 60,
    });
    expect(document?.cluster.pools).toMatchObject([
      { name: 'general', nodesPerZone: 2, machine: { cpu: 4_000, memory: 16 * 2 ** 30, pods: 110 } },
    ]);
    expect(document?.sections).toEqual({ demo: { size: 3 } });
  });
  it('reads anchors, merges, CRLF and a byte-order mark', () => {
    const text = `\uFEFF${HEAD}  pools:\n  - &one {name: one, nodesPerZone: 4}\n  - {<<: *one, name: two}\n`.replaceAll(
      '\n',
      '\r\n',
    );
    expect(parse(text).document?.cluster.pools.map(({ name, nodesPerZone }) => [name, nodesPerZone])).toEqual([
      ['one', 4],
      ['two', 4],
    ]);
  });
  it('is found among other documents of the same file, and as JSON', () => {
    expect(codes(`apiVersion: v1\nkind: Namespace\nmetadata: {name: x}\n---\n${HEAD}`)).toEqual([]);
    expect(
      codes(
        JSON.stringify({
          apiVersion: 'holdfast.dev/v1',
          kind: 'Cluster',
          metadata: { name: 'a' },
          spec: { regions: [{ name: 'r', zones: ['x', 'y', 'z'] }] },
        }),
      ),
    ).toEqual([]);
  });
  it('knows where each path stands, through merges too', () => {
    const { document } = parse(`${HEAD}  pools:\n  - &one {name: one, nodesPerZone: 4}\n  - <<: *one\n    name: two\n`);
    expect(document?.locate('spec.regions[0].zones[1]')).toEqual({ file: 'holdfast.yaml', line: 7, column: 25 });
    expect(document?.locate('spec.pools[1].nodesPerZone')).toMatchObject({ line: 9 });
    expect(document?.locate('spec.objectives.rpo')).toMatchObject({ line: 5 });
  });
});

describe('a document with faults', () => {
  it('gets all of them at once, in the order of the text', () => {
    const { problems } = parse(
      `${HEAD}  survive: zones\n  objectives:\n    nodeFailureRecovery: 2 minutes\n    rpoo: 1h\n  demo: {size: big}\n`,
    );
    expect(problems.map(({ code, path, at, hint }) => [code, path, at?.line, hint])).toEqual([
      ['unknown-value', 'spec.survive', 8, 'Did you mean zone?'],
      ['wrong-form', 'spec.objectives.nodeFailureRecovery', 10, undefined],
      ['unknown-key', 'spec.objectives.rpoo', 11, 'Did you mean rpo?'],
      ['wrong-type', 'spec.demo.size', 12, undefined],
    ]);
  });
  it.each([
    ['', 'empty'],
    ['# nothing\n', 'empty'],
    ['hello', 'not-a-document'],
    ['- 1\n- 2\n', 'not-a-document'],
    ['[', 'yaml-syntax'],
    ['{}', 'missing'],
    [`${HEAD}---\n${HEAD}`, 'two-documents'],
    [HEAD.replace('/v1', '/v2'), 'wrong-api-version'],
    [`${HEAD}\tsurvive: zone\n`, 'tab'],
    [`${HEAD}  survive: zone\n  survive: node\n`, 'duplicate-key'],
    [`a: ${'['.repeat(100_000)}`, 'too-deep'],
    [`${'- '.repeat(50_000)}x`, 'too-deep'],
    [`${HEAD}# ${'x'.repeat(10_000_000)}`, 'too-large'],
    [
      'a: &a [x,x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: [*c,*c,*c,*c,*c,*c,*c,*c,*c,*c]\n',
      'alias-bomb',
    ],
  ])('%#: one clear problem', (text, code) => expect(codes(text)[0]).toBe(code));
});

describe('contradictions of the base', () => {
  const of = (spec: Record<string, unknown>) => {
    const regions = [{ name: 'r', zones: ['ra', 'rb', 'rc'] }];
    return codes(
      stringify({
        apiVersion: 'holdfast.dev/v1',
        kind: 'Cluster',
        metadata: { name: 'x' },
        spec: { regions, ...spec },
      }),
    );
  };
  it.each([
    [{ regions: [{ name: 'r', zones: ['ra'] }] }, ['cannot-survive']],
    [{ survive: 'region' }, ['cannot-survive']],
    [{ regions: [{ name: 'r', zones: ['ra', 'ra'] }] }, ['twice']],
    [{ pools: [{ name: 'p', zones: ['rd'] }] }, ['unknown-zone']],
    [{ pools: [{ name: 'p' }, { name: 'p' }] }, ['twice']],
    [{ pools: [{ name: 'p', nodesPerZone: 3, maxNodesPerZone: 2 }] }, ['max-below-min']],
    [{ pools: [{ name: 'p', machine: { type: 'x.large' } }] }, ['unknown-machine-type']],
    [{ pools: [{ name: 'p', machine: { type: 'm7i.large' } }] }, ['wrong-provider']],
    [{ pools: [{ name: 'p', capacity: 'spot' }] }, ['wrong-provider']],
    [{ pools: [{ name: 'p', labels: { 'example.com/tier': 'a', 'node.kubernetes.io/role': 'b' } }] }, []],
    [{ pools: [{ name: 'p', labels: { 'topology.kubernetes.io/zone': 'mars' } }] }, ['reserved-label']],
    [{ pools: [{ name: 'p', labels: { 'node-role.kubernetes.io/worker': '' } }] }, ['reserved-label']],
    [{ pools: [{ name: 'p', labels: { x: '<script>' } }] }, ['wrong-form']],
    [{ pools: [{ name: 'p', labels: { __proto__x: 'a b' } }] }, ['wrong-form']],
    [{ pools: [{ name: 'p', taints: [{ key: 'bad key!' }] }] }, ['wrong-form']],
    [{ pools: [{ name: 'p', taints: [{ key: 'a' }, { key: 'a', value: 'b' }] }] }, ['twice']],
    [{ pools: [{ name: 'p', taints: [{ key: 'a' }, { key: 'a', effect: 'NoExecute' }] }] }, []],
    [{ pools: [{ name: 'p', machine: { cpu: '1m', memory: '1' } }] }, ['machine-too-small']],
    [{ pools: [{ name: 'p', nodesPerZone: 1e30 }] }, ['too-big']],
    [{ cidrs: { pods: 'fd00:20::/56' } }, ['mixed-families']],
    [
      { provider: 'aws', cidrs: { nodes: 'fd00:10::/64', pods: 'fd00:20::/48', services: 'fd00:30::/108' } },
      ['wrong-family'],
    ],
    [{ cidrs: { nodes: 'fd00:10::/64', pods: 'fd00:20::/48', services: 'fd00:30::/108' } }, []],
    [{ provider: 'aws', pools: [{ name: 'p', machine: { type: 'm7i.large', cpu: 4 } }] }, ['wrong-size']],
    [{ provider: 'aws', pools: [{ name: 'p', machine: { type: 'm7i.large', cpu: 2, memory: '8Gi' } }] }, []],
    [{ cidrs: { pods: '10.0.0.0/17' } }, ['cidr-overlap']],
    [{ cidrs: { pods: '10.244.0.0/23' } }, ['cidr-too-small']],
    [{ versions: { kubernetes: 'v1.33.2' } }, ['version-out-of-range']],
    [{ versions: { kubernetes: '1.35.2' } }, []],
    [{ provider: 'aws', pools: [{ name: 'p', machine: { type: 'x.large', cpu: 4, memory: '8Gi' } }] }, []],
  ])('%j', (spec, expected) => expect(of(spec)).toEqual(expected));
});
