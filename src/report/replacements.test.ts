import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyReplacements } from '../../test/unit/sarif-consumer.ts';
import { replacementsOf } from './replacements.ts';

describe('replacements', () => {
  it.each([
    ['a\nb\nc\n', 'a\nB\nc\n', [[2, 1, 2, 2, 'B']]],
    ['a\nb\nc\n', 'a\nb\nx\nc\n', [[3, 1, 3, 1, 'x\n']]],
    ['a\nb\nc\n', 'a\nc\n', [[2, 1, 3, 1, '']]],
    ['a\nb\n', 'a\nb\nc\n', [[2, 2, 2, 2, '\nc']]],
    ['a', 'a\nb', [[1, 1, 1, 2, 'a\nb']]],
    ['a\nb\n', 'a\n', [[2, 1, 3, 1, '']]],
    ['', 'a\n', [[1, 1, 1, 1, 'a\n']]],
    ['a\r\nb\r\nc\r\n', 'a\r\nB\r\nc\r\n', [[2, 1, 2, 2, 'B']]],
    [
      'a\nb\nc\nd\n',
      'A\nb\nc\nD\n',
      [
        [1, 1, 1, 2, 'A'],
        [4, 1, 4, 2, 'D'],
      ],
    ],
    ['same\n', 'same\n', []],
  ] as const)('%j → %j', (before, after, expected) => {
    const found = replacementsOf(before, after);
    expect(
      found.map(({ startLine, startColumn, endLine, endColumn, inserted }) => [
        startLine,
        startColumn,
        endLine,
        endColumn,
        inserted,
      ]),
    ).toEqual(expected);
    expect(applied(before, after)).toBe(after);
  });

  it('applied by a reader of SARIF make the second text of the first, and name only places that there are', () => {
    const text = fc
      .array(fc.constantFrom('a', 'b', '', '  c: 1', 'ü'), { maxLength: 8 })
      .chain((lines) => fc.constantFrom('\n', '\r\n').map((end) => lines.join(end)));
    fc.assert(
      fc.property(text, text, (before, after) => {
        expect(applied(before, after)).toBe(after);
      }),
      { numRuns: 2_000 },
    );
  });
});

function applied(before: string, after: string): string {
  const told = replacementsOf(before, after).map(({ inserted, ...deletedRegion }) => ({
    deletedRegion,
    insertedContent: { text: inserted },
  }));
  return applyReplacements(before, told);
}
