/** Rates as people write them: `50/min`, `2/s`, `600/h`. */
import type { PerSecond } from './units.ts';

const FORM = /^(\d+(?:\.\d+)?)\s?\/\s?(s|sec|min|m|h|hour)$/;
const SECONDS: Readonly<Record<string, number>> = { s: 1, sec: 1, min: 60, m: 60, h: 3_600, hour: 3_600 };

/** Events per second, or undefined when it is no rate. */
export function parseRate(text: string): PerSecond | undefined {
  const match = FORM.exec(text);
  if (!match) return undefined;
  return Number(match[1]) / (SECONDS[match[2] ?? ''] ?? Number.NaN);
}

/** `50/min`. */
export function formatPerMinute(rate: PerSecond): string {
  return `${Number((rate * 60).toFixed(2))}/min`;
}
