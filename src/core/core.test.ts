import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addressAt, overlaps, parseCidr, sizeOf } from './cidr.ts';
import { formatDuration, parseDuration, sayDuration } from './duration.ts';
import { sorted, stableJson } from './json.ts';
import { formatMoney, parseMoney } from './money.ts';
import { nearest } from './nearest.ts';
import { formatPercent, parsePercent } from './percent.ts';
import { formatBytes, formatCpu, parseBytes, parseCpu, parseMilli, parseQuantity } from './quantity.ts';
import { seeded } from './random.ts';
import { formatPerMinute, parseRate } from './rate.ts';

describe('durations', () => {
  it.each([
    ['500ms', 500],
    ['2m', 120_000],
    ['1h30m', 5_400_000],
    ['1.5s', 1_500],
    ['14d', 1_209_600_000],
    ['0', 0],
  ])('%s is %d ms', (text, millis) => expect(parseDuration(text)).toBe(millis));
  it.each(['', '5', '2 minutes', 'm', '-1s', '1s ', '1y'])('%j is none', (text) =>
    expect(parseDuration(text)).toBeUndefined(),
  );
  it('formats what it parses', () =>
    fc.assert(
      fc.property(fc.nat(10 ** 12), (millis) => {
        expect(parseDuration(formatDuration(millis))).toBe(millis);
      }),
    ));
  it.each([
    [45_900, '45.9 s'],
    [356_000, '5 m 56 s'],
    [119_999, '2 m'],
    [86_399_999, '1 d'],
    [436_000, '7 m 16 s'],
    [0, '0 ms'],
  ])('says %d as %s', (millis, text) => expect(sayDuration(millis)).toBe(text));
});

describe('quantities', () => {
  it.each([
    ['1', 1],
    ['1.5Gi', 1_610_612_736],
    ['1e3', 1_000],
    ['100m', 1],
    ['0.1', 1],
    ['5k', 5_000],
    ['1E', 10 ** 18],
    ['.5Mi', 524_288],
    ['1n', 1],
  ])('%s is %d whole units, rounded up', (text, value) => expect(parseQuantity(text)).toBe(value));
  it.each([
    ['500m', 500],
    ['2', 2_000],
    ['0.0001', 1],
    ['1u', 1],
    ['1.5', 1_500],
  ])('%s is %d thousandths', (text, value) => expect(parseMilli(text)).toBe(value));
  it.each(['', 'x', '1.2.3', '1 Gi', '1gi', '--1', 'Gi', '1Kib', '1e', '1e99'])('%j is none', (text) =>
    expect(parseQuantity(text)).toBeUndefined(),
  );
  it('formats what it parses', () =>
    fc.assert(
      fc.property(fc.nat(2 ** 31), (value) => {
        expect(parseBytes(formatBytes(value * 1024))).toBe(value * 1024);
        expect(parseCpu(formatCpu(value))).toBe(value);
      }),
    ));
});

describe('shares, rates, money', () => {
  it('reads what people write', () => {
    expect(parsePercent('99.99%')).toBe(0.9999);
    expect(parsePercent('100.01%')).toBeUndefined();
    expect(parseRate('50/min')).toBeCloseTo(50 / 60, 12);
    expect(parseRate('50')).toBeUndefined();
    expect(parseMoney('12.50 EUR')).toEqual({ amount: 12.5, currency: 'EUR' });
    expect(parseMoney('USD 5')).toBeUndefined();
  });
  it('writes it back', () => {
    expect(formatPercent(0.9999)).toBe('99.99%');
    expect(formatPerMinute(50 / 60)).toBe('50/min');
    expect(formatMoney({ amount: 12.5, currency: 'EUR' })).toBe('12.50 EUR');
  });
});

describe('address ranges', () => {
  it('knows size, overlap and addresses', () => {
    const nodes = parseCidr('10.0.0.0/16');
    const pods = parseCidr('10.0.128.0/17');
    const other = parseCidr('10.1.0.0/16');
    if (!nodes || !pods || !other) throw new Error('ranges');
    expect(sizeOf(nodes)).toBe(65_536);
    expect(overlaps(nodes, pods)).toBe(true);
    expect(overlaps(nodes, other)).toBe(false);
    expect(addressAt(nodes, 266)).toBe('10.0.1.10');
    const wide = parseCidr('fd00::/64') ?? nodes;
    expect(addressAt(wide, 10)).toBe('fd00::a');
    expect(sizeOf(wide)).toBe(2 ** 32);
    expect(addressAt(wide, sizeOf(wide) - 1)).toBe('fd00::ffff:ffff');
  });
  it.each(['10.0.0.1/16', '10.0.0.0', '10.0.0.0/33', 'x/8', ''])('%j is none', (text) =>
    expect(parseCidr(text)).toBeUndefined(),
  );
});

describe('words, order, chance', () => {
  it('finds a slip, not a stranger', () => {
    expect(nearest('apiAvailabilty', ['apiAvailability', 'rpo'])).toBe('apiAvailability');
    expect(nearest('zebra', ['apiAvailability', 'rpo'])).toBeUndefined();
  });
  it('gives equal bytes for equal values', () => {
    expect(stableJson({ b: 1, a: [{ d: 1, c: undefined }] })).toBe('{"a":[{"d":1}],"b":1}');
    expect(sorted(null)).toBeNull();
  });
  it('is the same for the same seed', () => {
    const draw = (seed: number): readonly number[] =>
      Array.from(
        { length: 5 },
        (
          (random) => () =>
            random.next()
        )(seeded(seed)),
      );
    expect(draw(7)).toEqual(draw(7));
    expect(draw(7)).not.toEqual(draw(8));
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 1, max: 1_000 }), (seed, below) => seeded(seed).int(below) < below),
    );
  });
});
