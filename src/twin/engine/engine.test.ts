import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DRAW, chanceOf } from './chance.ts';
import { clockOf } from './clock.ts';
import { EventQueue } from './event-queue.ts';
import { ALWAYS_UP, gateOf } from './gate.ts';
import { Journal } from './journal.ts';
import { ClientBucket, ZoneLimiter } from './token-bucket.ts';

describe('the event queue', () => {
  it('gives events by time, those of one time in the order in which they came', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 50 }), { maxLength: 3_000 }), (times) => {
        const queue = new EventQueue(2);
        for (const [index, time] of times.entries()) queue.add(time, 7, index, -index);
        const event = { time: 0, kind: 0, a: 0, b: 0 };
        const taken: [number, number][] = [];
        while (queue.size > 0) {
          queue.take(event);
          taken.push([event.time, event.a]);
        }
        const expected = times
          .map((time, index): [number, number] => [time, index])
          .sort((a, b) => a[0] - b[0] || a[1] - b[1]);
        expect(taken).toEqual(expected);
        expect(queue.next()).toBe(Number.POSITIVE_INFINITY);
      }),
      { numRuns: 50 },
    );
  });
});

describe('a client bucket', () => {
  it('lets the burst through at once and then one call per interval', () => {
    const bucket = new ClientBucket({ qps: 20, burst: 30 });
    const times = Array.from({ length: 33 }, () => bucket.reserve(1_000));
    expect(times.slice(0, 30).every((time) => time === 1_000)).toBe(true);
    expect(times.slice(30)).toEqual([1_050, 1_100, 1_150]);
    expect(bucket.reserve(1_150)).toBe(1_200);
    expect(bucket.reserve(60_000)).toBe(60_000);
  });
  it('has no limit with a rate of 0', () => {
    const bucket = new ClientBucket({ qps: 0, burst: 0 });
    expect(Array.from({ length: 100 }, () => bucket.reserve(5)).every((time) => time === 5)).toBe(true);
  });
});

describe('a zone limiter', () => {
  it('gives one token every ten seconds at 0.1 per second', () => {
    const limiter = new ZoneLimiter(0.1, 0);
    expect(limiter.tryAccept(0)).toBe(true);
    expect(limiter.tryAccept(9_900)).toBe(false);
    expect(limiter.nextToken(9_900)).toBe(10_000);
    expect(limiter.tryAccept(10_000)).toBe(true);
    expect(limiter.tryAccept(60_000)).toBe(true);
    expect(limiter.tryAccept(60_000)).toBe(false);
  });
  it('starts empty after a swap when the old one would have refused', () => {
    const limiter = new ZoneLimiter(0.1, 0);
    limiter.swap(0, 100);
    expect(limiter.nextToken(100)).toBe(Number.POSITIVE_INFINITY);
    limiter.swap(0.1, 5_000);
    expect(limiter.nextToken(5_000)).toBe(15_000);
    limiter.swap(0.1, 14_000);
    expect(limiter.nextToken(14_000)).toBe(15_000);
  });
});

describe('chance', () => {
  it('depends on seed, purpose and whom it concerns, and on nothing else', () => {
    const [one, other] = [chanceOf(1), chanceOf(2)];
    expect(one.share(DRAW.start, 5)).toBe(chanceOf(1).share(DRAW.start, 5));
    expect(one.share(DRAW.start, 5)).not.toBe(other.share(DRAW.start, 5));
    expect(one.share(DRAW.start, 5)).not.toBe(one.share(DRAW.stop, 5));
  });
  it('is even', () => {
    const chance = chanceOf(3);
    const draws = Array.from({ length: 20_000 }, (_, whom) => chance.share(DRAW.leaseAge, whom));
    const mean = draws.reduce((sum, draw) => sum + draw, 0) / draws.length;
    expect(mean).toBeGreaterThan(0.49);
    expect(mean).toBeLessThan(0.51);
    expect(Math.min(...draws)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...draws)).toBeLessThan(1);
  });
  it('keeps to both ends of a span', () => {
    const chance = chanceOf(4);
    const drawn = new Set(
      Array.from({ length: 200 }, (_, whom) => chance.between(DRAW.start, { least: 3, most: 5 }, whom)),
    );
    expect([...drawn].sort((a, b) => a - b)).toEqual([3, 4, 5]);
  });
});

describe('the clock', () => {
  it('holds back the events of whoever cannot work, in their order', () => {
    const clock = clockOf(
      gateOf({
        ...ALWAYS_UP,
        controllerManager: [
          { from: 0, to: 100, state: { leads: true, member: 'a' }, causes: [] },
          { from: 100, to: 500, state: { leads: false, member: undefined }, causes: [] },
          { from: 500, to: undefined, state: { leads: true, member: 'b' }, causes: [] },
        ],
      }),
    );
    const seen: [string, number, number][] = [];
    const manager = clock.kind('manager', (a) => seen.push(['manager', a, clock.now()]));
    const world = clock.kind('world', (a) => seen.push(['world', a, clock.now()]));
    clock.at(50, manager, 1);
    clock.at(200, manager, 2);
    clock.at(200, world, 3);
    clock.at(300, manager, 4);
    clock.at(700, manager, 5);
    clock.runTo(1_000);
    expect(seen).toEqual([
      ['manager', 1, 50],
      ['world', 3, 200],
      ['manager', 2, 500],
      ['manager', 4, 500],
      ['manager', 5, 700],
    ]);
    expect(clock.now()).toBe(1_000);
  });
  it('drops what can never be done, and does late what was asked for in the past', () => {
    const clock = clockOf(gateOf({ ...ALWAYS_UP, api: [{ from: 0, to: 10, state: 'up', causes: [] }] }));
    const seen: number[] = [];
    const api = clock.kind('api', (a) => seen.push(a));
    const world = clock.kind('world', (a) => {
      seen.push(a);
      if (a === 7) clock.at(3, world, 8);
    });
    clock.at(20, api, 1);
    clock.at(30, world, 7);
    clock.at(Number.POSITIVE_INFINITY, world, 9);
    clock.runTo(100);
    expect(seen).toEqual([7, 8]);
    expect(clock.next()).toBe(Number.POSITIVE_INFINITY);
  });
});

describe('the journal', () => {
  it('takes any changes back', () => {
    const change = fc.tuple(fc.integer({ min: 0, max: 200 }), fc.integer({ min: -5, max: 5 }));
    fc.assert(
      fc.property(fc.array(change), fc.array(change), (before, after) => {
        const journal = new Journal();
        const column = journal.column(-1);
        for (const [place, value] of before) column.set(place, value);
        const shown = (): readonly number[] => Array.from({ length: 201 }, (_, place) => column.get(place));
        const kept = shown();
        const mark = journal.mark();
        for (const [place, value] of after) column.add(place, value);
        journal.undo(mark);
        expect(shown()).toEqual(kept);
      }),
    );
  });
});
