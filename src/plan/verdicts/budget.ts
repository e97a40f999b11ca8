/** The monthly price against the budget. */
import { formatMoney } from '../../core/money.ts';
import type { Money } from '../../core/units.ts';
import type { Price } from '../types.ts';
import type { Assessment, Evidence, Judge } from './judge.ts';
import { list, sentences } from './say.ts';

const NAMED = 6;

export const budget: Judge = {
  name: 'budget',
  title: 'Budget per month',
  better: 'smaller',
  promise: ({ objectives }) => objectives.budget?.amount,
  say: (amount, { objectives }) => formatMoney({ amount, currency: objectives.budget?.currency ?? '' }),
  assess: ({ cluster, price }: Evidence) => assess(price, cluster.objectives.budget),
};

function assess(price: Price, promised: Money | undefined): Assessment {
  const { perMonth, lacks } = price;
  if (!perMonth)
    return { evidence: sentences(`No price is known${lacks.length > 0 ? ` of ${lackList(lacks)}` : ''}.`, OWN_TABLE) };
  const sum = formatMoney(perMonth);
  if (promised && promised.currency !== perMonth.currency) {
    return {
      evidence: sentences(
        `The budget is in ${promised.currency}, the prices are in ${perMonth.currency}: ${sum} is not compared.`,
        `Give a price table in ${promised.currency} with --prices.`,
      ),
    };
  }
  if (lacks.length > 0) {
    return {
      floor: perMonth.amount,
      measured: `${sum} and what is not known`,
      evidence: sentences(`What is known costs ${sum} a month; the sum lacks ${lackList(lacks)}.`, OWN_TABLE, SCOPE),
      remedy: `What is known alone costs ${sum}: use fewer or smaller machines, or raise the budget.`,
    };
  }
  return {
    worst: perMonth.amount,
    measured: sum,
    evidence: sentences(`Every part of the plan has a price; the sum is ${sum} a month.`, SCOPE),
    remedy: `Use fewer or smaller machines, or promise ${sum}.`,
  };
}

const OWN_TABLE = 'A table of your own (--prices FILE) names the prices that are missing.';
const SCOPE =
  'Machines that always run are priced, and those that headroom may add, not those that come and go with the load; list prices hold no discounts and no taxes.';

function lackList(lacks: readonly string[]): string {
  const named = lacks.slice(0, NAMED);
  const apart = named.some((name) => name.includes(',')) ? '; ' : ', ';
  if (lacks.length > NAMED) return `${named.join(apart)} and ${lacks.length - NAMED} more`;
  return apart === '; ' ? named.join(apart) : list(named);
}
