/** What the README shows is what a reader gets. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { commands } from '../../src/cli/tree.ts';
import { holdfast, newWorld, type World } from './cli-harness.ts';

const root = join(import.meta.dirname, '../..');
const readme = readFileSync(join(root, 'README.md'), 'utf8');
const blocks = [...readme.matchAll(/^```(\w*)\n(.*?)^```$/gms)].map(([, language = '', text = '']) => ({
  language,
  text,
}));

let world: World;
beforeEach(() => {
  world = newWorld();
});
afterEach(() => world.remove());

function block(start: string): string {
  const found = blocks.find(({ text }) => text.startsWith(start));
  if (found === undefined) throw new Error(`no block of README.md starts with ${start}`);
  return found.text;
}

describe('README.md', () => {
  it('shows how the demo begins, to the letter', async () => {
    const { stdout, exitCode } = await holdfast(world, 'demo');
    expect(exitCode).toBe(0);
    expect(stdout.slice(0, stdout.indexOf('\n\nnaive: ') + 1)).toBe(block('Of '));
  });

  it('has a minimal document that plans', async () => {
    writeFileSync(join(world.cwd, 'holdfast.yaml'), block('apiVersion:'));
    expect((await holdfast(world, 'plan')).exitCode).toBe(0);
  });

  it('shows an error as it is printed', () => {
    const line = block('examples/broken/').trim();
    const [file = ''] = line.split(':');
    const expected = readFileSync(join(root, dirname(file), 'expected/wrong-unit.txt'), 'utf8');
    expect(expected.split('\n')).toContain(`${basename(file)}${line.slice(file.length)}`);
  });

  it('names only commands that there are, and links only to what is there', () => {
    const names = new Set(commands.map(({ name }) => name));
    for (const [, name = ''] of readme.matchAll(/^holdfast (\w+)/gm)) expect(names, name).toContain(name);
    for (const [, target = ''] of readme.matchAll(/\]\(([^)#]+)\)/g))
      expect(existsSync(join(root, target)), target).toBe(true);
  });
});
