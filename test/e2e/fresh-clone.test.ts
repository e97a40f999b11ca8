/** The repository as a newcomer gets it: cloned, nothing installed, an npm cache that is empty; and a new system made by its script. */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..', '..');
const folder = mkdtempSync(join(tmpdir(), 'holdfast-clone-'));
const clone = join(folder, 'holdfast');

/** The machine's own Node and npm: nothing of this checkout's node_modules is on the path. */
const path = (process.env['PATH'] ?? '')
  .split(':')
  .filter((entry) => !entry.includes('node_modules'))
  .join(':');
const env = {
  ...Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !/^(npm_(?!config_registry)|NODE_|VITEST|INIT_CWD)/i.test(name) || name === 'NODE_EXTRA_CA_CERTS',
    ),
  ),
  PATH: path,
  npm_config_cache: join(folder, 'npm-cache'),
};
const npm = (...args: string[]) => spawnSync('npm', args, { cwd: clone, env, encoding: 'utf8', maxBuffer: 2 ** 26 });

beforeAll(() => {
  execFileSync('git', ['clone', '--quiet', '--no-hardlinks', root, clone], { stdio: ['ignore', 'ignore', 'inherit'] });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('npm start sets itself up, runs the demo and prints where the report is', () => {
  const result = npm('start');
  expect(result.status, result.stderr).toBe(0);
  const [, report = ''] = /^Report: (\S+\.html)/m.exec(result.stdout) ?? [];
  expect(readFileSync(resolve(clone, report), 'utf8')).toContain('<!doctype html>');
});

it('a second npm start installs nothing again', () => {
  const result = npm('start');
  expect(result.status, result.stderr).toBe(0);
  expect(result.stderr).not.toContain('Installing');
});

it('npm run new-system makes a system that passes the conformance suite once it is in the list', () => {
  expect(npm('run', 'new-system', 'time-sync').status).toBe(0);
  expect(npm('run', 'new-system', 'time-sync').status).toBe(2);
  expect(npm('run', 'new-system', 'Time_Sync').status).toBe(2);
  replace(
    'src/facts.ts',
    'export interface Facts {',
    "export interface Facts {\n  readonly 'time-sync': Record<string, never>;",
  );
  replace(
    'src/systems/index.ts',
    'export const systems',
    "import { timeSync } from './time-sync/index.ts';\n\nexport const systems",
  );
  replace('src/systems/index.ts', 'policy];', 'policy, timeSync];');
  // The list is in the article's order, so the newcomer takes an item behind the others.
  replace('src/systems/time-sync/index.ts', 'seedItems: [1]', 'seedItems: [20]');
  const types = spawnSync(join(clone, 'node_modules', '.bin', 'tsc'), {
    cwd: clone,
    env: { ...env, PATH: `${join(clone, 'node_modules', '.bin')}:${path}` },
    encoding: 'utf8',
  });
  expect(types.stdout.split('\n').filter((line) => line.includes('time-sync'))).toEqual([]);
  const suite = npm('test', '--', 'test/unit/conformance.test.ts', 'src/systems/time-sync');
  expect(suite.stdout, suite.stderr).toMatch(/^[1-9]\d* passed, 0 failed/m);
});

function replace(file: string, from: string, to: string): void {
  const place = join(clone, file);
  expect(existsSync(place)).toBe(true);
  const text = readFileSync(place, 'utf8');
  expect(text).toContain(from);
  writeFileSync(place, text.replace(from, to));
}
