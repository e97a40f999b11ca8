/**
 * The one type of expected failure. A finding is returned, a bug asserts, everything else that a person can
 * mend is a `HoldfastError`.
 */

/** Where something stands in a text; lines and columns count from 1. */
export interface Position {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** One thing that is wrong with an input, in the words that a person needs to mend it. */
export interface Problem {
  /** Stable, kebab-case, e.g. `unknown-key`. */
  readonly code: string;
  /** What is wrong, one sentence without the place. */
  readonly message: string;
  /** The path in the document, e.g. `spec.etcd.members`. */
  readonly path?: string;
  readonly at?: Position | undefined;
  /** What was found, as written. */
  readonly found?: string;
  readonly expected?: string;
  readonly hint?: string;
}

/** 2: the input or the usage is wrong. 3: this machine or cluster cannot do it. */
export type FailureExitCode = 2 | 3;

export class HoldfastError extends Error {
  override readonly name = 'HoldfastError';
  readonly code: string;
  readonly exitCode: FailureExitCode;
  readonly hint: string | undefined;
  /** All problems at once; empty when the message says it all. */
  readonly problems: readonly Problem[];

  constructor(
    code: string,
    message: string,
    options: { hint?: string; problems?: readonly Problem[]; exitCode?: FailureExitCode; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.exitCode = options.exitCode ?? 2;
    this.hint = options.hint;
    this.problems = options.problems ?? [];
  }
}

/** A broken invariant: a fault of ours, never of the input. */
export class InvariantError extends Error {
  override readonly name = 'InvariantError';
}

/** Throws an InvariantError unless `condition` holds. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new InvariantError(message);
}

/** `file:line:column`, as editors and terminals link it. */
export function formatPosition(at: Position): string {
  return `${at.file}:${at.line}:${at.column}`;
}
