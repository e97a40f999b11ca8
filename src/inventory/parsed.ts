/** What the parsers give: values with the part of the text that they stand in, and what was wrong. */
import type { Problem } from '../core/error.ts';
import type { FieldPath } from '../kubernetes/objects.ts';
import type { FileOrigin, SourceText } from './origin.ts';

export interface ParsedDocument {
  readonly value: unknown;
  readonly origin: FileOrigin;
  /** Where each element of its `items` stands by itself; undefined when they are only found within the whole. */
  readonly items: readonly (TextPart | undefined)[];
}

export interface TextPart {
  readonly start: number;
  readonly end: number;
  readonly prefix: FieldPath;
}

export interface ParsedText {
  readonly documents: readonly ParsedDocument[];
  readonly problems: readonly Problem[];
}

export interface ProblemAt {
  readonly code: string;
  readonly message: string;
  readonly offset: number;
  readonly expected?: string;
  readonly hint?: string;
}

export function problemAt(source: SourceText, { code, message, offset, expected, hint }: ProblemAt): Problem {
  return {
    code,
    message,
    at: source.positionAt(offset),
    ...(expected === undefined ? {} : { expected }),
    ...(hint === undefined ? {} : { hint }),
  };
}

/** A key that is written twice: which line is meant cannot be known. */
export function duplicateKeyProblem(
  source: SourceText,
  duplicate: { key: string; first: number; second: number },
): Problem {
  const first = source.positionAt(duplicate.first);
  return problemAt(source, {
    code: 'duplicate-key',
    message: `the key ${JSON.stringify(duplicate.key)} is written twice in one map, first in line ${first.line}`,
    offset: duplicate.second,
    expected: 'each key once',
  });
}

export function nulProblem(source: SourceText, offset: number): Problem {
  return problemAt(source, {
    code: 'nul-byte',
    message: 'the text holds a NUL byte',
    offset,
    expected: 'text in UTF-8',
    hint: 'A file in UTF-16, or one cut off by a full disk, looks like this; convert or restore it.',
  });
}
