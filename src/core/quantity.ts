/**
 * Kubernetes resource quantities, after k8s.io/apimachinery v0.36.3 pkg/api/resource: a decimal number with a
 * binary (Ki..Ei), decimal (n u m k M G T P E) or exponent suffix. Values round up to the unit that is asked for,
 * as `Quantity.Value()` and `MilliValue()` do.
 */
import type { Bytes, MilliCpu } from './units.ts';

const FORM = /^([+-]?(?:\d+\.?\d*|\.\d+))(Ki|Mi|Gi|Ti|Pi|Ei|n|u|m|k|M|G|T|P|E|[eE][+-]?\d+)?$/;
const BINARY: Readonly<Record<string, bigint>> = { Ki: 10n, Mi: 20n, Gi: 30n, Ti: 40n, Pi: 50n, Ei: 60n };
const DECIMAL: Readonly<Record<string, number>> = { n: -9, u: -6, m: -3, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 };

/** The value in thousandths, rounded up away from zero like Quantity.MilliValue; undefined when it is no quantity. */
export function parseMilli(text: string): number | undefined {
  return parseScaled(text, 3);
}

/** The value in whole units, rounded up like Quantity.Value; undefined when it is no quantity. */
export function parseQuantity(text: string): number | undefined {
  return parseScaled(text, 0);
}

/** CPU in thousandths of a core: `500m` is 500, `2` is 2000. */
export function parseCpu(text: string): MilliCpu | undefined {
  return parseMilli(text);
}

/** Bytes: `10Gi`, `500M`. */
export function parseBytes(text: string): Bytes | undefined {
  return parseQuantity(text);
}

function parseScaled(text: string, power: number): number | undefined {
  const match = FORM.exec(text);
  if (!match) return undefined;
  const [, written = '', suffix = ''] = match;
  const negative = written.startsWith('-');
  const [whole = '', part = ''] = written.replace(/^[+-]/, '').split('.');
  if (whole.length + part.length > 40) return undefined;
  const shift = BINARY[suffix] ?? 0n;
  const exponent =
    (DECIMAL[suffix] ?? (/^[eE][+-]?\d+$/.test(suffix) ? Number(suffix.slice(1)) : 0)) + power - part.length;
  if (Math.abs(exponent) > 60) return undefined;
  const digits = BigInt(`${whole}${part}` || '0') << shift;
  const value = exponent >= 0 ? digits * 10n ** BigInt(exponent) : divideUp(digits, 10n ** BigInt(-exponent));
  const result = Number(negative ? -value : value);
  return Number.isSafeInteger(result) ? result : clampToInt64(result);
}

function divideUp(value: bigint, by: bigint): bigint {
  return (value + by - 1n) / by;
}

/** Quantities beyond int64 are capped by apimachinery; beyond 2^53 we keep the nearest double. */
function clampToInt64(value: number): number {
  const limit = 2 ** 63;
  return Math.max(-limit, Math.min(limit, value));
}

/** CPU in the canonical form of Kubernetes: `2`, `250m`. */
export function formatCpu(milliCpu: MilliCpu): string {
  return milliCpu % 1_000 === 0 ? String(milliCpu / 1_000) : `${Math.ceil(milliCpu)}m`;
}

const BINARY_UNITS = ['Ei', 'Pi', 'Ti', 'Gi', 'Mi', 'Ki'] as const;

/** Bytes in the canonical binary form of Kubernetes: the largest unit that divides evenly, `1536Mi`, `10Gi`, `500`. */
export function formatBytes(bytes: Bytes): string {
  const whole = Math.ceil(bytes);
  for (const unit of BINARY_UNITS) {
    const size = 2 ** Number(BINARY[unit]);
    if (whole !== 0 && whole % size === 0) return `${whole / size}${unit}`;
  }
  return String(whole);
}

/** For sentences: `1.5 GiB`. */
export function sayBytes(bytes: Bytes): string {
  for (const unit of BINARY_UNITS) {
    const size = 2 ** Number(BINARY[unit]);
    if (bytes >= size) return `${Number((bytes / size).toFixed(1))} ${unit}B`;
  }
  return `${bytes} B`;
}
