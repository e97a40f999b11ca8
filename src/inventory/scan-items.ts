/**
 * The quick way through a large JSON list, as `kubectl get -o json` writes it: where each of its items stands, and that
 * no key is written twice in one map. It gives up on anything that is not such a list, and on a hash that two keys of a
 * map share; the strict walk (`scan-json.ts`) then says what it is. Whether an item is JSON is left to JSON.parse.
 */
import { Likeness } from './alike.ts';
import type { TextRange } from './scan-json.ts';
import { MAX_DEPTH } from './scan-yaml.ts';

export interface ItemScan {
  /** The one object of the text. */
  readonly whole: TextRange;
  /** The object with an empty list of items. */
  readonly head: string;
}

export interface ScannedItem extends TextRange {
  /**
   * Where maps and lists in its metadata and its spec stand, and those in its status that are like the item's before:
   * start, end and a number by turns. Parts with the same number are alike; others may be.
   */
  readonly parts: readonly number[];
}

const QUOTE = 0x22;
const COMMA = 0x2c;
const BACKSLASH = 0x5c;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const OPEN_MAP = 0x7b;
const CLOSE_MAP = 0x7d;
const MOST_KEYS = 4_096;
/** Members of an item: metadata or spec, whose parts many items share; its status, where neighbours do; and any other. */
const OTHER = 0;
const SPEC = 1;
const STATUS = 2;

/**
 * Tells each item as it is found; the item is only valid then. Undefined when the text is no list of objects, or holds what
 * only the strict walk can judge.
 */
export function scanItems(text: string, onItem: (item: ScannedItem) => void): ItemScan | undefined {
  const start = skipSpace(text, 0);
  if (text.charCodeAt(start) !== OPEN_MAP) return undefined;
  const list = listOfItems(text, start + 1);
  if (list === undefined) return undefined;
  const walk = new MapWalk(text);
  let at = skipSpace(text, list);
  while (text.charCodeAt(at) !== CLOSE_LIST) {
    const end = text.charCodeAt(at) === OPEN_MAP ? walk.end(at) : -1;
    if (end === -1) return undefined;
    onItem({ start: at, end, parts: walk.parts });
    at = skipSpace(text, end);
    if (text.charCodeAt(at) === CLOSE_LIST) break;
    if (text.charCodeAt(at) !== COMMA) return undefined;
    at = skipSpace(text, at + 1);
    if (text.charCodeAt(at) === CLOSE_LIST) return undefined;
  }
  const head = text.slice(start, list) + text.slice(at);
  const whole = new MapWalk(head).end(0);
  if (whole === -1 || skipSpace(head, whole) !== head.length) return undefined;
  return { whole: { start, end: at + whole - (list - start) }, head: head.slice(0, whole) };
}

/** Where the list of `items` begins, behind its bracket; only plain members may stand before it. */
function listOfItems(text: string, from: number): number | undefined {
  ITEMS.lastIndex = from;
  return ITEMS.exec(text) === null ? undefined : ITEMS.lastIndex;
}

const ITEMS =
  /\s*(?:"(?:apiVersion|kind)"\s*:\s*"[^"\\]*"\s*,\s*|"metadata"\s*:\s*\{(?:\s*"[^"\\]*"\s*:\s*"[^"\\]*"\s*,?)*\s*\}\s*,\s*)*"items"\s*:\s*\[/y;

/** Walks single maps; one walk serves for all items, so that nothing is made for each. */
class MapWalk {
  readonly #text: string;
  /** Hashes of the keys of the maps around the place, one map after another; `#first` says where each begins. */
  readonly #hashes = new Int32Array(MOST_KEYS);
  readonly #first = new Int32Array(MAX_DEPTH + 2);
  /** 1 for a map, 0 for a list, by depth. */
  readonly #isMap = new Uint8Array(MAX_DEPTH + 2);

  /** Of the map that was walked last. */
  readonly parts: number[] = [];
  /** The first, second and each other part as they were walked last. */
  readonly #likes: Likeness[] = [];
  #ids = 0;
  #partStart = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** The offset behind the map that begins here; -1 when it has none or a key may be written twice. */
  end(start: number): number {
    const text = this.#text;
    this.#depth = 0;
    this.#keys = 0;
    this.#owner = OTHER;
    this.#isKey = false;
    this.parts.length = 0;
    this.#ordinal = 0;
    for (let at = start; at < text.length; at += 1) {
      const code = text.charCodeAt(at);
      if (code === QUOTE) {
        const close = this.#isKey ? this.#endOfKey(at) : this.#endOfValue(at);
        if (close === -1) return -1;
        at = close;
      } else if (code === COMMA) {
        this.#isKey = this.#isMap[this.#depth] === 1;
      } else if (code === OPEN_MAP || code === OPEN_LIST) {
        const known = this.#depth === 2 && this.#isPart() ? this.#endOfLike(at) : -1;
        if (known !== -1) at = known - 1;
        else if (!this.#enter(at, code)) return -1;
      } else if (code === CLOSE_MAP || code === CLOSE_LIST) {
        this.#leave(at);
        if (this.#depth === 0) return at + 1;
      }
    }
    return -1;
  }

  #depth = 0;
  /** How many hashes are held. */
  #keys = 0;
  /** The member of the item that is walked. */
  #owner: number = OTHER;
  /** How many parts of the item were met. */
  #ordinal = 0;
  /** The next string is a key. */
  #isKey = false;

  #enter(at: number, code: number): boolean {
    this.#depth += 1;
    if (this.#depth > MAX_DEPTH) return false;
    this.#isKey = code === OPEN_MAP;
    this.#isMap[this.#depth] = this.#isKey ? 1 : 0;
    this.#first[this.#depth] = this.#keys;
    if (this.#depth === 3) this.#partStart = at;
    return true;
  }

  #leave(at: number): void {
    this.#keys = this.#first[this.#depth] ?? 0;
    this.#depth -= 1;
    if (this.#depth === 2 && this.#isPart()) {
      const start = this.#partStart;
      if (this.#owner === SPEC) this.parts.push(start, at + 1, this.#ids);
      this.#likes[this.#ordinal] = new Likeness(this.#text, start, at + 1, this.#ids);
      this.#ordinal += 1;
      this.#ids += 1;
    }
  }

  /** The offset behind the part that begins here, when it is like the one of the item before; else -1. */
  #endOfLike(at: number): number {
    const like = this.#likes[this.#ordinal];
    if (like === undefined) return -1;
    const end = like.endAt(at);
    if (end === -1) return -1;
    this.parts.push(at, end, like.id);
    this.#ordinal += 1;
    return end;
  }

  #isPart(): boolean {
    return this.#owner !== OTHER && this.#isMap[2] === 1;
  }

  /** The offset of the quote that closes a key; -1 when there is none, or the map may have the key twice. */
  #endOfKey(open: number): number {
    const text = this.#text;
    let hash = 17;
    let at = open + 1;
    for (; at < text.length; at += 1) {
      const code = text.charCodeAt(at);
      if (code === QUOTE) break;
      // An escaped key may be equal to one that is written otherwise.
      if (code === BACKSLASH) return -1;
      hash = (Math.imul(hash, 31) + code) | 0;
    }
    // An empty key would be taken for a part's place.
    if (at === text.length || at === open + 1 || this.#keys === MOST_KEYS || this.#isKnown(hash)) return -1;
    this.#hashes[this.#keys] = hash;
    this.#keys += 1;
    this.#isKey = false;
    if (this.#depth === 1) this.#owner = ownerAt(text, open + 1);
    return at;
  }

  #endOfValue(open: number): number {
    const text = this.#text;
    for (let at = open + 1; at < text.length; at += 1) {
      const code = text.charCodeAt(at);
      if (code === QUOTE) return at;
      if (code === BACKSLASH) at += 1;
    }
    return -1;
  }

  /** True when the map that is walked has a key with this hash. */
  #isKnown(hash: number): boolean {
    const from = this.#first[this.#depth] ?? 0;
    for (let at = from; at < this.#keys; at += 1) if (this.#hashes[at] === hash) return true;
    return false;
  }
}

function ownerAt(text: string, at: number): number {
  if (text.startsWith('spec"', at) || text.startsWith('metadata"', at)) return SPEC;
  return text.startsWith('status"', at) ? STATUS : OTHER;
}

function skipSpace(text: string, from: number): number {
  for (let at = from; ; at += 1) {
    const code = text.charCodeAt(at);
    if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return at;
  }
}
