/** The package as users get it: packed, installed in an empty folder, run on the oldest Node that it supports and on the newest LTS. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..', '..');
const folder = mkdtempSync(join(tmpdir(), 'holdfast-package-'));

beforeAll(() => {
  execFileSync('npm', ['pack', '--pack-destination', folder, '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const tarball = readdirSync(folder).find((name) => name.endsWith('.tgz'));
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'empty', private: true, type: 'module' }));
  execFileSync('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error', `./${tarball}`], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.each(['22.18.0', '24'])('on Node %s', (version) => {
  let node = '';
  beforeAll(() => {
    const place = mkdtempSync(join(folder, 'node-'));
    writeFileSync(join(place, 'package.json'), JSON.stringify({ private: true, allowScripts: { node: true } }));
    execFileSync('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error', `node@${version}`], {
      cwd: place,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    node = join(place, 'node_modules', '.bin', 'node');
  });
  const run = (...args: string[]) =>
    spawnSync(node, [join(folder, 'node_modules', 'holdfast', 'dist', 'cli', 'main.js'), ...args], {
      cwd: folder,
      encoding: 'utf8',
    });

  it('prints its version', () => {
    const result = run('version', '-o', 'json');
    expect(result.stderr).toBe('');
    expect(JSON.parse(result.stdout)).toMatchObject({
      apiVersion: 'holdfast.dev/v1',
      kind: 'Version',
      node: expect.stringContaining(version.split('.')[0] ?? '') as string,
    });
  });

  it('runs the demo on its bundled examples', () => {
    const result = run('demo', '--out', join(folder, `report-${version}.html`));
    expect(result.status, result.stderr).toBe(0);
    expect(readFileSync(join(folder, `report-${version}.html`), 'utf8')).toContain('<!doctype html>');
  });

  it('is a library', () => {
    const program = `import * as holdfast from 'holdfast'; console.log(typeof holdfast.readClusterDocument, typeof holdfast.planCluster, typeof holdfast.renderTree);`;
    const result = spawnSync(node, ['--input-type=module', '-e', program], { cwd: folder, encoding: 'utf8' });
    expect(result.stderr).toBe('');
    expect(result.stdout.trim()).toBe('function function function');
  });
});

it('holds what it needs and nothing else', () => {
  const files = readdirSync(join(folder, 'node_modules', 'holdfast'), { recursive: true, encoding: 'utf8' });
  expect(files).toEqual(
    expect.arrayContaining([
      'LICENSE',
      'NOTICE',
      'README.md',
      join('schema', 'cluster.schema.json'),
      join('examples', 'hardened', 'holdfast.yaml'),
    ]),
  );
  expect(files.filter((name) => /\.test\.|^src|^test|^node_modules/.test(name))).toEqual([]);
});
