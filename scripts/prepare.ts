/**
 * Builds what npm takes from git, as pre-commit does. With -g npm hands its flag down to the installation of what the build
 * needs (npm 11, pacote lib/git.js), so that it is installed here. Run by npm's prepare step, only in a clone of npm's own.
 */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

const cwd = join(import.meta.dirname, '..');
const env = { ...process.env, npm_config_global: 'false' };
const npm = (...args: readonly string[]): Buffer => execFileSync('npm', args, { cwd, env, stdio: 'pipe' });

// npm asks twice.
if (!existsSync(join(cwd, 'dist'))) {
  npm('ci', '--ignore-scripts', '--include=dev', '--no-audit', '--no-fund');
  npm('run', 'build');
}
