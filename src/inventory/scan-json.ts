/**
 * A strict walk over JSON text (RFC 8259) that knows where everything stands. JSON.parse makes the values; this says
 * where the first fault is, which keys are written twice, where each of several values and each item of a list begins.
 */
import type { FieldPath } from '../kubernetes/objects.ts';
import type { DuplicateKey } from './scan-yaml.ts';
import { MAX_DEPTH } from './scan-yaml.ts';

export interface TextRange {
  readonly start: number;
  readonly end: number;
}

export interface JsonValueRange extends TextRange {
  /** Ranges of the elements of its `items`, when it is an object that has a list there. */
  readonly items: readonly TextRange[];
}

export interface JsonScan {
  /** Values one after another, as some tools write them into one file. */
  readonly values: readonly JsonValueRange[];
  readonly duplicates: readonly (DuplicateKey & { readonly value: number })[];
  readonly fault: { readonly offset: number; readonly message: string } | undefined;
}

interface Cursor {
  readonly text: string;
  at: number;
  readonly duplicates: DuplicateKey[];
}

class JsonFault extends Error {
  readonly offset: number;
  constructor(offset: number, message: string) {
    super(message);
    this.offset = offset;
  }
}

/** Walks the whole text; values before a fault are given too. */
export function scanJson(text: string): JsonScan {
  const cursor: Cursor = { text, at: 0, duplicates: [] };
  const values: JsonValueRange[] = [];
  const duplicates: (DuplicateKey & { value: number })[] = [];
  try {
    for (skipSpace(cursor); cursor.at < text.length; skipSpace(cursor)) {
      values.push(scanRoot(cursor));
      duplicates.push(...cursor.duplicates.splice(0).map((duplicate) => ({ ...duplicate, value: values.length - 1 })));
    }
  } catch (error) {
    if (!(error instanceof JsonFault)) throw error;
    return { values, duplicates, fault: { offset: error.offset, message: error.message } };
  }
  return { values, duplicates, fault: undefined };
}

/** The offset of a field's key, of an element, or of the nearest parent that is written. The text must be JSON. */
export function locateJson(text: string, path: FieldPath): number {
  const cursor: Cursor = { text, at: 0, duplicates: [] };
  skipSpace(cursor);
  let offset = cursor.at;
  for (const [depth, step] of path.entries()) {
    const found = typeof step === 'number' ? enterElement(cursor, step, depth) : enterEntry(cursor, step, depth);
    if (found === undefined) break;
    offset = found;
  }
  return offset;
}

function scanRoot(cursor: Cursor): JsonValueRange {
  const start = cursor.at;
  const items: TextRange[] = [];
  if (cursor.text[start] === '{') {
    eachEntry(cursor, 0, (key) => {
      if (key === 'items' && cursor.text[cursor.at] === '[')
        eachElement(cursor, 1, () => items.push(rangeOfValue(cursor, 2)));
      else scanValue(cursor, 1);
    });
  } else scanValue(cursor, 0);
  return { start, end: cursor.at, items };
}

function rangeOfValue(cursor: Cursor, depth: number): TextRange {
  const start = cursor.at;
  scanValue(cursor, depth);
  return { start, end: cursor.at };
}

function scanValue(cursor: Cursor, depth: number): void {
  const character = cursor.text[cursor.at];
  if (character === '{') eachEntry(cursor, depth, () => scanValue(cursor, depth + 1));
  else if (character === '[') eachElement(cursor, depth, () => scanValue(cursor, depth + 1));
  else if (character === '"') scanString(cursor);
  else scanWord(cursor);
}

/** Calls `visit` with the cursor on each value of the object; it must move the cursor behind the value. */
function eachEntry(cursor: Cursor, depth: number, visit: (key: string, keyOffset: number) => void): void {
  if (depth > MAX_DEPTH) throw new JsonFault(cursor.at, `nested deeper than ${MAX_DEPTH} levels`);
  const seen = new Map<string, number>();
  cursor.at += 1;
  skipSpace(cursor);
  if (take(cursor, '}')) return;
  for (;;) {
    const keyOffset = cursor.at;
    if (cursor.text[cursor.at] !== '"') throw fault(cursor, 'a key in double quotes');
    const key = scanString(cursor);
    const first = seen.get(key);
    if (first === undefined) seen.set(key, keyOffset);
    else cursor.duplicates.push({ key, first, second: keyOffset });
    skipSpace(cursor);
    if (!take(cursor, ':')) throw fault(cursor, '":" after the key');
    skipSpace(cursor);
    visit(key, keyOffset);
    skipSpace(cursor);
    if (take(cursor, '}')) return;
    if (!take(cursor, ',')) throw fault(cursor, '"," or "}"');
    skipSpace(cursor);
  }
}

function eachElement(cursor: Cursor, depth: number, visit: (position: number) => void): void {
  if (depth > MAX_DEPTH) throw new JsonFault(cursor.at, `nested deeper than ${MAX_DEPTH} levels`);
  cursor.at += 1;
  skipSpace(cursor);
  if (take(cursor, ']')) return;
  for (let position = 0; ; position += 1) {
    visit(position);
    skipSpace(cursor);
    if (take(cursor, ']')) return;
    if (!take(cursor, ',')) throw fault(cursor, '"," or "]"');
    skipSpace(cursor);
  }
}

/** Stops a walk at the value that was looked for; one for all, as each new one would write down where it was made. */
const FOUND = new Error('found');

function enterEntry(cursor: Cursor, name: string, depth: number): number | undefined {
  if (cursor.text[cursor.at] !== '{') return undefined;
  let offset = 0;
  return enter(() =>
    eachEntry(cursor, depth, (key, keyOffset) => {
      offset = keyOffset;
      if (key === name) throw FOUND;
      scanValue(cursor, depth + 1);
    }),
  )
    ? offset
    : undefined;
}

function enterElement(cursor: Cursor, wanted: number, depth: number): number | undefined {
  if (cursor.text[cursor.at] !== '[') return undefined;
  return enter(() =>
    eachElement(cursor, depth, (position) => {
      if (position === wanted) throw FOUND;
      scanValue(cursor, depth + 1);
    }),
  )
    ? cursor.at
    : undefined;
}

function enter(walk: () => void): boolean {
  try {
    walk();
    return false;
  } catch (error) {
    if (error === FOUND) return true;
    throw error;
  }
}

/** Moves behind the string and gives its value. */
function scanString(cursor: Cursor): string {
  const { text, at: start } = cursor;
  let escaped = false;
  for (let at = start + 1; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === 0x22) {
      cursor.at = at + 1;
      return escaped ? decoded(text.slice(start, at + 1), start) : text.slice(start + 1, at);
    }
    if (code < 0x20) throw new JsonFault(at, `the character ${JSON.stringify(text[at])} must be escaped in a string`);
    if (code === 0x5c) {
      escaped = true;
      at += 1;
    }
  }
  throw new JsonFault(start, 'the string that begins here does not end');
}

function decoded(quoted: string, offset: number): string {
  try {
    return JSON.parse(quoted) as string;
  } catch {
    throw new JsonFault(offset, 'the string that begins here has an escape that JSON does not know');
  }
}

const WORD = /true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?/y;

function scanWord(cursor: Cursor): void {
  WORD.lastIndex = cursor.at;
  const match = WORD.exec(cursor.text);
  if (match === null) throw fault(cursor, 'a value');
  cursor.at += match[0].length;
}

function skipSpace(cursor: Cursor): void {
  for (;;) {
    const code = cursor.text.charCodeAt(cursor.at);
    if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return;
    cursor.at += 1;
  }
}

function take(cursor: Cursor, character: string): boolean {
  if (cursor.text[cursor.at] !== character) return false;
  cursor.at += 1;
  return true;
}

function fault(cursor: Cursor, expected: string): JsonFault {
  const found = cursor.text[cursor.at];
  const what = found === undefined ? 'the text ends' : `found ${JSON.stringify(found)}`;
  return new JsonFault(cursor.at, `${what} where ${expected} is expected`);
}
