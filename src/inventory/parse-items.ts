/**
 * The values of a large JSON list. What items have in common is parsed once and held once: of the pods of one workload
 * that is their labels, owners, containers, tolerations and volumes, more than half of the text.
 */
import { isObject } from '../core/json.ts';
import { TOKENS, TOKEN_VOLUME } from './alike.ts';
import type { ScannedItem } from './scan-items.ts';

/** Parts that are remembered; an inventory without likeness must not pay for looking. */
const MOST_PARTS = 20_000;
/** Shorter ones cost more to look up than to parse. */
const SHORTEST_PART = 24;

/** The values of one text's items. */
export class ItemParser {
  readonly #text: string;
  readonly #shared = new Map<string, unknown>();
  /** By the number of the part. */
  readonly #numbered: unknown[] = [];

  constructor(text: string) {
    this.#text = text;
  }

  /** Throws what JSON.parse throws. */
  parse(item: ScannedItem): unknown {
    return parseItem(this.#text, item, (start, end, id) => (this.#numbered[id] ??= this.#valueOf(start, end)));
  }

  #valueOf(start: number, end: number): unknown {
    const part = this.#text.slice(start, end);
    const key = part.includes(TOKEN_VOLUME) ? part.replace(TOKENS, TOKEN_VOLUME) : part;
    const known = this.#shared.get(key);
    if (known !== undefined) return known;
    if (this.#shared.size >= MOST_PARTS) this.#shared.clear();
    const value: unknown = JSON.parse(part);
    this.#shared.set(key, value);
    return value;
  }
}

type PartOf = (start: number, end: number, id: number) => unknown;

/** Parses the item with a number in the place of each part, then puts the parts where the numbers are. */
function parseItem(text: string, { start, end, parts }: ScannedItem, partOf: PartOf) {
  const values: unknown[] = [];
  let thin = '';
  let from = start;
  for (let at = 0; at < parts.length; at += 3) {
    const [open = 0, close = 0, id = 0] = [parts[at], parts[at + 1], parts[at + 2]];
    if (close - open < SHORTEST_PART) continue;
    thin += `${text.slice(from, open)}{"":${values.length}}`;
    values.push(partOf(open, close, id));
    from = close;
  }
  const item: unknown = JSON.parse(thin + text.slice(from, end));
  if (values.length === 0 || !isObject(item)) return item;
  fill(item['metadata'], values);
  fill(item['spec'], values);
  fill(item['status'], values);
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
