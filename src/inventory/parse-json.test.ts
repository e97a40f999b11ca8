import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatPosition } from '../core/error.ts';
import { positionOf } from './origin.ts';
import { parseJson } from './parse-json.ts';

const problem = (text: string) => {
  const [first] = parseJson(text, 'a.json').problems;
  return first && [first.code, first.at && formatPosition(first.at), first.message];
};

describe('JSON', () => {
  it('may be several values one after another', () => {
    expect(
      parseJson(' {"a": 1}\n{"b": [true, null, -1.5e3]} "x" ', 'a.json').documents.map(({ value }) => value),
    ).toEqual([{ a: 1 }, { b: [true, null, -1500] }, 'x']);
    expect(parseJson('\n', 'a.json')).toEqual({ documents: [], problems: [] });
  });

  it.each([
    ['{"a": 1,\n "b": }', ['not-json', 'a.json:2:7', 'is not JSON: found "}" where a value is expected']],
    ['{"a": 1', ['not-json', 'a.json:1:8', 'is not JSON: the text ends where "," or "}" is expected']],
    ['{"a" 1}', ['not-json', 'a.json:1:6', 'is not JSON: found "1" where ":" after the key is expected']],
    ['{a: 1}', ['not-json', 'a.json:1:2', 'is not JSON: found "a" where a key in double quotes is expected']],
    ['[1, 2', ['not-json', 'a.json:1:6', 'is not JSON: the text ends where "," or "]" is expected']],
    ['{"a": "x', ['not-json', 'a.json:1:7', 'is not JSON: the string that begins here does not end']],
    ['{"a": "x\ny"}', ['not-json', 'a.json:1:9', 'is not JSON: the character "\\n" must be escaped in a string']],
    ['{"a": \0}', ['nul-byte', 'a.json:1:7', 'the text holds a NUL byte']],
    ['['.repeat(400), ['not-json', 'a.json:1:258', 'is not JSON: nested deeper than 256 levels']],
    [
      '{"a": {"b": 1,\n"b": 2}}',
      ['duplicate-key', 'a.json:2:1', 'the key "b" is written twice in one map, first in line 1'],
    ],
  ])('%j is told with its place', (text, expected) => {
    expect(problem(text)).toEqual(expected);
  });

  it('keeps the values before a fault', () => {
    expect(parseJson('{"a": 1} {"b"', 'a.json').documents.map(({ value }) => value)).toEqual([{ a: 1 }]);
  });

  it('is what JSON.parse takes, no more and no less', () => {
    const near = fc.json().chain((text) =>
      fc.oneof(
        fc.constant(text),
        fc.nat(text.length).map((end) => text.slice(0, end)),
        fc
          .tuple(fc.nat(text.length), fc.constantFrom(',', '"', '}', ']', '0', '-', '.', 'e', '\\', '{', ' '))
          .map(([place, extra]) => text.slice(0, place) + extra + text.slice(place)),
      ),
    );
    fc.assert(
      fc.property(near, (text) => {
        const { documents, problems } = parseJson(text, 'a.json');
        const twice = problems.some(({ code }) => code === 'duplicate-key');
        const expected = parsed(text);
        if (expected !== undefined && !twice) expect(documents.map(({ value }) => value)).toEqual([expected]);
        else expect(problems.length + Math.abs(documents.length - 1)).toBeGreaterThan(0);
        for (const { at } of problems) expect(at?.line).toBeGreaterThan(0);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('the place of a field in JSON', () => {
  const text = '{\n  "kind": "List",\n  "items": [\n    {"a": {"b\\u0063": [1, {"x": 2}]}},\n    {"c": 3}\n  ]\n}';
  const place = (...path: (string | number)[]) => {
    const [document] = parseJson(text, 'a.json').documents;
    return document && formatPosition(positionOf(document.origin, path));
  };

  it('is that of its key, its element, or the nearest parent', () => {
    expect(place()).toBe('a.json:1:1');
    expect(place('items')).toBe('a.json:3:3');
    expect(place('items', 0, 'a', 'bc', 1, 'x')).toBe('a.json:4:28');
    expect(place('items', 1)).toBe('a.json:5:5');
    expect(place('items', 1, 'gone', 'x')).toBe('a.json:5:5');
  });

  it('of an item of a list is found within its own text', () => {
    const [document] = parseJson(text, 'a.json').documents;
    expect(document?.items.map((part) => part && text.slice(part.start, part.end))).toEqual([
      '{"a": {"b\\u0063": [1, {"x": 2}]}}',
      '{"c": 3}',
    ]);
  });
});

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
