/** A tool that looks at the same files. */
import { spawnSync } from 'node:child_process';
import { homedir } from 'node:os';
import { join } from 'node:path';

export interface Peer {
  readonly name: string;
  readonly version: string;
  /** Gets it into a cache, once; the path of its program. */
  readonly install: () => string;
  /** Ends within a minute over thousands of objects, so that it is timed too. */
  readonly fast: boolean;
  readonly args: (path: string) => readonly string[];
  /** What it says about availability, one line each; its other checks (security, style) are left out. */
  readonly words: (output: string) => readonly string[];
}

export function cacheOf({ name, version }: Pick<Peer, 'name' | 'version'>): string {
  return join(process.env['HOLDFAST_CACHE'] ?? join(homedir(), '.cache/holdfast'), 'peers', `${name}-${version}`);
}

/** What it prints, whatever its exit code: findings are no failure here. */
export function said(command: string, args: readonly string[]): string {
  const cwd = join(import.meta.dirname, '../..');
  const { stdout, stderr } = spawnSync(command, args, { cwd, encoding: 'utf8', maxBuffer: 2 ** 28 });
  if (stdout === '') throw new Error(stderr);
  return stdout;
}
