/** Names of objects that are made of several parts: readable, unique, and never longer than a label's value. */

const LONGEST = 63;

/** `shop-general-us-west-2a`; a longer one is cut and ends in a hash of the whole. */
export function joinName(...parts: readonly string[]): string {
  const whole = parts.join('-');
  if (whole.length <= LONGEST) return whole;
  return `${whole.slice(0, LONGEST - 9).replace(/-+$/, '')}-${shortHash(whole)}`;
}

/** Eight hexadecimal digits: FNV-1a, 32 bits (RFC 9923). For names, not for security. */
export function shortHash(text: string): string {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash.toString(16).padStart(8, '0');
}
