/**
 * The values of a large JSON list. What items have in common is parsed once and held once: of the pods of one workload
 * that is their labels, owners, containers, tolerations and volumes, more than half of the text.
 */
import { isObject } from '../core/json.ts';
import type { ScannedItem } from './scan-items.ts';

/** Parts that are remembered; an inventory without likeness must not pay for looking. */
const MOST_PARTS = 20_000;
/** Shorter ones cost more to look up than to parse. */
const SHORTEST_PART = 24;

/** The API server gives the token volume of every pod a name of its own; nothing reads it, siblings share the first one's. */
const TOKEN_VOLUME = 'kube-api-access-';
const TOKENS = /kube-api-access-[a-z0-9]{5}(?=")/g;

/** Throws what JSON.parse throws. */
export function parseItems(text: string, items: readonly ScannedItem[]): readonly unknown[] {
  const shared = new Map<string, unknown>();
  const partOf = (start: number, end: number): unknown => {
    const part = text.slice(start, end);
    const key = part.includes(TOKEN_VOLUME) ? part.replace(TOKENS, TOKEN_VOLUME) : part;
    const known = shared.get(key);
    if (known !== undefined) return known;
    if (shared.size >= MOST_PARTS) shared.clear();
    const value: unknown = JSON.parse(part);
    shared.set(key, value);
    return value;
  };
  return items.map((item) => parseItem(text, item, partOf));
}

/** Parses the item with a number in the place of each part, then puts the parts where the numbers are. */
function parseItem(text: string, { start, end, parts }: ScannedItem, partOf: (start: number, end: number) => unknown) {
  const values: unknown[] = [];
  let thin = '';
  let from = start;
  for (let at = 0; at < parts.length; at += 2) {
    const [open = 0, close = 0] = [parts[at], parts[at + 1]];
    if (close - open < SHORTEST_PART) continue;
    thin += `${text.slice(from, open)}{"":${values.length}}`;
    values.push(partOf(open, close));
    from = close;
  }
  const item: unknown = JSON.parse(thin + text.slice(from, end));
  if (values.length === 0 || !isObject(item)) return item;
  fill(item['metadata'], values);
  fill(item['spec'], values);
  return item;
}

/** A map whose one key is empty stands for a part: no item that was scanned holds an empty key of its own. */
function fill(owner: unknown, values: readonly unknown[]): void {
  if (!isObject(owner)) return;
  for (const key in owner) {
    const held = owner[key];
    if (!isObject(held)) continue;
    const index = held[''];
    if (typeof index === 'number' && index < values.length) owner[key] = values[index];
  }
}
