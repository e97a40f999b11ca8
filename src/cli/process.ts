/** Ties a run to this process: streams, signals, exit code. */
import { writeSync } from 'node:fs';
import { type Context, Interrupted, type Sink } from './context.ts';
import { EXIT } from './exit-codes.ts';
import { runCli } from './run.ts';

/** Runs with the arguments of the process and sets its exit code. */
export async function runProcess(): Promise<void> {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', endUnwritten);
  const interruption = new AbortController();
  const interrupt = (): void => {
    if (interruption.signal.aborted) process.exit(EXIT.interrupted);
    interruption.abort(new Interrupted('interrupted'));
  };
  const listen = (): unknown => process.on('SIGINT', interrupt).on('SIGTERM', interrupt);
  const forget = (): unknown => process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
  listen();
  // With nobody listening the system ends the process, which a shell calls 130.
  const compute = <T>(work: () => T): T => {
    forget();
    try {
      return work();
    } finally {
      listen();
    }
  };
  process.exitCode = await runCli(process.argv.slice(2), contextOf(interruption.signal, compute));
  // What was under way may still hold handles; everything of it is cleaned up or dies with this process.
  if (process.exitCode === EXIT.interrupted) process.exit();
  forget();
}

/** Who reads has read enough (`holdfast plan | head`): that is no failure. A full disk under the output is one. */
function endUnwritten(error: NodeJS.ErrnoException): void {
  if (error.code === 'EPIPE') process.exit();
  try {
    writeSync(2, `error: The output cannot be written: ${error.message}. (cannot-write)\n`);
  } catch {
    // Standard error is what cannot be written: the exit code has to say it.
  }
  process.exit(EXIT.environment);
}

function contextOf(signal: AbortSignal, compute: Context['compute']): Context {
  return {
    stdout: sinkOf(process.stdout),
    stderr: sinkOf(process.stderr),
    readStdin,
    interactive: process.stdin.isTTY && process.stderr.isTTY,
    ask: (question) => ask(question, signal),
    env: process.env,
    cwd: process.cwd(),
    signal,
    compute,
  };
}

function sinkOf(stream: NodeJS.WriteStream): Sink {
  return {
    isTty: stream.isTTY,
    columns: stream.isTTY ? stream.columns : undefined,
    write: (text) => {
      stream.write(text);
    },
  };
}

async function readStdin(): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Uint8Array);
  return Buffer.concat(chunks).toString('utf8');
}

/** Asks on standard error: standard output is for data. */
async function ask(question: string, signal: AbortSignal): Promise<string> {
  const { createInterface } = await import('node:readline/promises');
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await terminal.question(question, { signal });
  } finally {
    terminal.close();
  }
}
