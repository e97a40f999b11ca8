/** Runs a program to its end and returns what it said. */
import { spawn } from 'node:child_process';
import { setPriority } from 'node:os';
import { createInterface } from 'node:readline';

export interface RunOptions {
  readonly directory?: string;
  readonly environment?: Readonly<Record<string, string | undefined>>;
  readonly input?: string;
  /** Called for each line of standard error while the program runs. */
  readonly onErrorLine?: (line: string) => void;
  /** Added to the scheduling priority; 10 lets everything else go first. */
  readonly niceness?: number;
  /** The program is killed after this time; without it there is no limit. */
  readonly timeoutMillis?: number;
  /** The program leads a process group of its own, which is ended when this aborts; the reason is then thrown. */
  readonly signal?: AbortSignal;
}

export interface RunResult {
  /** Null when a signal ended it. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `command` without a shell. A program that cannot be started throws; one that fails returns its code. */
export async function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  options.signal?.throwIfAborted();
  const child = spawn(command, [...args], {
    detached: options.signal !== undefined,
    cwd: options.directory,
    env: options.environment ?? process.env,
    stdio: ['pipe', 'pipe', 'pipe'],
    ...(options.timeoutMillis === undefined ? {} : { timeout: options.timeoutMillis, killSignal: 'SIGKILL' as const }),
  });
  if (options.niceness !== undefined && child.pid !== undefined) setPriority(child.pid, options.niceness);
  const stdout: Buffer[] = [];
  const stderr: string[] = [];
  child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
  createInterface({ input: child.stderr }).on('line', (line) => {
    stderr.push(line);
    options.onErrorLine?.(line);
  });
  child.stdin.on('error', () => undefined);
  child.stdin.end(options.input ?? '');
  const stop = (): void => endGroup(child.pid);
  options.signal?.addEventListener('abort', stop, { once: true });
  try {
    const result = await new Promise<RunResult>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code, signal) =>
        resolve({ code, signal, stdout: Buffer.concat(stdout).toString('utf8'), stderr: stderr.join('\n') }),
      );
    });
    options.signal?.throwIfAborted();
    return result;
  } finally {
    options.signal?.removeEventListener('abort', stop);
  }
}

function endGroup(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended.
  }
}
