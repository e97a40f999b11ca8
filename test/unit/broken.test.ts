/**
 * Each document under examples/broken breaks one thing; the message that a person gets is golden beside it.
 * UPDATE=1 writes the golden files anew.
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { holdfast, newWorld } from './cli-harness.ts';

const broken = join(import.meta.dirname, '..', '..', 'examples', 'broken');
const names = readdirSync(broken).filter((name) => name.endsWith('.yaml'));
const world = newWorld();

afterAll(() => world.remove());

it.each(names)('%s', async (name) => {
  writeFileSync(join(world.cwd, name), readFileSync(join(broken, name)));
  const said = await holdfast(world, 'plan', '-f', name);
  expect(said.exitCode).toBe(2);
  expect(said.stdout).toBe('');
  expect(said.stderr).toMatch(new RegExp(`^${name}:\\d+:\\d+: `, 'm'));
  const golden = join(broken, 'expected', name.replace('.yaml', '.txt'));
  if (process.env['UPDATE'] === '1') {
    mkdirSync(join(broken, 'expected'), { recursive: true });
    writeFileSync(golden, said.stderr);
  }
  expect(said.stderr).toBe(readFileSync(golden, 'utf8'));
});

it('writes nothing when a document is refused', async () => {
  const [first = ''] = names;
  const said = await holdfast(world, 'render', '-f', first, '--out', 'tree');
  expect(said.exitCode).toBe(2);
  expect(readdirSync(world.cwd)).not.toContain('tree');
});
