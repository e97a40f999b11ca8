/** Words that every report uses for the same thing. */
import { sayDuration } from '../core/duration.ts';
import { formatMoney } from '../core/money.ts';
import { formatPercent } from '../core/percent.ts';
import type { AvailabilityEstimate, Price, PriceRow, Verdict } from '../plan/types.ts';

export const VERDICT_WORDS: Readonly<Record<Verdict['verdict'], string>> = {
  kept: 'kept',
  missed: 'missed',
  unknown: 'unknown',
  'not-promised': 'not promised',
};

/** Signs beside the colour, for eyes and printers that see none. */
export const VERDICT_SIGNS: Readonly<Record<Verdict['verdict'], string>> = {
  kept: '✓',
  missed: '✗',
  unknown: '?',
  'not-promised': '–',
};

/** Verdicts that matter most come first; within one kind the order of the document's objectives stays. */
export function byWeight(verdicts: readonly Verdict[]): readonly Verdict[] {
  const weight: readonly Verdict['verdict'][] = ['missed', 'unknown', 'kept', 'not-promised'];
  return verdicts.toSorted((a, b) => weight.indexOf(a.verdict) - weight.indexOf(b.verdict));
}

/** How many verdicts of each kind there are. */
export function countVerdicts(verdicts: readonly Verdict[]): Readonly<Record<Verdict['verdict'], number>> {
  const counts = { kept: 0, missed: 0, unknown: 0, 'not-promised': 0 };
  for (const { verdict } of verdicts) counts[verdict] += 1;
  return counts;
}

/** The price in one sentence, with what the sum lacks. */
export function priceSentence({ perMonth, lacks, rows }: Price): string {
  if (rows.length === 0 && lacks.length === 0) return 'Nothing in the plan is bought.';
  if (!perMonth) return `The price is unknown: no price is known for ${listedApart(lacks)}.`;
  const sum = `${formatMoney(perMonth)} a month`;
  return lacks.length === 0 ? `${sum}.` : `${sum} are known; the sum lacks ${listedApart(lacks)}.`;
}

/** The price of a row, or that it is unknown. */
export function rowPrice({ perMonth }: PriceRow): string {
  return perMonth ? formatMoney(perMonth) : 'unknown';
}

/** `3`, `300 GiB`, `74.8 GiB`. */
export function rowQuantity({ quantity, unit }: PriceRow): string {
  const number = String(Number(quantity.toFixed(unit === undefined ? 2 : 1)));
  return unit === undefined ? number : `${number} ${unit}`;
}

/** The availability in words that claim no more than was counted. */
export function availabilitySentence({ expected, downtimePerYear }: AvailabilityEstimate): string {
  return `By what can be counted the API answers ${formatPercent(expected, 4)} of the time: ${sayDuration(downtimePerYear)} without it in a year. What hits everything at once, like a bad change, is not in it.`;
}

/** The first sentence, and what follows it. */
export function firstSentence(text: string): { readonly first: string; readonly rest: string } {
  const first = /^.*?[.!?](?=\s+[A-Z0-9]|$)/s.exec(text)?.[0] ?? text;
  return { first, rest: text.slice(first.length).trim() };
}

/** Names of components may hold commas themselves: `pool general, storage; API balancer`. */
function listedApart(names: readonly string[]): string {
  return names.some((name) => name.includes(',')) ? names.join('; ') : listed(names);
}

/** `a, b and c`. */
export function listed(words: readonly string[]): string {
  const last = words.at(-1) ?? '';
  return words.length < 2 ? last : `${words.slice(0, -1).join(', ')} and ${last}`;
}

/** `1 zone`, `3 zones`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}
