/** A command as it was called: arguments, options by their long name in camelCase, and the world around it. */
import { resolve } from 'node:path';
import { printable } from '../core/printable.ts';
import { ansiPaint, noPaint, type Paint } from '../report/paint.ts';
import type { Context, Sink } from './context.ts';

export type OptionValue = string | boolean | readonly string[] | undefined;

export interface Invocation {
  readonly args: readonly string[];
  readonly options: Readonly<Record<string, OptionValue>>;
  readonly context: Context;
}

/** Runs a command and gives its exit code. */
export type Run = (invocation: Invocation) => Promise<number>;

/** Lines are this long when nobody says how wide the terminal is: files and pipes get the same text everywhere. */
const PIPED_WIDTH = 120;

/** An option that takes one value. */
export function textOption({ options }: Invocation, name: string): string | undefined {
  const value = options[name];
  return typeof value === 'string' ? value : undefined;
}

/** An option that is there or not. */
export function flag({ options }: Invocation, name: string): boolean {
  return options[name] === true;
}

/** An option that may be repeated. */
export function listOption({ options }: Invocation, name: string): readonly string[] {
  const value = options[name];
  return Array.isArray(value) ? (value as readonly string[]) : [];
}

/** The format asked for with `-o`. */
export function formatOf(invocation: Invocation): string {
  return textOption(invocation, 'output') ?? 'text';
}

/** Colours when the sink is a terminal and nobody forbade them (no-color.org: any non-empty value forbids). */
export function paintFor(invocation: Invocation, sink: Sink = invocation.context.stdout): Paint {
  const { env } = invocation.context;
  const forbidden = (env['NO_COLOR'] ?? '') !== '' || env['TERM'] === 'dumb' || invocation.options['color'] === false;
  return sink.isTty && !forbidden ? ansiPaint : noPaint;
}

/** Characters of a line; tables get unreadable beyond 160. */
export function widthOf({ context }: Invocation): number {
  return Math.min(160, Math.max(60, context.stdout.columns ?? PIPED_WIDTH));
}

/** A line about what is being done; silent with `-q`. */
export function progress(invocation: Invocation, line: string): void {
  if (!flag(invocation, 'quiet')) invocation.context.stderr.write(`${printable(line)}\n`);
}

/** A line that only helps when something is not as expected; shown with `-v`. */
export function detail(invocation: Invocation, line: string): void {
  if (flag(invocation, 'verbose')) invocation.context.stderr.write(`${printable(line)}\n`);
}

/** A path as the person wrote it, from where they stand. */
export function pathFrom({ context }: Invocation, path: string): string {
  return resolve(context.cwd, path);
}
