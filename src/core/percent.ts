/** Shares as people write them: `99.99%`. */
import type { Fraction } from './units.ts';

const FORM = /^(\d+(?:\.\d+)?)\s?%$/;

/** The share between 0 and 1, or undefined when it is none or above 100 %. */
export function parsePercent(text: string): Fraction | undefined {
  const match = FORM.exec(text);
  if (!match) return undefined;
  const value = Number(match[1]);
  return value <= 100 ? Number((value / 100).toPrecision(15)) : undefined;
}

/** `99.99%`, with as many digits as the share needs, at most `digits` behind the point. */
export function formatPercent(share: Fraction, digits = 6): string {
  return `${Number((share * 100).toFixed(digits))}%`;
}
