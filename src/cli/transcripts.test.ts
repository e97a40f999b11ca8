/**
 * Runs what the transcripts say and compares every byte. `$ holdfast …` runs a command, `$ cat > FILE` writes a file
 * (until `EOF`); `2| ` marks standard error, the last line is the exit code. `UPDATE=1` rewrites the files: commit that
 * only when you know why each line changed.
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { holdfast, newWorld, type World } from '../../test/unit/cli-harness.ts';

const folder = join(import.meta.dirname, 'transcripts');

interface Step {
  readonly head: readonly string[];
  readonly run: (world: World) => Promise<readonly string[]>;
}

function stepsOf(text: string): readonly Step[] {
  return text
    .split(/^(?=\$ )/m)
    .filter((block) => block.startsWith('$ '))
    .map((block) => {
      const lines = block.trimEnd().split('\n');
      const [first = ''] = lines;
      const write = /^\$ cat > (\S+)$/.exec(first);
      if (write) {
        const end = lines.indexOf('EOF');
        const content = lines.slice(1, end);
        return {
          head: lines.slice(0, end + 1),
          run: async (world) => writeInto(world, write[1] ?? '', `${content.join('\n')}\n`),
        };
      }
      return { head: [first], run: (world) => runLine(world, first) };
    });
}

async function writeInto(world: World, path: string, content: string): Promise<readonly string[]> {
  mkdirSync(dirname(join(world.cwd, path)), { recursive: true });
  writeFileSync(join(world.cwd, path), content);
  return [];
}

async function runLine(world: World, line: string): Promise<readonly string[]> {
  const argv = [...line.slice('$ holdfast'.length).matchAll(/'([^']*)'|(\S+)/g)].map(
    ([, quoted, plain]) => quoted ?? plain ?? '',
  );
  const { stdout, stderr, exitCode } = await holdfast(world, ...argv);
  const lines = (text: string): string[] =>
    text === '' ? [] : text.replaceAll(world.cwd, '/here').replace(/\n$/, '').split('\n');
  return [...lines(stdout), ...lines(stderr).map((one) => `2| ${one}`.trimEnd()), `[exit ${exitCode}]`];
}

describe.each(readdirSync(folder))('transcript %s', (name) => {
  it('is what the commands say', async () => {
    const path = join(folder, name);
    const text = readFileSync(path, 'utf8');
    const world = newWorld();
    const blocks: string[] = [];
    for (const { head, run } of stepsOf(text)) blocks.push([...head, ...(await run(world))].join('\n'));
    world.remove();
    const title = text.slice(0, Math.max(0, text.search(/^\$ /m)));
    const actual = `${title}${blocks.join('\n\n')}\n`;
    if (process.env['UPDATE'] === '1') writeFileSync(path, actual);
    else expect(actual).toBe(text);
  });
});
