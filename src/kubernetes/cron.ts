/**
 * How long a cron schedule may pause: the longest time between two of its moments. The forms are those of
 * robfig/cron v3.0.1 (parser.go), which CronJobs and nearly all backup operators use: five fields, `@daily`, `@every 6h`;
 * with six fields the first is the second. Time zones and the hour that clocks are put forward are left out.
 */
import { parseDuration } from '../core/duration.ts';
import type { Millis } from '../core/units.ts';

const MINUTE = 60_000;
const DAY_SECONDS = 86_400;

const NAMED: ReadonlyMap<string, string> = new Map(
  Object.entries({
    '@yearly': '0 0 1 1 *',
    '@annually': '0 0 1 1 *',
    '@monthly': '0 0 1 * *',
    '@weekly': '0 0 * * 0',
    '@daily': '0 0 * * *',
    '@midnight': '0 0 * * *',
    '@hourly': '0 * * * *',
  }),
);

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const WEEKDAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

interface Field {
  readonly values: ReadonlySet<number>;
  /** `*` or `?`: of the two fields of days, one that is not written does not restrict. */
  readonly any: boolean;
}

interface Bounds {
  readonly least: number;
  readonly most: number;
  readonly names?: readonly string[];
}

const BOUNDS = {
  second: { least: 0, most: 59 },
  minute: { least: 0, most: 59 },
  hour: { least: 0, most: 23 },
  day: { least: 1, most: 31 },
  month: { least: 1, most: 12, names: MONTHS },
  // 7 is Sunday too for some operators; robfig/cron refuses it.
  weekday: { least: 0, most: 6, names: WEEKDAYS },
} as const satisfies Record<string, Bounds>;

/** Undefined when it is no schedule, or one that never comes. */
export function longestGap(schedule: string): Millis | undefined {
  const written = schedule.trim().replace(/^(?:CRON_)?TZ=\S+\s+/, '');
  const every = /^@every\s+(\S+)$/.exec(written);
  if (every !== null) return atLeastASecond(parseDuration(every[1] ?? ''));
  const fields = (NAMED.get(written.toLowerCase()) ?? written).split(/\s+/);
  if (fields.length < 5 || fields.length > 6) return undefined;
  const [second, minute, hour, day, month, weekday] = fields.length === 6 ? fields : ['0', ...fields];
  const parts = {
    second: fieldOf(second, BOUNDS.second),
    minute: fieldOf(minute, BOUNDS.minute),
    hour: fieldOf(hour, BOUNDS.hour),
    day: fieldOf(day, BOUNDS.day),
    month: fieldOf(month, BOUNDS.month),
    weekday: fieldOf(weekday, BOUNDS.weekday),
  };
  if (Object.values(parts).some((field) => field === undefined)) return undefined;
  return gapOf(parts as Record<keyof typeof parts, Field>);
}

function atLeastASecond(every: Millis | undefined): Millis | undefined {
  return every === undefined ? undefined : Math.max(1_000, every);
}

function fieldOf(written: string | undefined, bounds: Bounds): Field | undefined {
  const values = new Set<number>();
  const parts = (written ?? '').toLowerCase().split(',');
  for (const part of parts) {
    const match = /^(\*|\?|[a-z]+|\d+)(?:-([a-z]+|\d+))?(?:\/(\d+))?$/.exec(part);
    if (match === null) return undefined;
    const [, from = '', to, by] = match;
    const open = from === '*' || from === '?';
    const first = open ? bounds.least : numberOf(from, bounds);
    // `5/15` begins at 5 and goes on to the end.
    const last = to !== undefined ? numberOf(to, bounds) : open || by !== undefined ? bounds.most : first;
    const step = by === undefined ? 1 : Number(by);
    if (!(first >= bounds.least && last <= bounds.most && first <= last && step >= 1)) return undefined;
    for (let value = first; value <= last; value += step) values.add(value);
  }
  return { values, any: parts.some((part) => /^[*?](?:\/1)?$/.test(part)) };
}

/** Not a number when it is none, which no comparison holds for. */
function numberOf(written: string, { names }: Bounds): number {
  if (/^\d+$/.test(written)) return Number(written);
  const place = names?.indexOf(written) ?? -1;
  return place < 0 ? Number.NaN : place + (names === MONTHS ? 1 : 0);
}

/** Nine years hold at least two days of 29 February. */
const FIRST_YEAR = 2000;
const YEARS = 9;

function gapOf({ second, minute, hour, day, month, weekday }: Record<keyof typeof BOUNDS, Field>): Millis | undefined {
  const moments = [...hour.values]
    .flatMap((h) => [...minute.values].flatMap((m) => [...second.values].map((s) => (h * 60 + m) * 60 + s)))
    .sort((a, b) => a - b);
  const [first = 0] = moments;
  const last = moments.at(-1) ?? 0;
  let longest = moments.reduce((most, at, place) => Math.max(most, at - (moments[place - 1] ?? at)), 0);
  let before: number | undefined;
  for (let at = Date.UTC(FIRST_YEAR, 0, 1); at < Date.UTC(FIRST_YEAR + YEARS, 0, 1); at += DAY_SECONDS * 1_000) {
    const date = new Date(at);
    if (!month.values.has(date.getUTCMonth() + 1)) continue;
    const [inMonth, inWeek] = [day.values.has(date.getUTCDate()), weekday.values.has(date.getUTCDay())];
    // Both are written: either will do (robfig/cron spec.go, dayMatches).
    if (!(day.any || weekday.any ? inMonth && inWeek : inMonth || inWeek)) continue;
    const here = at / 1_000;
    if (before !== undefined) longest = Math.max(longest, here + first - (before + last));
    before = here;
  }
  // A day that comes once in nine years or never.
  if (before === undefined) return undefined;
  return longest === 0 ? undefined : Math.max(longest * 1_000, second.values.size > 1 ? 1_000 : MINUTE);
}
