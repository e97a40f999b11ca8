import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse, parseAllDocuments, stringify } from 'yaml';
import { makeWorld } from '../../cli/world-inputs.ts';
import { unifiedDiff } from '../../report/unified-diff.ts';
import { check } from '../check.ts';
import type { Rule } from '../rule.ts';
import { rules } from '../rules/index.ts';
import { type Checked, fix, type Texts } from './fix.ts';
import { type EditStep, editYaml } from './yaml-edit.ts';

const pd03 = rules.filter(({ id }) => id === 'PD03');
const FILE = 'shop.yaml';

function checkTexts(texts: Texts, own: readonly Rule[] = pd03): Checked {
  const { world } = makeWorld({
    texts: [...texts].map(([file, text]) => ({ file, text, named: true })),
    named: [],
    kubernetesVersion: undefined,
  });
  return { world, list: check(world, { rules: own, failures: 0 }) };
}

const cart = `apiVersion: apps/v1
kind: Deployment
metadata: {name: cart, namespace: shop}
spec:
  replicas: 3
  selector: {matchLabels: {app: cart}}
  template:
    metadata: {labels: {app: cart}}
    spec:
      containers: [{name: cart, image: registry.example.com/cart:1.4.2}]
`;
const budgetless = `apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: cart, namespace: shop}
spec:
  maxUnavailable: 1
  selector:
    matchLabels: {app: cart}
`;
const block = `---
# The budget of cart.
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
    name: cart   # four blanks
    namespace: shop
spec:
    minAvailable: '100%' # all of them
    selector:
        matchLabels: {app: cart}  # its pods
# The end.
`;

describe('fix', () => {
  it('ends added lines as the text ends its own', () => {
    const text = `${cart}---\n${budgetless}`.replaceAll('\n', '\r\n');
    const texts = new Map([[FILE, text]]);
    const own = rules.filter(({ id }) => id === 'PD07' || id === 'PL01');
    const fixed = fix(texts, checkTexts(texts, own), (changed) => checkTexts(changed, own));
    expect(fixed.mended.map(({ rule }) => rule).toSorted()).toEqual(['PD07', 'PL01']);
    expect(fixed.texts.get(FILE)).not.toMatch(/(?<!\r)\n/);
  });

  it('changes only the lines of the patch', () => {
    const texts = new Map([[FILE, cart + block]]);
    const fixed = fix(texts, checkTexts(texts), checkTexts);
    expect(fixed.left).toEqual([]);
    expect(fixed.mended.map(({ rule }) => rule)).toEqual(['PD03']);
    expect(unifiedDiff(FILE, cart + block, fixed.texts.get(FILE) ?? '')).toBe(`--- a/shop.yaml
+++ b/shop.yaml
@@ -16,7 +16,7 @@
     name: cart   # four blanks
     namespace: shop
 spec:
-    minAvailable: '100%' # all of them
     selector:
         matchLabels: {app: cart}  # its pods
+    maxUnavailable: 1
 # The end.
`);
  });

  it.each([
    ['JSON', (value: unknown) => JSON.stringify(value, null, 2)],
    ['JSON in one line', (value: unknown) => JSON.stringify(value)],
    ['a List', (value: unknown) => stringify({ apiVersion: 'v1', kind: 'List', items: [value] })],
  ])('mends %s', (_, write) => {
    const texts = new Map([
      ['cart.yaml', cart],
      ['budget.json', write(parse(block))],
    ]);
    if (write({}).includes('List')) texts.set('budget.yaml', texts.get('budget.json') ?? '');
    if (write({}).includes('List')) texts.delete('budget.json');
    const fixed = fix(texts, checkTexts(texts), checkTexts);
    expect(fixed.left).toEqual([]);
    expect(checkTexts(fixed.texts).list.findings).toEqual([]);
  });

  it('leaves what it cannot prove', () => {
    const stubborn = pd03.map((rule): Rule => ({
      ...rule,
      *check({ budgets }) {
        for (const { sourced } of budgets)
          yield { on: sourced, path: ['spec'], message: 'M.', patch: [{ op: 'set', path: ['spec', 'a'], value: 1 }] };
      },
    }));
    const texts = new Map([[FILE, cart + block]]);
    const again = (changed: Texts): Checked => checkTexts(changed, stubborn);
    const fixed = fix(texts, again(texts), again);
    expect(fixed.texts).toEqual(texts);
    expect(fixed.left).toMatchObject([{ why: 'the finding is still there after it' }]);
  });

  it('leaves what is written nowhere that was given', () => {
    const texts = new Map([[FILE, cart + block]]);
    const fixed = fix(new Map(), checkTexts(texts), checkTexts);
    expect(fixed.left).toMatchObject([{ why: 'it is not written in a file that was given' }]);
  });
});

describe('fix with an object that is added', () => {
  const pd01 = rules.filter(({ id }) => id === 'PD01');
  const mend = (texts: Texts): ReturnType<typeof fix> =>
    fix(texts, checkTexts(texts, pd01), (changed) => checkTexts(changed, pd01));
  const budget = {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name: 'cart', namespace: 'shop' },
    spec: { maxUnavailable: 1, unhealthyPodEvictionPolicy: 'AlwaysAllow', selector: { matchLabels: { app: 'cart' } } },
  };
  const configMap = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: cart}\n';

  it('puts it behind the one that needs it', () => {
    const after = mend(new Map([[FILE, `${cart}---\n${configMap}`]])).texts.get(FILE) ?? '';
    expect(after.startsWith(`${cart}---\napiVersion: policy/v1\n`)).toBe(true);
    expect(after.endsWith(`---\n${configMap}`)).toBe(true);
    expect(parseAllDocuments(after)[1]?.toJS()).toEqual(budget);
  });

  it('puts it behind the last line that has no end', () => {
    const after = mend(new Map([[FILE, cart.trimEnd()]])).texts.get(FILE) ?? '';
    expect(parseAllDocuments(after)[1]?.toJS()).toEqual(budget);
  });

  it.each([
    ['YAML', (value: unknown) => stringify(value)],
    ['JSON', (value: unknown) => JSON.stringify(value, null, 2)],
    ['JSON in one line', (value: unknown) => JSON.stringify(value)],
  ])('puts it into a List of %s', (_, write) => {
    const items = [parse(cart) as unknown, parse(configMap) as unknown];
    const after = mend(new Map([[FILE, write({ apiVersion: 'v1', kind: 'List', items })]])).texts.get(FILE) ?? '';
    expect((parse(after) as { items: unknown[] }).items).toEqual([items[0], budget, items[1]]);
  });

  it('leaves a JSON file that holds one object', () => {
    const texts = new Map([['cart.json', JSON.stringify(parse(cart))]]);
    const fixed = mend(texts);
    expect(fixed.texts).toEqual(texts);
    expect(fixed.left).toMatchObject([{ why: 'it cannot be made by changing lines of the file' }]);
  });

  it('takes no name that another budget has', () => {
    const other = block.replace('{app: cart}', '{app: other}');
    const texts = new Map([[FILE, cart + other]]);
    expect(mend(texts).texts).toEqual(texts);
  });
});

describe('editYaml', () => {
  it.each([
    ['a: 1 # one\nb: 2\n', { op: 'replace', path: ['a'], value: 3 }, 'a: 3 # one\nb: 2\n'],
    [
      'a:\n  b: 1\n  # last\nc: 2\n',
      { op: 'add', path: ['a', 'd'], value: 'x' },
      'a:\n  b: 1\n  d: x\n  # last\nc: 2\n',
    ],
    ['a: 1', { op: 'add', path: ['b'], value: { c: [1] } }, 'a: 1\nb:\n  c:\n    - 1\n'],
    ['a: {b: 1, c: 2} # x\n', { op: 'remove', path: ['a', 'b'] }, 'a: {c: 2} # x\n'],
    ['a: {b: 1, c: 2}\n', { op: 'remove', path: ['a', 'c'] }, 'a: {b: 1}\n'],
    ['a: {}\n', { op: 'add', path: ['a', 'b'], value: 1 }, 'a: {"b": 1}\n'],
    ['- {a: 1}\n- b: 1\n  c: 2\n', { op: 'remove', path: [1, 'c'] }, '- {a: 1}\n- b: 1\n'],
    ['a: |\n  text\nb: 1\n', { op: 'remove', path: ['b'] }, 'a: |\n  text\n'],
    [
      'a:\n- b: 1 # one\n# end\n',
      { op: 'add', path: ['a', '-'], value: { b: [2] } },
      'a:\n- b: 1 # one\n- b:\n  - 2\n# end\n',
    ],
    ['a:\n  -\n    b: 1\nc: 2\n', { op: 'add', path: ['a', '-'], value: 3 }, 'a:\n  -\n    b: 1\n  - 3\nc: 2\n'],
    ['a: [1, 2] # x\n', { op: 'add', path: ['a', '-'], value: 3 }, 'a: [1, 2, 3] # x\n'],
  ] as readonly (readonly [string, EditStep, string])[])('%j %j', (text, step, expected) => {
    expect(editYaml(text, step)).toBe(expected);
  });

  it.each([
    ['- a: 1\n  b: 2\n', { op: 'remove', path: [0, 'a'] }],
    ['a:\n  b: 1\n', { op: 'remove', path: ['a', 'b'] }],
    ['a:\nb: 1\n', { op: 'replace', path: ['a'], value: 1 }],
    ['a: &x 1\nb: *x\n', { op: 'replace', path: ['a'], value: 2 }],
    ['a: [', { op: 'replace', path: ['a'], value: 2 }],
    ['a: 1\n', { op: 'add', path: ['b', 'c'], value: 2 }],
    ['a: []\n', { op: 'add', path: ['a', '-'], value: 2 }],
    ['a: {b: 1}\n', { op: 'add', path: ['a', '-'], value: 2 }],
  ] as readonly (readonly [string, EditStep])[])('leaves %j alone', (text, step) => {
    expect(editYaml(text, step)).toBeUndefined();
  });

  it('adds to the list that the patch names, or nothing', () => {
    const style = fc.constantFrom(
      (value: unknown) => stringify(value),
      (value: unknown) => stringify(value, { indent: 4, indentSeq: false }),
      (value: unknown) => JSON.stringify(value),
      (value: unknown) => JSON.stringify(value, null, 2),
    );
    const item = fc.oneof(
      fc.integer(),
      fc.constantFrom('t', 'a: b', '- x', '# c', 'l1\nl2\n'),
      fc.dictionary(fc.constantFrom('a', 'b'), fc.oneof(fc.integer(), fc.array(fc.integer(), { maxLength: 2 }))),
    );
    const holder = fc.record({ first: item, list: fc.array(item, { maxLength: 3 }), last: item });
    fc.assert(
      fc.property(holder, style, item, (value, write, added) => {
        const edited = editYaml(write(value), { op: 'add', path: ['list', '-'], value: added });
        if (edited === undefined) return;
        expect(parse(edited)).toEqual({ ...value, list: [...value.list, added] });
      }),
      { numRuns: 500 },
    );
  });

  it('makes the value that the patch makes, or nothing', () => {
    const key = fc.constantFrom('a', 'b', 'c', 'name', 'x-y');
    const leaf = fc.oneof(
      fc.integer(),
      fc.boolean(),
      fc.constantFrom('t', '', 'two words', 'a: b', '# c', "it's", 'l1\nl2\n'),
    );
    const tree = fc.letrec<{ node: unknown; map: Record<string, unknown> }>((tie) => ({
      node: fc.oneof({ depthSize: 'small' }, leaf, tie('map'), fc.array(tie('map'), { maxLength: 2 })),
      map: fc.dictionary(key, tie('node'), { maxKeys: 3 }),
    })).map;
    const style = fc.constantFrom(
      (value: unknown) => stringify(value),
      (value: unknown) => stringify(value, { indent: 4, indentSeq: false }),
      (value: unknown) => JSON.stringify(value),
      (value: unknown) => JSON.stringify(value, null, 2),
    );
    fc.assert(
      fc.property(
        tree,
        style,
        fc.array(key, { minLength: 1, maxLength: 3 }),
        fc.option(leaf, { nil: undefined }),
        (value, write, path, to) => {
          const parent = path
            .slice(0, -1)
            .reduce<unknown>((here, step) => (here as Record<string, unknown> | undefined)?.[step], value);
          const last = path.at(-1) ?? '';
          const there = parent !== null && typeof parent === 'object' && Object.hasOwn(parent, last);
          if (parent === undefined || parent === null || typeof parent !== 'object' || Array.isArray(parent)) return;
          if (to === undefined && !there) return;
          const text = write(value);
          const edited = editYaml(text, {
            op: to === undefined ? 'remove' : there ? 'replace' : 'add',
            path,
            value: to,
          });
          if (edited === undefined) return;
          const expected = structuredClone(value);
          const target = path
            .slice(0, -1)
            .reduce<Record<string, unknown>>((here, step) => here[step] as Record<string, unknown>, expected);
          if (to === undefined) delete target[last];
          else target[last] = to;
          expect(parse(edited)).toEqual(expected);
        },
      ),
      { numRuns: 1_000 },
    );
  });
});

describe('unifiedDiff', () => {
  it('is what patch takes', () => {
    const lines = Array.from({ length: 30 }, (_, index) => `line ${index}`);
    const before = `${lines.join('\n')}\n`;
    const after = `${['new', ...lines.slice(0, 20), 'other', ...lines.slice(21)].join('\n')}\n`;
    const diff = unifiedDiff('f', before, after);
    expect(diff.match(/^@@ .*$/gm)).toEqual(['@@ -1,3 +1,4 @@', '@@ -18,7 +19,7 @@']);
    expect(unifiedDiff('f', before, before)).toBe('');
  });

  it('says where a text has no last line end, and which lines there are in an empty one', () => {
    expect(unifiedDiff('f', 'a\nb', 'a\nb\nc\n')).toBe(
      '--- a/f\n+++ b/f\n@@ -1,2 +1,3 @@\n a\n-b\n\\ No newline at end of file\n+b\n+c\n',
    );
    expect(unifiedDiff('f', 'a\nb', 'c\nb')).toBe(
      '--- a/f\n+++ b/f\n@@ -1,2 +1,2 @@\n-a\n+c\n b\n\\ No newline at end of file\n',
    );
    expect(unifiedDiff('f', '', 'a\n')).toBe('--- a/f\n+++ b/f\n@@ -0,0 +1,1 @@\n+a\n');
  });

  it('names files with blanks and quotes as git does', () => {
    expect(unifiedDiff('a b.yaml', 'a\n', 'b\n')).toMatch(/^--- a\/a b\.yaml\t\n\+\+\+ b\/a b\.yaml\t\n/);
    for (const file of ['./b/a.yaml', 'b/./a.yaml', '/b//a.yaml', './/b/a.yaml'])
      expect(unifiedDiff(file, 'a\n', 'b\n')).toMatch(/^--- a\/b\/a\.yaml\n/);
    expect(unifiedDiff('b./a.yaml', 'a\n', 'b\n')).toMatch(/^--- a\/b\.\/a\.yaml\n/);
    expect(unifiedDiff('a"\n.yaml', 'a\n', 'b\n')).toContain('--- "a/a\\"\\012.yaml"\n');
  });
});
