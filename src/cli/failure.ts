/** What went wrong, as a person reads it, and the exit code that says which kind it was. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { formatPosition, HoldfastError, type Problem } from '../core/error.ts';
import { printable } from '../core/printable.ts';
import { type Context, Interrupted } from './context.ts';
import { EXIT } from './exit-codes.ts';

/** Prints the failure and gives its exit code. Never a stack trace: that goes into a file. */
export async function reportFailure(error: unknown, context: Context, argv: readonly string[]): Promise<number> {
  if (context.signal.aborted || error instanceof Interrupted) {
    context.stderr.write('Interrupted.\n');
    return EXIT.interrupted;
  }
  if (error instanceof HoldfastError) {
    context.stderr.write(failureText(error));
    return error.exitCode;
  }
  const path = await writeCrashReport(error, context, argv);
  const message = error instanceof Error ? error.message : String(error);
  context.stderr.write(`error: this is a fault of Holdfast, not of your input: ${message}\n`);
  context.stderr.write(
    path === undefined
      ? 'A report of it could not be written.\n'
      : `A report is in ${path}; please send it along with what you ran.\n`,
  );
  return EXIT.fault;
}

/** `error: message (code)`, then every problem with its place, then the hint. */
export function failureText({ message, code, problems, hint }: HoldfastError): string {
  const lines = [
    `error: ${message} (${code})`,
    ...problems.flatMap(problemLines),
    ...(hint === undefined ? [] : [`hint: ${hint}`]),
  ];
  return printable(`${lines.join('\n')}\n`);
}

/** `file:line:column: path: message (found X, expected Y)`, and what was probably meant. */
function problemLines({ at, path, message, found, expected, hint }: Problem): readonly string[] {
  const place = at ? `${formatPosition(at)}: ` : '';
  const about = path === undefined || message.startsWith(path) ? '' : `${path}: `;
  const facts = [
    found === undefined ? '' : `found ${found}`,
    expected === undefined ? '' : `expected ${expected}`,
  ].filter((part) => part !== '');
  const detail = facts.length === 0 ? '' : ` (${facts.join(', ')})`;
  return [`${place}${about}${message}${detail}`, ...(hint === undefined ? [] : [`  ${hint}`])];
}

/** The path of the report, or undefined when not even that can be written. */
async function writeCrashReport(
  error: unknown,
  context: Context,
  argv: readonly string[],
): Promise<string | undefined> {
  try {
    const { labSettings } = await import('../lab/settings.ts');
    const folder = join(labSettings(context.env).stateDirectory, 'crashes');
    const path = join(folder, `${new Date().toISOString().replaceAll(/[:.]/g, '-')}-${process.pid}.txt`);
    await mkdir(folder, { recursive: true });
    await writeFile(path, crashText(error, argv), { mode: 0o600 });
    return path;
  } catch {
    return undefined;
  }
}

function crashText(error: unknown, argv: readonly string[]): string {
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const cause =
    error instanceof Error && error.cause instanceof Error
      ? `\ncaused by: ${error.cause.stack ?? error.cause.message}`
      : '';
  return `holdfast ${argv.join(' ')}\nnode ${process.version} on ${process.platform} ${process.arch}\n\n${stack}${cause}\n`;
}
