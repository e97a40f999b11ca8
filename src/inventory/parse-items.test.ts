import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { positionOf } from './origin.ts';
import { parseJson } from './parse-json.ts';
import { scanItems } from './scan-items.ts';

const list = (...items: string[]) =>
  `{"apiVersion":"v1","kind":"List","metadata":{"a":""},"items":[${items.join(',')}]}`;
const valueOf = (text: string) => parseJson(text, 'a.json').documents.map(({ value }) => value);

describe('a list in JSON', () => {
  it('gives what JSON.parse gives, whatever the items hold', () => {
    const key = fc.constantFrom('metadata', 'spec', 'status', 'labels', 'a', 'containers', '"quoted"', '\\', '');
    const { item } = fc.letrec<{ item: Record<string, unknown>; value: unknown }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        fc.string(),
        fc.double(),
        fc.constant(null),
        fc.array(tie('value'), { maxLength: 3 }),
        tie('item'),
      ),
      item: fc.dictionary(key, tie('value'), { maxKeys: 4 }),
    }));
    fc.assert(
      // Neighbours that are equal, or equal but for a part, are read another way.
      fc.property(fc.array(fc.tuple(item, item), { maxLength: 4 }), fc.constantFrom(0, 1, 2), (pairs, indent) => {
        const items = pairs.flatMap(([a, b]) => [a, a, { ...a, spec: b['spec'] }, { ...a, status: b['status'] }, b]);
        const text = JSON.stringify({ kind: 'List', items, more: 1 }, undefined, indent);
        expect(valueOf(text)).toEqual([JSON.parse(text)]);
        expect(parseJson(text, 'a.json').problems).toEqual([]);
      }),
    );
  });

  it('keeps the place of each item and field', () => {
    const [document] = parseJson(list('{"a":1}', '\n {"b":\n[2]}'), 'a.json').documents;
    const part = document?.items[1];
    expect(document && part && positionOf({ ...document.origin, ...part }, ['b', 0])).toEqual({
      file: 'a.json',
      line: 3,
      column: 2,
    });
  });

  it('holds what items have in common once, and token volumes under the name of the first', () => {
    const pod = (token: string, cpu: string) =>
      `{"metadata":{"name":"p${token}","labels":{"app":"a-rather-long-name"}},"spec":{"containers":[{"name":"c","cpu":"${cpu}","mounts":["kube-api-access-${token}"]}],"x":{"a":1}}}`;
    const [value] = valueOf(list(pod('aaaaa', '1'), pod('bbbbb', '1'), pod('ccccc', '2'))) as [{ items: Pod[] }];
    interface Pod {
      readonly metadata: { readonly name: string; readonly labels: object };
      readonly spec: { readonly containers: readonly unknown[]; readonly x: object };
    }
    const [a, b, c] = value.items;
    expect(a?.spec.containers).toBe(b?.spec.containers);
    expect(a?.metadata.labels).toBe(c?.metadata.labels);
    expect(c?.spec.containers).toEqual([{ name: 'c', cpu: '2', mounts: ['kube-api-access-ccccc'] }]);
    expect([b?.metadata.name, b?.spec.x]).toEqual(['pbbbbb', { a: 1 }]);
  });

  it('holds what the status of neighbours has in common once', () => {
    const conditions = [{ type: 'Ready', status: 'True', lastTransitionTime: '2026-11-01T12:00:00Z' }];
    const pods = [
      { status: { conditions, statuses: [{ id: 'containerd://one-of-them' }] } },
      { status: { conditions, statuses: [{ id: 'containerd://two-of-them' }] } },
      { status: { conditions: [{ type: 'Ready', status: 'False' }], statuses: [{ id: 'containerd://two-of-them' }] } },
      { status: { conditions, statuses: [{ id: 'containerd://two-of-them' }] } },
    ];
    const [value] = valueOf(list(...pods.map((pod) => JSON.stringify(pod)))) as [{ items: typeof pods }];
    expect(value.items).toEqual(pods);
    // The first that says it is walked, and stays its own.
    const [, , third, fourth] = value.items;
    expect(fourth?.status.statuses).toBe(third?.status.statuses);
  });

  it.each([
    ['a key that is written twice', '{"a":{"b":1,"b":2}}', 1],
    ['one of them escaped', '{"a":{"b":1,"\\u0062":2}}', 1],
    ['an item that is cut off', '{"a":{"b":1}', 1],
    ['an item that is no map', '7', 0],
    ['an empty key', '{"spec":{"x":{"":0},"y":{"long":"long long long long"}}}', 0],
    ['no comma between', '{"a":1} {"a":1}', 1],
    ['a comma too many', '{"a":1},', 1],
    ['a control character', '{"a":"\u0001"}', 1],
  ])('is left to the strict walk with %s', (_, item, problems) => {
    const text = list(item);
    expect(parseJson(text, 'a.json').problems).toHaveLength(problems);
    if (problems === 0) {
      expect(scanItems(text, () => {})).toBeUndefined();
      expect(valueOf(text)).toEqual([JSON.parse(text)]);
    }
  });

  it('may have other text before or behind its items', () => {
    for (const text of [
      '{"items":[]}',
      '{"items":[{}],"kind":"x"}',
      '{"a":[1],"items":[{}]}',
      '[{"items":[]}]',
      '{"items":[{}]} {"items":[]}',
    ])
      expect(valueOf(text).length).toBe(text.includes('} {') ? 2 : 1);
    expect(parseJson('{"items":[{}],"items":[]}', 'a.json').problems).toHaveLength(1);
    expect(parseJson('{"items":[{}]', 'a.json').problems).toHaveLength(1);
    expect(parseJson('{"items":[{}]} x', 'a.json').problems).toHaveLength(1);
  });
});
