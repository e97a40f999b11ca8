/**
 * When certificates end: the two times of X.509 (RFC 5280, 4.1.2.5), out of PEM. Two fields do not need a library:
 * `@peculiar/x509`, which the lab issues certificates with, takes a quarter of a second to load, and tests hold this
 * reader to it.
 */

export interface Validity {
  /** Seconds since 1970 in UTC. */
  readonly notBefore: number;
  readonly notAfter: number;
}

const CERTIFICATE = /-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----/g;

/** Of every certificate in the text, in order; undefined when one of them cannot be read, or there is none. */
export function validitiesOf(pem: string): readonly Validity[] | undefined {
  const found: Validity[] = [];
  for (const [, body = ''] of pem.matchAll(CERTIFICATE)) {
    const bytes = decodeBase64(body);
    const validity = bytes === undefined ? undefined : validityOf(bytes);
    if (validity === undefined) return undefined;
    found.push(validity);
  }
  return found.length === 0 ? undefined : found;
}

/** The text that is written in base64, as `data` of Secrets and `caBundle` hold it; undefined when it is none. */
export function textOfBase64(written: string): string | undefined {
  const bytes = decodeBase64(written);
  return bytes === undefined ? undefined : new TextDecoder().decode(bytes);
}

function decodeBase64(written: string): Uint8Array | undefined {
  try {
    return Uint8Array.from(atob(written.replace(/\s+/g, '')), (letter) => letter.charCodeAt(0));
  } catch {
    return undefined;
  }
}

/** DER tags (X.690). */
const SEQUENCE = 0x30;
const VERSION = 0xa0;
const UTC_TIME = 0x17;
const GENERALIZED_TIME = 0x18;

interface Element {
  readonly tag: number;
  readonly start: number;
  readonly end: number;
}

/** Certificate → TBSCertificate → version?, serialNumber, signature, issuer, validity. */
function validityOf(bytes: Uint8Array): Validity | undefined {
  const certificate = elementAt(bytes, 0, SEQUENCE);
  const body = certificate && elementAt(bytes, certificate.start, SEQUENCE);
  if (body === undefined) return undefined;
  let next = elementAt(bytes, body.start);
  if (next?.tag === VERSION) next = elementAt(bytes, next.end);
  for (let skipped = 0; skipped < 3 && next !== undefined; skipped += 1) next = elementAt(bytes, next.end);
  if (next?.tag !== SEQUENCE) return undefined;
  const from = elementAt(bytes, next.start);
  const to = from && elementAt(bytes, from.end);
  const notBefore = from && timeOf(bytes, from);
  const notAfter = to && timeOf(bytes, to);
  return notBefore === undefined || notAfter === undefined ? undefined : { notBefore, notAfter };
}

/** The element that begins there; undefined when it does not, or is of another tag. */
function elementAt(bytes: Uint8Array, place: number, tag?: number): Element | undefined {
  const [found, first] = [bytes[place], bytes[place + 1]];
  if (found === undefined || first === undefined || (tag !== undefined && found !== tag)) return undefined;
  // Below 128 the length itself, else the number of bytes that hold it.
  const width = first < 0x80 ? 0 : first - 0x80;
  if (width > 4) return undefined;
  const length =
    width === 0 ? first : bytes.slice(place + 2, place + 2 + width).reduce((sum, one) => sum * 256 + one, 0);
  const start = place + 2 + width;
  return start + length > bytes.length ? undefined : { tag: found, start, end: start + length };
}

/** `YYMMDDHHMMSSZ`, where years from 50 are of the last century, or `YYYYMMDDHHMMSSZ`. */
function timeOf(bytes: Uint8Array, { tag, start, end }: Element): number | undefined {
  const text = new TextDecoder().decode(bytes.slice(start, end));
  const match = /^(\d\d)?(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(text);
  if (match === null || (tag !== UTC_TIME && tag !== GENERALIZED_TIME)) return undefined;
  const [century, year, ...rest] = match.slice(1) as [string | undefined, string, ...string[]];
  const full = Number(century ?? (Number(year) < 50 ? '20' : '19')) * 100 + Number(year);
  const [month, day, hour, minute, second] = rest.map(Number) as [number, number, number, number, number];
  return Date.UTC(full, month - 1, day, hour, minute, second) / 1_000;
}
