import { describe, expect, it } from 'vitest';
import { longestGap } from './cron.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

describe('the longest time between two moments of a schedule', () => {
  it.each([
    ['* * * * *', 60_000],
    ['*/15 * * * *', 15 * 60_000],
    // 45 to the next full hour is 15, but 40 → 0 is 20.
    ['*/20 * * * *', 20 * 60_000],
    ['*/25 * * * *', 25 * 60_000],
    ['0 * * * *', HOUR],
    ['0 */6 * * *', 6 * HOUR],
    ['0 */5 * * *', 5 * HOUR],
    ['0 9-17 * * *', 16 * HOUR],
    ['0 9-17 * * mon-fri', 2 * DAY + 16 * HOUR],
    ['30 3 * * *', DAY],
    ['0 3 * * 0', 7 * DAY],
    ['0 3 * * SUN,WED', 4 * DAY],
    ['0 0 1 * *', 31 * DAY],
    ['0 0 31 * *', 61 * DAY],
    // The first of the month or a Monday, whichever comes.
    ['0 0 1 * 1', 7 * DAY],
    ['0 0 */1 * 1', 7 * DAY],
    ['0 0 29 2 *', 4 * 365 * DAY + DAY],
    ['@daily', DAY],
    ['@every 90m', 1.5 * HOUR],
    ['0 0 3 * * *', DAY],
    ['0 */10 * * * *', 10 * 60_000],
    ['CRON_TZ=Europe/Berlin 0 3 * * *', DAY],
    ['  0 3 * * ?', DAY],
    ['5/15 * * * *', 15 * 60_000],
  ])('%s', (schedule, gap) => {
    expect(longestGap(schedule)).toBe(gap);
  });

  it.each([
    '',
    'daily',
    '__proto__',
    'constructor',
    '0 3 * *',
    '60 * * * *',
    '0 24 * * *',
    '0 0 0 * *',
    '0 0 * 13 *',
    '5-1 * * * *',
    '*/0 * * * *',
  ])('is not known of %j', (schedule) => {
    expect(longestGap(schedule)).toBeUndefined();
  });

  it('is not known of a day that never comes', () => {
    expect(longestGap('0 0 30 2 *')).toBeUndefined();
  });
});
