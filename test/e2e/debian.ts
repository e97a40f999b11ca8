/** Programs that come with the operating system: haproxy, nginx, keepalived, promtool, chromium. */
import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';
import { labSettings } from '../../src/lab/index.ts';

/**
 * The path of `program`. When it is missing, the end-to-end tests install Debian's packages themselves, which needs
 * root and apt-get; elsewhere they fail and say what to install. A judge that is missing is never skipped.
 */
export function ensureDebianTool(program: string, ...packages: readonly string[]): string {
  const found = find(program);
  if (found !== undefined) return found;
  const wanted = packages.length > 0 ? packages : [program];
  const command = `apt-get install -y --no-install-recommends ${wanted.join(' ')}`;
  if (process.getuid?.() !== 0 || find('apt-get') === undefined) {
    throw new Error(`${program} is missing and is a judge of these tests. Install it, on Debian as root: ${command}`);
  }
  process.stderr.write(`${program} is missing; running: ${command}\n`);
  aptGet(['update', '-qq']);
  aptGet(['install', '-y', '-qq', '--no-install-recommends', ...wanted]);
  const installed = find(program);
  if (installed === undefined) throw new Error(`${wanted.join(', ')} did not bring ${program}.`);
  return installed;
}

function aptGet(args: readonly string[]): void {
  const environment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const result = spawnSync('apt-get', [...args], { env: environment, encoding: 'utf8' });
  if (result.status !== 0) throw new Error(`apt-get ${args.join(' ')} failed: ${result.stderr}`);
}

function find(program: string): string | undefined {
  return labSettings(process.env)
    .searchPath.map((directory) => join(directory, program))
    .find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
