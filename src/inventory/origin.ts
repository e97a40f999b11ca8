/**
 * Where an object was read from: a file, or a live cluster. Line and column of a field are found only when somebody
 * asks: the one document is scanned again, nothing is kept per field.
 */
import type { Position } from '../core/error.ts';
import type { FieldPath } from '../kubernetes/objects.ts';
import { locateJson } from './scan-json.ts';
import type { Template } from './template-lines.ts';
import { templatePlace } from './template-lines.ts';
import { locateYaml } from './scan-yaml.ts';

/** The text of one file; its line starts are counted once, when a position is asked for. */
export interface SourceText {
  readonly file: string;
  readonly text: string;
  /** Of a text that no file holds. */
  readonly template: Template | undefined;
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

/** What is known of a text beside its letters. */
export interface SourceForm {
  readonly from?: TextStart | undefined;
  readonly template?: Template | undefined;
}

const WHOLE: TextStart = { offset: 0, line: 1, column: 1 };

export function sourceText(file: string, text: string, { from = WHOLE, template }: SourceForm = {}): SourceText {
  let starts: readonly number[] | undefined;
  return {
    file,
    text,
    template,
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

/**
 * The place of a field, or of the nearest of its parents that is written; without a path, of the object. What was rendered
 * is told by the line of its template where one line alone can have made it.
 */
export function positionOf(origin: FileOrigin, path?: FieldPath): Position;
export function positionOf(origin: Origin, path?: FieldPath): Position | undefined;
export function positionOf(origin: Origin, path: FieldPath = []): Position | undefined {
  if (isLive(origin)) return undefined;
  const offset = offsetOf(origin, path);
  return inTemplate(origin.source, offset) ?? origin.source.positionAt(offset);
}

function offsetOf({ source, start, end, prefix, format }: FileOrigin, path: FieldPath): number {
  const text = source.text.slice(start, end);
  const locate = format === 'json' ? locateJson : locateYaml;
  return start + locate(text, [...prefix, ...path]);
}

function inTemplate({ template, text }: SourceText, offset: number): Position | undefined {
  const place = template?.text === undefined ? undefined : templatePlace(template.text, { rendered: text, offset });
  return template === undefined || place === undefined ? undefined : { file: template.file, ...place };
}

/** What findings and causes say of where a field is: its line, the template that made it, or the cluster that it was read from. */
export type Place = Position | TemplatePlace | LiveOrigin;

/** Of what a chart renders: a file that there is, and its line only where it is known. */
export interface TemplatePlace {
  readonly file: string;
  readonly line?: number;
  readonly column?: number;
  /** In what helm writes. */
  readonly rendered: { readonly line: number; readonly column: number };
}

export function placeOf(origin: Origin, path: FieldPath = []): Place {
  if (isLive(origin)) return { context: origin.context };
  const { source } = origin;
  const offset = offsetOf(origin, path);
  const position = source.positionAt(offset);
  if (source.template === undefined) return position;
  const { line, column } = position;
  return { file: source.template.file, ...inTemplate(source, offset), rendered: { line, column } };
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
