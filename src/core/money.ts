/** Amounts of money as people write them: `5000 USD`, `12.50 EUR`. */
import type { Money } from './units.ts';

const FORM = /^(\d+(?:\.\d{1,2})?)\s?([A-Z]{3})$/;

/** The amount with its ISO 4217 currency, or undefined when it is none. */
export function parseMoney(text: string): Money | undefined {
  const match = FORM.exec(text);
  return match ? { amount: Number(match[1]), currency: match[2] ?? '' } : undefined;
}

/** `5000 USD`, `12.50 EUR`. */
export function formatMoney({ amount, currency }: Money): string {
  const rounded = Math.round(amount * 100) / 100;
  return `${Number.isInteger(rounded) ? rounded : rounded.toFixed(2)} ${currency}`;
}
