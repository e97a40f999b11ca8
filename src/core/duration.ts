/**
 * Durations as people and Kubernetes write them: `500ms`, `2m`, `1h30m`, `14d`.
 * Go's `time.ParseDuration` knows no days; documents may use `d` and `w`, artifacts never do.
 */
import type { Millis } from './units.ts';

const UNIT_MILLIS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};
const WHOLE = /^(?:\d+(?:\.\d+)?(?:ms|s|m|h|d|w))+$/;
const PART = /(\d+(?:\.\d+)?)(ms|s|m|h|d|w)/g;

/** Milliseconds of a written duration, or undefined when it is none. `0` alone is a duration too. */
export function parseDuration(text: string): Millis | undefined {
  if (text === '0') return 0;
  if (!WHOLE.test(text)) return undefined;
  let millis = 0;
  for (const [, amount, unit] of text.matchAll(PART))
    millis += Number(amount) * (UNIT_MILLIS[unit ?? ''] ?? Number.NaN);
  return Number.isSafeInteger(Math.round(millis)) ? Math.round(millis) : undefined;
}

/** The shortest Go form of a duration: `0s`, `500ms`, `1m30s`, `24h0m0s` is written `24h`. */
export function formatDuration(millis: Millis): string {
  if (millis < 0) return `-${formatDuration(-millis)}`;
  if (millis === 0) return '0s';
  const hours = Math.floor(millis / 3_600_000);
  const minutes = Math.floor((millis % 3_600_000) / 60_000);
  const seconds = Math.floor((millis % 60_000) / 1_000);
  const rest = Math.round(millis % 1_000);
  return `${hours > 0 ? `${hours}h` : ''}${minutes > 0 ? `${minutes}m` : ''}${seconds > 0 ? `${seconds}s` : ''}${rest > 0 ? `${rest}ms` : ''}`;
}

/** For sentences: `7 m 16 s`, `5.2 s`, `340 ms`, `3 h 12 m`, `2 d 4 h`. At most two units. */
export function sayDuration(millis: Millis): string {
  const value = Math.abs(millis);
  const sign = millis < 0 ? '-' : '';
  if (value < 999.5) return `${sign}${Math.round(value)} ms`;
  if (value < 59_950) return `${sign}${Number((value / 1_000).toFixed(1))} s`;
  if (value < 3_599_500) return sign + pair(value, { large: 60_000, small: 1_000, names: ['m', 's'] });
  if (value < 86_370_000) return sign + pair(value, { large: 3_600_000, small: 60_000, names: ['h', 'm'] });
  return sign + pair(value, { large: 86_400_000, small: 3_600_000, names: ['d', 'h'] });
}

function pair(millis: number, units: { large: number; small: number; names: readonly [string, string] }): string {
  const small = Math.round(millis / units.small);
  const perLarge = units.large / units.small;
  const large = Math.floor(small / perLarge);
  const rest = small % perLarge;
  return rest === 0 ? `${large} ${units.names[0]}` : `${large} ${units.names[0]} ${rest} ${units.names[1]}`;
}
