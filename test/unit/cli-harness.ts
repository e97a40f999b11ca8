/** Runs the command line in this process: a world of its own in, what it said and its exit code out. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Context } from '../../src/cli/context.ts';
import { runCli } from '../../src/cli/run.ts';

export interface World {
  readonly cwd: string;
  readonly env: Record<string, string>;
  stdin: string;
  /** Answers to questions; with them the world is interactive. */
  answers: string[] | undefined;
  readonly tty: boolean;
  readonly interruption: AbortController;
  readonly remove: () => void;
}

export interface Said {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** An empty directory to stand in, with state and caches of its own. */
export function newWorld(options: { tty?: boolean } = {}): World {
  const root = mkdtempSync(join(tmpdir(), 'holdfast-cli-'));
  return {
    cwd: root,
    env: {
      HOLDFAST_STATE: join(root, '.state'),
      HOLDFAST_CACHE: join(root, '.cache'),
      HOME: root,
      PATH: process.env['PATH'] ?? '',
    },
    stdin: '',
    answers: undefined,
    tty: options.tty === true,
    interruption: new AbortController(),
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
}

/** One call of holdfast. */
export async function holdfast(world: World, ...argv: readonly string[]): Promise<Said> {
  const said = { stdout: '', stderr: '' };
  const sink = (name: 'stdout' | 'stderr') => ({
    isTty: world.tty,
    columns: world.tty ? 100 : undefined,
    write: (text: string): void => {
      said[name] += text;
    },
  });
  const context: Context = {
    stdout: sink('stdout'),
    stderr: sink('stderr'),
    readStdin: async () => world.stdin,
    interactive: world.answers !== undefined,
    ask: async (question) => {
      said.stderr += question;
      return world.answers?.shift() ?? '';
    },
    env: world.env,
    cwd: world.cwd,
    signal: world.interruption.signal,
    compute: (work) => work(),
  };
  const exitCode = await runCli(argv, context);
  return { exitCode, ...said };
}
