/** Times in objects: RFC 3339 in whole seconds, as metav1.Time writes them. */

/** Seconds since 1970 in UTC. */
export type EpochSeconds = number;

const FORM = /^(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.\d+)?(?:[Zz]|([+-])(\d\d):(\d\d))$/;

/** The moment that is written; undefined when it is no time. Parts of a second are left out, as in metav1.Time. */
export function parseTime(written: unknown): EpochSeconds | undefined {
  if (typeof written !== 'string') return undefined;
  const quick = written.length === 20 ? ordinaryTime(written) : undefined;
  if (quick !== undefined) return quick;
  const match = FORM.exec(written);
  if (match === null) return undefined;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  if (month < 1 || month > 12 || day < 1 || day > daysOf(year, month) || hour > 23 || minute > 59 || second > 59)
    return undefined;
  const offset = (Number(match[8] ?? 0) * 60 + Number(match[9] ?? 0)) * (match[7] === '-' ? -60 : 60);
  return daysSince1970(year, month, day) * 86_400 + hour * 3_600 + minute * 60 + second - offset;
}

/** `2026-11-01T12:00:00Z`, as nearly all times are written: a cluster's pods have some hundred thousand of them. */
function ordinaryTime(text: string): EpochSeconds | undefined {
  if (
    text[4] !== '-' ||
    text[7] !== '-' ||
    text[10] !== 'T' ||
    text[13] !== ':' ||
    text[16] !== ':' ||
    text[19] !== 'Z'
  )
    return undefined;
  const month = digits(text, 5);
  const day = digits(text, 8);
  const [hour, minute, second] = [digits(text, 11), digits(text, 14), digits(text, 17)];
  const year = digits(text, 0) * 100 + digits(text, 2);
  // Every comparison is false for what is no number.
  if (!(month >= 1 && month <= 12 && day >= 1 && hour <= 23 && minute <= 59 && second <= 59)) return undefined;
  if (!(day <= daysOf(year, month))) return undefined;
  return daysSince1970(year, month, day) * 86_400 + hour * 3_600 + minute * 60 + second;
}

/** Two digits; not a number when they are none. */
function digits(text: string, at: number): number {
  const tens = text.charCodeAt(at) - 0x30;
  const ones = text.charCodeAt(at + 1) - 0x30;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : Number.NaN;
}

/** Days from 1970-01-01 in the Gregorian calendar; years are counted from March, so that a leap day comes last. */
function daysSince1970(year: number, month: number, day: number): number {
  const shifted = month <= 2 ? year - 1 : year;
  const era = Math.floor(shifted / 400);
  const yearOfEra = shifted - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  return (
    era * 146_097 + yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear - 719_468
  );
}

function daysOf(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}
