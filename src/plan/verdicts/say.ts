/** Figures with their ranges, as verdicts show them. */
import { sayDuration } from '../../core/duration.ts';
import type { Millis } from '../../core/units.ts';

/** A time between two bounds; `most` is null when nothing ends it. */
export interface TimeRange {
  readonly least: Millis;
  readonly most: Millis | null;
}

/** `1 m 53 s (53 s to 1 m 53 s)`; one figure when the bounds read alike; `without end (53 s at best)`. */
export function sayRange({ least, most }: TimeRange): string {
  if (most === null) return `without end (${sayDuration(least)} at best)`;
  const [from, to] = [sayDuration(least), sayDuration(most)];
  return from === to ? to : `${to} (${from} to ${to})`;
}

/** Sentences in one line. */
export function sentences(...parts: readonly (string | undefined | null | false)[]): string {
  return parts.filter((part) => typeof part === 'string' && part !== '').join(' ');
}

/** `1 pool`, `3 pools`. */
export function count(amount: number, one: string, many = `${one}s`): string {
  return `${amount} ${amount === 1 ? one : many}`;
}

/** `a`, `a and b`, `a, b and c`. */
export function list(words: readonly string[]): string {
  const [last, ...before] = words.toReversed();
  if (last === undefined) return '';
  return before.length === 0 ? last : `${before.toReversed().join(', ')} and ${last}`;
}
