import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseTime } from './time.ts';

describe('times', () => {
  it('are read as the calendar has them', () => {
    fc.assert(
      fc.property(fc.integer({ min: -62_135_596_800, max: 253_402_300_799 }), (seconds) => {
        expect(parseTime(new Date(seconds * 1_000).toISOString())).toBe(seconds);
      }),
    );
  });

  it('may carry an offset, and lose parts of a second', () => {
    expect(parseTime('1970-01-01T02:00:01.999+02:00')).toBe(1);
    expect(parseTime('1969-12-31T22:30:00-01:30')).toBe(0);
  });

  it('are undefined when they are none', () => {
    for (const wrong of [
      '',
      '2026-02-29T00:00:00Z',
      '2026-13-01T00:00:00Z',
      '2026-01-01',
      7,
      null,
      '2026-01-01T24:00:00Z',
    ])
      expect(parseTime(wrong)).toBeUndefined();
  });
});
