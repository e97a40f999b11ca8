import fc from 'fast-check';
import { stringify } from 'yaml';
import { describe, expect, it } from 'vitest';
import { formatPosition } from '../core/error.ts';
import { at } from '../kubernetes/objects.ts';
import { positionOf } from './origin.ts';
import { parseYaml } from './parse-yaml.ts';

const values = (text: string) => parseYaml(text, 'a.yaml').documents.map(({ value }) => value);
const problems = (text: string) => parseYaml(text, 'a.yaml').problems;
const firstProblem = (text: string) => {
  const [problem] = problems(text);
  return problem && { code: problem.code, at: problem.at && formatPosition(problem.at), message: problem.message };
};

describe('YAML as Kubernetes reads it', () => {
  it('takes unquoted yes, no, on, off, y and n for booleans, as keys too', () => {
    expect(values('a: on\nb: No\nc: "yes"\ny: 1\n')).toEqual([{ a: true, b: false, c: 'yes', true: 1 }]);
  });

  it('takes a leading 0 for octal, and dates for text', () => {
    expect(values('mode: 0644\neight: 08\ndate: 2024-01-01\nport: 8_080\n')).toEqual([
      { mode: 420, eight: 8, date: '2024-01-01', port: 8080 },
    ]);
  });

  it('makes text of keys that are none', () => {
    expect(values('8080: web\n1.5: x\ntrue: z\n')).toEqual([{ 8080: 'web', 1.5: 'x', true: 'z' }]);
    expect(firstProblem('~: x\n')).toMatchObject({ code: 'not-yaml' });
  });

  it('merges and follows anchors, without reaching a prototype', () => {
    expect(values('base: &b {x: 1, y0: 2}\nuse:\n  <<: *b\n  x: 3\n')).toEqual([
      { base: { x: 1, y0: 2 }, use: { x: 3, y0: 2 } },
    ]);
    const [value] = values('__proto__: {polluted: 1}\n');
    expect(Object.hasOwn(value as object, '__proto__')).toBe(true);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it('reads CRLF, a byte order mark, directives, comments and end marks', () => {
    expect(values('\uFEFFa: 1\r\nb:\r\n- c\r\n')).toEqual([{ a: 1, b: ['c'] }]);
    expect(values('%YAML 1.1\n---\na: 1\n...\n# nothing\n---\n# nothing either\n---\nb: 2\n')).toEqual([
      { a: 1 },
      { b: 2 },
    ]);
    expect(values('')).toEqual([]);
  });

  it('cuts documents at marker lines only', () => {
    expect(values('a: |\n  ---\n  x\n--- # second\nb: "--- no"\n---c: 1\n')).toEqual([
      { a: '---\nx\n' },
      { b: '--- no', '---c': 1 },
    ]);
    expect(values('--- {a: 1}\n--- {b: 2}\n')).toEqual([{ a: 1 }, { b: 2 }]);
  });
});

describe('a bad document', () => {
  it('costs only itself', () => {
    const text = 'a: 1\n---\nb: [1\n---\nc: 3\n';
    expect(values(text)).toEqual([{ a: 1 }, { c: 3 }]);
    expect(problems(text)).toHaveLength(1);
  });

  it('names both lines of a key that is written twice', () => {
    expect(firstProblem('x: 1\n---\nmetadata:\n  name: a\n  labels: {}\n  name: b\n')).toEqual({
      code: 'duplicate-key',
      at: 'a.yaml:6:3',
      message: 'the key "name" is written twice in one map, first in line 4',
    });
    expect(problems('a: 1\na: 2\nb: {c: 1, c: 2}\n')).toHaveLength(2);
  });

  it.each([
    ['a:\n\t- b\n', 'not-yaml', 'a.yaml:2:1', 'Indent with spaces, not with tabs.'],
    [
      'ok: 1\n---\nname: {{ .Values.name }}\n',
      'not-yaml',
      'a.yaml:3:8',
      'This looks like a template of a Helm chart; give the chart with --chart DIR, or what `helm template` writes.',
    ],
    [
      'x: a\0b\n',
      'nul-byte',
      'a.yaml:1:5',
      'A file in UTF-16, or one cut off by a full disk, looks like this; convert or restore it.',
    ],
    ['x: .inf\n', 'not-yaml', 'a.yaml:1:4', undefined],
    ['x: *gone\n', 'not-yaml', 'a.yaml:1:5', undefined],
    [`x: ${'['.repeat(300)}\n`, 'too-deep', 'a.yaml:1:259', undefined],
    ['a: "open\n', 'not-yaml', 'a.yaml:2:1', undefined],
  ])('%j is told with its place', (text, code, place, hint) => {
    const [problem] = problems(text);
    expect({ code: problem?.code, at: problem?.at && formatPosition(problem.at), hint: problem?.hint }).toEqual({
      code,
      at: place,
      hint,
    });
  });

  it('says of an alias within its own anchor that it never ends', () => {
    expect(firstProblem('a: 1\nb: &x {c: [d, *x]}\n')).toEqual({
      code: 'endless-alias',
      at: 'a.yaml:2:15',
      message: 'the alias stands within the value of its own anchor, which would never end',
    });
    expect(values('a: &x {b: &x 1, c: *x}\nd: *x\n')).toEqual([{ a: { b: 1, c: 1 }, d: 1 }]);
  });

  it('speaks of tabs only where there is one', () => {
    expect(problems('a: {<<: 5}\n')[0]?.hint).toBeUndefined();
    expect(problems('a:\n\tb: 1\n')[0]?.hint).toBe('Indent with spaces, not with tabs.');
  });

  it('does not blow up: a few lines of aliases that stand for millions of values', () => {
    const level = (name: string, of: string) => `${name}: &${name} [${Array.from({ length: 9 }, () => of).join(', ')}]`;
    const bomb = [
      'a: &a x',
      level('b', '*a'),
      level('c', '*b'),
      level('d', '*c'),
      level('e', '*d'),
      level('f', '*e'),
      level('g', '*f'),
      level('h', '*g'),
    ].join('\n');
    expect(firstProblem(bomb)).toMatchObject({ code: 'too-many-aliases' });
    expect(values('a: &a [1, 2]\nb: [*a, *a]\n')).toEqual([
      {
        a: [1, 2],
        b: [
          [1, 2],
          [1, 2],
        ],
      },
    ]);
  });

  it('never throws, and every problem has a place, whatever the text', () => {
    const pieces = fc.constantFrom(
      'a',
      ': ',
      '- ',
      '\n',
      '  ',
      '\t',
      '{',
      '}',
      '[',
      ']',
      '"',
      "'",
      '|',
      '>',
      '&x ',
      '*x',
      '!t ',
      '---\n',
      '...\n',
      '#',
      '\0',
      '%',
      '? ',
      '<<',
      '\r',
      '0',
      '.inf',
      ',',
    );
    const text = fc.oneof(
      fc.array(pieces, { maxLength: 40 }).map((parts) => parts.join('')),
      fc.string({ unit: 'binary', maxLength: 60 }),
    );
    fc.assert(
      fc.property(text, (input) => {
        for (const problem of problems(input)) {
          expect(problem.at?.line).toBeGreaterThan(0);
          expect(problem.at?.column).toBeGreaterThan(0);
        }
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('the place of a field', () => {
  const text = `# comment
apiVersion: v1
kind: Pod
metadata:
  name: "a"
---
kind: List
items:
- kind: A
  spec:
    containers:
    - name: x
      'ports': [80, 90]
- kind: B
  spec: {deep: {er: 1}}
`;
  const places = (index: number, ...path: (string | number)[]) => {
    const document = parseYaml(text, 'a.yaml').documents[index];
    return document && formatPosition(positionOf(document.origin, path));
  };

  it('is that of its key, of a list item, or of the nearest parent that is written', () => {
    expect(places(0)).toBe('a.yaml:2:1');
    expect(places(0, 'metadata', 'name')).toBe('a.yaml:5:3');
    expect(places(0, 'metadata', 'labels', 'app')).toBe('a.yaml:4:1');
    expect(places(1, 'items', 0, 'spec', 'containers', 0)).toBe('a.yaml:12:7');
    expect(places(1, 'items', 0, 'spec', 'containers', 0, 'ports', 1)).toBe('a.yaml:13:21');
    expect(places(1, 'items', 1, 'spec', 'deep', 'er')).toBe('a.yaml:15:17');
    expect(places(1, 'items', 7)).toBe('a.yaml:8:1');
  });

  it('of an item of a list is found within its own lines', () => {
    const [, list] = parseYaml(text, 'a.yaml').documents;
    const part = list?.items[0];
    expect(part && text.slice(part.start, part.end)).toBe(
      "- kind: A\n  spec:\n    containers:\n    - name: x\n      'ports': [80, 90]",
    );
    expect(list?.items[1]).toBeUndefined();
  });

  it('points at the very value, for any document in any style', () => {
    const name = fc
      .stringMatching(/^[a-z]{1,6}$/)
      .filter((key) => !['y', 'n', 'on', 'no', 'yes', 'off', 'null', 'true', 'false'].includes(key));
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof(
        { depthSize: 'small' },
        tie('leaf'),
        fc.dictionary(name, tie('tree'), { maxKeys: 4 }),
        fc.array(tie('tree'), { maxLength: 3 }),
      ),
      leaf: fc.oneof(fc.nat(), fc.constant('marker text'), fc.boolean()),
    }));
    fc.assert(
      fc.property(fc.dictionary(name, tree, { minKeys: 1, maxKeys: 4 }), fc.boolean(), (value, flow) => {
        const written = stringify(value, { collectionStyle: flow ? 'flow' : 'any' });
        const [document] = parseYaml(written, 'a.yaml').documents;
        expect(document?.value).toEqual(value);
        for (const path of pathsOf(value)) {
          const { line, column } = positionOf(document?.origin as never, path);
          const rest = written.split('\n')[line - 1]?.slice(column - 1) ?? '';
          const last = path.at(-1);
          if (typeof last === 'string') expect(rest.startsWith(last) || rest.startsWith(`"${last}"`)).toBe(true);
          else if (typeof at(value, ...path) !== 'object')
            expect(rest.startsWith(String(at(value, ...path)))).toBe(true);
        }
      }),
    );
  });
});

function pathsOf(value: unknown, path: readonly (string | number)[] = []): readonly (readonly (string | number)[])[] {
  if (typeof value !== 'object' || value === null) return path.length === 0 ? [] : [path];
  const children = Array.isArray(value) ? value.map((child, index) => [index, child] as const) : Object.entries(value);
  return [...(path.length === 0 ? [] : [path]), ...children.flatMap(([key, child]) => pathsOf(child, [...path, key]))];
}
