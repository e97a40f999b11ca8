/**
 * Cuts a JSON list that is too large for one string, as `kubectl get -o json` writes it for a large cluster, into lists
 * that are not. It only looks for the ends of items; whether they are JSON is judged when the parts are read.
 */
import { isObject } from '../core/json.ts';
import { parseJson } from './parse-json.ts';

export interface ListPart {
  /** Items with the commas between them. */
  readonly bytes: Uint8Array;
  /** Where the first byte stands in the whole; columns count bytes. */
  readonly line: number;
  readonly column: number;
}

export interface SplitList {
  readonly parts: readonly ListPart[];
  /** The list without its items. */
  readonly envelope: Readonly<Record<string, unknown>>;
}

const PART_BYTES = 64 * 2 ** 20;
/** More than any list says about itself. */
const MOST_ENVELOPE_BYTES = 2 ** 20;

const QUOTE = 0x22;
const COMMA = 0x2c;
const BACKSLASH = 0x5c;
const NEWLINE = 0x0a;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const OPEN_MAP = 0x7b;
const CLOSE_MAP = 0x7d;

/** Takes the bytes of a list in their order. */
export class ListSplitter {
  readonly #partBytes: number;
  #place: 'head' | 'items' | 'tail' = 'head';
  readonly #head = new Bytes();
  readonly #tail = new Bytes();
  readonly #parts: ListPart[] = [];
  /** The part that grows. */
  #part = new Bytes();
  #start = { line: 1, column: 1 };

  constructor(partBytes = PART_BYTES) {
    this.#partBytes = partBytes;
  }

  /** False when this can no longer become such a list. The chunk is kept, not copied. */
  push(chunk: Uint8Array): boolean {
    let from = 0;
    while (this.#place !== 'tail') {
      const stop = this.#stopIn(chunk);
      if (stop === -1) break;
      if (this.#place === 'head') {
        if (chunk[stop] !== OPEN_LIST || !this.#isItems(chunk.subarray(from, stop + 1))) continue;
        this.#head.add(chunk.subarray(from, stop + 1));
        this.#place = 'items';
      } else if (chunk[stop] === CLOSE_LIST || this.#part.size + stop - from >= this.#partBytes) {
        this.#part.add(chunk.subarray(from, stop));
        this.#parts.push({ bytes: this.#part.joined(), ...this.#start });
        this.#part = new Bytes();
        if (chunk[stop] === CLOSE_LIST) this.#place = 'tail';
      } else continue;
      from = stop + 1;
      this.#start = { line: this.#line, column: this.#before + from - this.#lineStart + 1 };
    }
    const into = this.#place === 'head' ? this.#head : this.#place === 'items' ? this.#part : this.#tail;
    into.add(chunk.subarray(from));
    this.#before += chunk.length;
    this.#at = 0;
    return this.#head.size + this.#tail.size <= MOST_ENVELOPE_BYTES;
  }

  /** Undefined when the bytes were no list of objects. */
  end(): SplitList | undefined {
    if (this.#place !== 'tail') return undefined;
    const { documents, problems } = parseJson(`${this.#head.text()}]${this.#tail.text()}`, '');
    const [document, second] = documents;
    if (problems.length > 0 || second !== undefined || !isObject(document?.value)) return undefined;
    const { items: _, ...envelope } = document.value;
    const { kind } = envelope;
    if (typeof kind !== 'string' || !kind.endsWith('List')) return undefined;
    // A comma too many: the parts by themselves would not show it.
    if (this.#parts.length > 1 && this.#parts.some(({ bytes }) => !bytes.some((byte) => byte > 0x20))) return undefined;
    return { parts: this.#parts, envelope };
  }

  #isItems(end: Uint8Array): boolean {
    return /(?<!\\)"items"\s*:\s*\[$/.test(this.#head.text() + new TextDecoder().decode(end));
  }

  #depth = 0;
  #inString = false;
  #escaped = false;
  #line = 1;
  /** Offsets in the whole of the line and of the chunk. */
  #lineStart = 0;
  #before = 0;
  /** Of the next byte in the chunk. */
  #at = 0;

  /** The next place where a list of the root begins or ends, or a comma between its elements; -1 at the end of the chunk. */
  #stopIn(chunk: Uint8Array): number {
    let [depth, inString, escaped] = [this.#depth, this.#inString, this.#escaped];
    let stop = -1;
    let at = this.#at;
    for (; at < chunk.length && stop === -1; at += 1) {
      const byte = chunk[at];
      if (inString) {
        if (escaped) escaped = false;
        else if (byte === QUOTE) inString = false;
        else if (byte === BACKSLASH) escaped = true;
      } else if (byte === QUOTE) inString = true;
      else if (byte === NEWLINE) {
        this.#line += 1;
        this.#lineStart = this.#before + at + 1;
      } else if (byte === COMMA) {
        if (depth === 2) stop = at;
      } else if (byte === OPEN_MAP || byte === OPEN_LIST) {
        depth += 1;
        if (depth === 2 && byte === OPEN_LIST) stop = at;
      } else if (byte === CLOSE_MAP || byte === CLOSE_LIST) {
        depth -= 1;
        if (depth === 1 && byte === CLOSE_LIST) stop = at;
      }
    }
    [this.#depth, this.#inString, this.#escaped, this.#at] = [depth, inString, escaped, at];
    return stop;
  }
}

/** Chunks one after another. */
class Bytes {
  readonly #chunks: Uint8Array[] = [];
  size = 0;

  add(chunk: Uint8Array): void {
    this.#chunks.push(chunk);
    this.size += chunk.length;
  }

  joined(): Uint8Array {
    return Buffer.concat(this.#chunks);
  }

  text(): string {
    return new TextDecoder('utf-8', { ignoreBOM: true }).decode(this.joined());
  }
}
