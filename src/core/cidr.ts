/** Address ranges in CIDR form, over ipaddr.js. */
import ipaddr from 'ipaddr.js';

export interface Cidr {
  readonly text: string;
  readonly family: 4 | 6;
  readonly prefixLength: number;
  /** First and last address as numbers. */
  readonly first: bigint;
  readonly last: bigint;
}

/** The range, or undefined when the text is none or has bits set behind its prefix. */
export function parseCidr(text: string): Cidr | undefined {
  if (!ipaddr.isValidCIDR(text)) return undefined;
  const [address, prefixLength] = ipaddr.parseCIDR(text);
  const bytes = address.toByteArray();
  const value = bytes.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  const hostBits = BigInt(bytes.length * 8 - prefixLength);
  if (value & ((1n << hostBits) - 1n)) return undefined;
  const family = address.kind() === 'ipv4' ? 4 : 6;
  return { text, family, prefixLength, first: value, last: value + (1n << hostBits) - 1n };
}

/** True if the two ranges share an address. */
export function overlaps(a: Cidr, b: Cidr): boolean {
  return a.family === b.family && a.first <= b.last && b.first <= a.last;
}

/** Nobody counts machines beyond this; numbers up to it are exact, which those of a whole IPv6 range would not be. */
const MOST_ADDRESSES = 2 ** 32;

/** How many addresses the range has for machines: all of it, of an IPv6 range the first 2^32. */
export function sizeOf(range: Cidr): number {
  return Math.min(MOST_ADDRESSES, Number(range.last - range.first + 1n));
}

/** The address at `index` of the range, as text; IPv4 and IPv6. */
export function addressAt(range: Cidr, index: number): string {
  const bytes: number[] = [];
  let value = range.first + BigInt(index);
  for (let at = 0; at < (range.family === 4 ? 4 : 16); at += 1) {
    bytes.unshift(Number(value & 255n));
    value >>= 8n;
  }
  return ipaddr.fromByteArray(bytes).toString();
}
