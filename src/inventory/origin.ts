/**
 * Where an object was read from: a file, or a live cluster. Line and column of a field are found only when somebody
 * asks: the one document is scanned again, nothing is kept per field.
 */
import type { Position } from '../core/error.ts';
import type { FieldPath } from '../kubernetes/objects.ts';
import { locateJson } from './scan-json.ts';
import { locateYaml } from './scan-yaml.ts';

/** The text of one file; its line starts are counted once, when a position is asked for. */
export interface SourceText {
  readonly file: string;
  readonly text: string;
  /** Line and column, both from 1, of a place in the text. */
  positionAt(offset: number): Position;
}

export type Origin = FileOrigin | LiveOrigin;

/** An object that an API server gave: it stands in no line. */
export interface LiveOrigin {
  /** Of the kubeconfig. */
  readonly context: string;
}

export interface FileOrigin {
  readonly source: SourceText;
  readonly format: 'yaml' | 'json';
  /** The part of the text that holds the object, alone or among others. */
  readonly start: number;
  readonly end: number;
  /** Where the object is within that part: `['items', 3]`. */
  readonly prefix: FieldPath;
}

/** Where in its file a text begins that is a part of it: the place of `offset`, which is in the first line of the text. */
export interface TextStart {
  readonly offset: number;
  readonly line: number;
  readonly column: number;
}

const WHOLE: TextStart = { offset: 0, line: 1, column: 1 };

export function sourceText(file: string, text: string, from: TextStart = WHOLE): SourceText {
  let starts: readonly number[] | undefined;
  return {
    file,
    text,
    positionAt(offset) {
      starts ??= lineStarts(text);
      const line = lineOf(starts, Math.max(0, Math.min(offset, text.length)));
      if (line === 0) return { file, line: from.line, column: Math.max(1, offset - from.offset + from.column) };
      return { file, line: from.line + line, column: offset - (starts[line] ?? 0) + 1 };
    },
  };
}

export function isLive(origin: Origin): origin is LiveOrigin {
  return 'context' in origin;
}

/** The place of a field, or of the nearest of its parents that is written; without a path, of the object. */
export function positionOf(origin: FileOrigin, path?: FieldPath): Position;
export function positionOf(origin: Origin, path?: FieldPath): Position | undefined;
export function positionOf(origin: Origin, path: FieldPath = []): Position | undefined {
  if (isLive(origin)) return undefined;
  const { source, start, end, prefix, format } = origin;
  const text = source.text.slice(start, end);
  const locate = format === 'json' ? locateJson : locateYaml;
  return source.positionAt(start + locate(text, [...prefix, ...path]));
}

/** What findings and causes say of where a field is: its line, or the cluster that it was read from. */
export type Place = Position | LiveOrigin;

export function placeOf(origin: Origin, path: FieldPath = []): Place {
  return isLive(origin) ? { context: origin.context } : positionOf(origin, path);
}

function lineStarts(text: string): readonly number[] {
  const starts = [0];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}

/** Index of the last line that starts at or before the offset. */
function lineOf(starts: readonly number[], offset: number): number {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((starts[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
}
