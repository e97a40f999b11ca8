/** What can be known of a YAML document from its events alone: places of fields, keys written twice, the size behind aliases. */
import type { Event, ScalarEvent } from 'js-yaml';
import { EVENT_ID, SCALAR_STYLE, getScalarValue, parseEvents } from 'js-yaml';
import type { FieldPath } from '../kubernetes/objects.ts';
import { keyText, resolvePlain } from './yaml-schema.ts';

/** Collections within collections; deeper input is an attack or a mistake. */
export const MAX_DEPTH = 256;

/** The offset of a field's key, of a list's item, or of the nearest parent that is written. */
export function locateYaml(text: string, path: FieldPath): number {
  const events = parseEvents(text, { maxDepth: MAX_DEPTH + 1 });
  return locateEvent(events, text, path).offset;
}

/** Index of the event at a path, and the offset that stands for it. */
export function locateEvent(
  events: readonly Event[],
  text: string,
  path: FieldPath,
): { readonly index: number; readonly offset: number } {
  let index = events.findIndex(({ type }) => type !== EVENT_ID.DOCUMENT);
  let offset = startOf(events[index], text);
  for (const step of path) {
    const child = typeof step === 'number' ? childAt(events, index, step) : entryOf(events, text, index, step);
    if (child === undefined) break;
    index = child.value;
    offset = startOf(events[child.key], text);
  }
  return { index, offset };
}

/** The index of the event after the whole node that begins at `index`. */
export function afterNode(events: readonly Event[], index: number): number {
  let depth = 0;
  let at = index;
  do {
    const type = events[at]?.type;
    if (type === EVENT_ID.MAPPING || type === EVENT_ID.SEQUENCE) depth += 1;
    else if (type === EVENT_ID.POP) depth -= 1;
    at += 1;
  } while (depth > 0 && at < events.length);
  return at;
}

export interface DuplicateKey {
  readonly key: string;
  readonly first: number;
  readonly second: number;
}

/** Every key that a map writes twice, with both offsets. */
export function duplicateKeys(events: readonly Event[], text: string): readonly DuplicateKey[] {
  const found: DuplicateKey[] = [];
  for (const [index, event] of events.entries()) {
    if (event.type !== EVENT_ID.MAPPING) continue;
    const seen = new Map<string, number>();
    for (const { key } of entriesOf(events, index)) {
      const name = keyAt(events[key], text);
      if (name === undefined) continue;
      const first = seen.get(name);
      if (first === undefined) seen.set(name, startOf(events[key], text));
      else found.push({ key: name, first, second: startOf(events[key], text) });
    }
  }
  return found;
}

/** The offset of the first key that is a collection, which JSON has no form for; undefined when there is none. */
export function complexKey(events: readonly Event[], text: string): number | undefined {
  for (const [index, event] of events.entries()) {
    if (event.type !== EVENT_ID.MAPPING) continue;
    for (const { key } of entriesOf(events, index)) {
      const type = events[key]?.type;
      if (type === EVENT_ID.MAPPING || type === EVENT_ID.SEQUENCE) return startOf(events[key], text);
    }
  }
  return undefined;
}

/** How many values the document has once its aliases are followed: a few lines can stand for billions. */
export function expandedSize(events: readonly Event[], text: string): number {
  const sizes = new Map<string, number>();
  const open: { size: number; anchor: string | undefined }[] = [{ size: 0, anchor: undefined }];
  for (const event of events) {
    const top = open[open.length - 1];
    if (top === undefined || event.type === EVENT_ID.DOCUMENT) continue;
    if (event.type === EVENT_ID.POP) {
      if (open.length > 1) close(open, sizes);
    } else if (event.type === EVENT_ID.ALIAS) top.size += sizes.get(anchorOf(event, text) ?? '') ?? 1;
    else if (event.type === EVENT_ID.SCALAR) top.size += 1;
    else open.push({ size: 1, anchor: anchorOf(event, text) });
  }
  return open[0]?.size ?? 0;
}

/** The offset of the first alias that stands within the node of its own anchor; undefined when there is none. */
export function aliasWithinItself(events: readonly Event[], text: string): number | undefined {
  const open: Event[] = [];
  // The last node that took a name has it.
  const named = new Map<string, Event>();
  for (const event of events) {
    if (event.type === EVENT_ID.POP) open.pop();
    else if (event.type === EVENT_ID.DOCUMENT) open.push(event);
    else {
      const name = anchorOf(event, text);
      const node = name === undefined ? undefined : named.get(name);
      if (event.type === EVENT_ID.ALIAS && node !== undefined && open.includes(node)) return startOf(event, text);
      if (event.type !== EVENT_ID.ALIAS && name !== undefined) named.set(name, event);
      if (event.type === EVENT_ID.MAPPING || event.type === EVENT_ID.SEQUENCE) open.push(event);
    }
  }
  return undefined;
}

/** The offset of a node's first character: its quote, its key, its dash's content. */
export function startOf(event: Event | undefined, text: string): number {
  if (event?.type === EVENT_ID.SCALAR)
    return Math.max(0, isQuoted(event, text) ? event.valueStart - 1 : event.valueStart);
  if (event?.type === EVENT_ID.MAPPING || event?.type === EVENT_ID.SEQUENCE) return event.start;
  return event?.type === EVENT_ID.ALIAS ? Math.max(0, event.anchorStart - 1) : 0;
}

function close(open: { size: number; anchor: string | undefined }[], sizes: Map<string, number>): void {
  const done = open.pop();
  const parent = open[open.length - 1];
  if (done === undefined || parent === undefined) return;
  if (done.anchor !== undefined) sizes.set(done.anchor, done.size);
  parent.size += done.size;
}

function anchorOf(
  event: { readonly anchorStart: number; readonly anchorEnd: number },
  text: string,
): string | undefined {
  return event.anchorStart < 0 ? undefined : text.slice(event.anchorStart, event.anchorEnd);
}

function isQuoted(event: ScalarEvent, text: string): boolean {
  if (event.style !== SCALAR_STYLE.SINGLE_QUOTED && event.style !== SCALAR_STYLE.DOUBLE_QUOTED) return false;
  const before = text[event.valueStart - 1];
  return before === '"' || before === "'";
}

function* entriesOf(
  events: readonly Event[],
  mapping: number,
): Generator<{ readonly key: number; readonly value: number }> {
  let key = mapping + 1;
  while (key < events.length && events[key]?.type !== EVENT_ID.POP) {
    const value = afterNode(events, key);
    yield { key, value };
    key = afterNode(events, value);
  }
}

function entryOf(events: readonly Event[], text: string, mapping: number, name: string) {
  if (events[mapping]?.type !== EVENT_ID.MAPPING) return undefined;
  for (const entry of entriesOf(events, mapping)) if (keyAt(events[entry.key], text) === name) return entry;
  return undefined;
}

function childAt(events: readonly Event[], sequence: number, position: number) {
  if (events[sequence]?.type !== EVENT_ID.SEQUENCE) return undefined;
  let item = sequence + 1;
  for (let count = 0; item < events.length && events[item]?.type !== EVENT_ID.POP; count += 1) {
    if (count === position) return { key: item, value: item };
    item = afterNode(events, item);
  }
  return undefined;
}

function keyAt(event: Event | undefined, text: string): string | undefined {
  if (event?.type !== EVENT_ID.SCALAR) return undefined;
  const value = getScalarValue(text, event);
  if (event.style !== SCALAR_STYLE.PLAIN) return value;
  try {
    return keyText(resolvePlain(value));
  } catch {
    return value;
  }
}
