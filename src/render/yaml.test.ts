import fc from 'fast-check';
import { load } from 'js-yaml';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { writeSortedYaml, writeYaml } from './yaml.ts';

const words = [
  'on',
  'On',
  'off',
  'yes',
  'No',
  'y',
  'N',
  'true',
  'null',
  '~',
  'Null',
  '12:30:45',
  '1:30',
  '014',
  '0o14',
  '0x1f',
  '0b11',
  '1_000',
  '685_230.15',
  '.5',
  '1.',
  '+1',
  '-0',
  '1e3',
  '1E3',
  'e0',
  'E12',
  '+e1',
  '1_0.e5',
  '.inf',
  '.NaN',
  '2001-01-01',
  '2001-12-14t21:59:43.10-05:00',
  '=',
  '<<',
  '',
  ' a',
  'a ',
  'a: b',
  'a #b',
  '# c',
  '- a',
  '-',
  '?',
  '!x',
  '&x',
  '*x',
  '@a',
  '`a',
  '%a',
  '|',
  '>',
  '---',
  '...',
  '{a}',
  '[a]',
  '"a"',
  "'a'",
  'a\nb',
  'a\n',
  'a\n\n',
  ' a\nb\n',
  'a\r\nb',
  '\ta',
  '\u0007',
  '\u0085',
  '\u2028',
  '\ufeff',
  '😀',
  '100m',
  '10Gi',
  '*/15 * * * *',
];

const readers = [
  ['js-yaml, YAML 1.2', (text: string): unknown => load(text)],
  ['yaml, YAML 1.2', (text: string): unknown => parse(text)],
  ['yaml, YAML 1.1', (text: string): unknown => parse(text, { version: '1.1' })],
] as const;

describe.each(readers)('read by %s', (_, read) => {
  it.each(words)('%j stays text, as value and as key', (word) => {
    const value = { plain: word, list: [word], [word]: 'key' };
    expect(read(writeYaml(value))).toEqual(value);
    expect(read(writeSortedYaml(value))).toEqual(value);
  });

  it('any value stays what it is', () => {
    const leaf = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom(...words),
      fc.integer(),
      fc.boolean(),
      fc.constant(null),
    );
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof(
        { maxDepth: 4 },
        leaf,
        fc.array(tie('tree'), { maxLength: 4 }),
        fc.dictionary(fc.oneof(fc.constantFrom(...words), fc.string({ maxLength: 8 })), tie('tree'), { maxKeys: 4 }),
      ),
    }));
    fc.assert(
      fc.property(tree, (value) => {
        const copy: unknown = JSON.parse(JSON.stringify({ value }));
        expect(read(writeSortedYaml(copy))).toEqual(copy);
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('order of keys', () => {
  it('puts metadata first, names before the rest, status last', () => {
    const text = writeSortedYaml({
      status: {},
      spec: { b: 1, a: [{ image: 'x', name: 'c' }] },
      data: {},
      metadata: { labels: {}, namespace: 'ns', name: 'm' },
      kind: 'K',
      apiVersion: 'v1',
    });
    expect(text).toBe(
      'apiVersion: v1\nkind: K\nmetadata:\n  name: m\n  namespace: ns\n  labels: {}\nspec:\n  a:\n    - name: c\n      image: x\n  b: 1\ndata: {}\nstatus: {}\n',
    );
  });

  it('leaves out what is undefined and gives equal bytes for equal values', () => {
    expect(writeSortedYaml({ b: 1, a: undefined, c: { e: 1, d: 2 } })).toBe(
      writeSortedYaml({ c: { d: 2, e: 1 }, b: 1 }),
    );
  });

  it('never folds or aliases', () => {
    const shared = { text: 'word '.repeat(80).trim() };
    expect(writeYaml({ a: shared, b: shared })).toBe(`a:\n  text: ${shared.text}\nb:\n  text: ${shared.text}\n`);
  });
});
