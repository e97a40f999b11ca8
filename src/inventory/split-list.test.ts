import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readInventory } from './inventory.ts';
import { positionOf } from './origin.ts';
import { readTexts } from './read.ts';

async function* chunksOf(text: string, size: number) {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

const read = (text: string, { chunk = 7, wholeBytes = 10, partBytes = 40 } = {}) =>
  readTexts(['-'], { stdin: chunksOf(text, chunk), wholeBytes, partBytes });

const object = (name: string, note: string) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'shop', annotations: { note, list: '[{,"' } },
  data: { items: '[', 'a"b': note },
});

describe('a list too large for one string', () => {
  it('is read as it would be in one, with the place of each object', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.string({ unit: 'grapheme' }), { minLength: 1, maxLength: 6 }),
        fc.record({ chunk: fc.integer({ min: 1, max: 90 }), partBytes: fc.integer({ min: 1, max: 900 }) }),
        fc.constantFrom(1, 4),
        fc.boolean(),
        async (notes, sizes, indent, itemsFirst) => {
          const items = notes.map((note, at) => object(`n${at}`, note));
          const about = { metadata: { resourceVersion: '' }, other: [{ items: [1, 2] }] };
          const list = itemsFirst
            ? { apiVersion: 'v1', items, kind: 'List', ...about }
            : { apiVersion: 'v1', kind: 'List', ...about, items };
          const text = JSON.stringify(list, undefined, indent);
          const whole = readInventory([{ file: '<stdin>', named: true, text }]);
          const { texts, problems } = await read(text, sizes);
          const split = readInventory(texts);
          expect([...problems, ...split.problems]).toEqual([]);
          expect(split.objects.map(({ object: read }) => read)).toEqual(items);
          expect(whole.objects.map(({ object: read }) => read)).toEqual(items);
          expect(split.objects.map(({ origin }) => positionOf(origin, ['data', 'items']))).toEqual(
            whole.objects.map(({ origin }) => positionOf(origin, ['data', 'items'])),
          );
        },
      ),
    );
  });

  it('is cut where it can be', async () => {
    const items = ['a', 'b', 'c', 'd'].map((name) => object(name, ''));
    const text = JSON.stringify({ apiVersion: 'v1', kind: 'List', items });
    const { texts } = await read(text, { partBytes: 100 });
    expect(texts).toHaveLength(4);
    expect(texts.map(({ text: part }) => JSON.parse(part))).toEqual(
      items.map((item) => ({ apiVersion: 'v1', kind: 'List', items: [item] })),
    );
    expect((await read('{"kind":"List","items":[ ]}')).texts.map(({ text: part }) => JSON.parse(part))).toEqual([
      { kind: 'List', items: [] },
    ]);
  });

  it.each([
    ['no list', '{"kind":"ConfigMap","data":{"a":"a rather long value"}}'],
    ['a list of another kind', '{"kind":"Shop","items":[{"a":1},{"a":2}]}'],
    ['cut off', '{"kind":"List","items":[{"a":1},{"a":2}'],
    ['cut off behind its items', '{"kind":"List","items":[{"a":1},{"a":2}]'],
    ['followed by another', '{"kind":"List","items":[{"a":1}]}{"kind":"List","items":[{"a":1}]}'],
    ['with two lists of items', '{"kind":"List","items":[{"a":1}],"items":[{"a":1}]}'],
    ['with a comma too many', '{"kind":"List","items":[{"a":1},{"a":1},]}'],
    ['YAML', 'kind: List\nitems:\n- a: 1\n- a: 2\n'],
  ])('is refused when it is %s', async (_, text) => {
    const { texts, problems } = await read(text, { partBytes: 1 });
    expect(texts).toEqual([]);
    expect(problems.map(({ code }) => code)).toEqual(['too-large']);
  });

  it('says where an item is not JSON, and where a byte is not UTF-8', async () => {
    const text = '{"kind":"List","items":[\n{"a":1},\n{"b":tru}\n]}';
    const { texts } = await read(text, { partBytes: 1 });
    expect(readInventory(texts).problems.map(({ code, at }) => [code, at?.line])).toContainEqual(['not-json', 3]);
    const bytes = Buffer.from('{"kind":"List","items":[\n{"a":1},\n{"b":"?"}\n]}');
    bytes[bytes.indexOf('?')] = 0xff;
    async function* stdin() {
      yield bytes;
    }
    const { problems } = await readTexts(['-'], { stdin: stdin(), wholeBytes: 10, partBytes: 1 });
    expect(problems.map(({ code, at }) => [code, at?.line, at?.column])).toEqual([['not-utf8', 3, 7]]);
  });
});
