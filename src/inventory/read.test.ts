import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readTexts } from './read.ts';

let folder = '';
const path = (...parts: string[]) => join(folder, ...parts);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-read-'));
  await mkdir(path('tree', 'sub'), { recursive: true });
  await mkdir(path('tree', '.git'));
  await mkdir(path('tree', 'node_modules'));
  await mkdir(path('empty'));
  for (const file of [
    'tree/b.yaml',
    'tree/a.yml',
    'tree/sub/c.json',
    'tree/notes.md',
    'tree/.hidden.yaml',
    'tree/.git/x.yaml',
    'tree/node_modules/y.yaml',
  ]) {
    await writeFile(path(file), file);
  }
  await writeFile(path('utf16.yaml'), Buffer.from([0xff, 0xfe, 0x61, 0x00]));
  await writeFile(path('latin1.yaml'), Buffer.from([0x61, 0x0a, 0x62, 0xe9, 0x0a]));
  await symlink(path('tree'), path('tree', 'loop'));
  await symlink(path('tree', 'b.yaml'), path('tree', 'link.yaml'));
});

afterAll(async () => rm(folder, { recursive: true, force: true }));

describe('reading', () => {
  it('walks a directory in order of names, without hidden files, other suffixes or linked folders', async () => {
    const { texts, problems } = await readTexts([path('tree')]);
    expect(texts.map(({ file }) => file.slice(folder.length + 1))).toEqual([
      'tree/a.yml',
      'tree/b.yaml',
      'tree/link.yaml',
      'tree/sub/c.json',
    ]);
    expect(texts.every(({ named }) => !named)).toBe(true);
    expect(problems).toEqual([]);
  });

  it('reads a named file whatever its suffix', async () => {
    const { texts } = await readTexts([path('tree', 'notes.md')]);
    expect(texts).toEqual([{ file: path('tree', 'notes.md'), text: 'tree/notes.md', named: true }]);
  });

  it('reads standard input for -', async () => {
    async function* chunks() {
      yield Buffer.from('a: "é').subarray(0, 5);
      yield Buffer.from('a: "é').subarray(5);
      yield '"\n';
    }
    expect((await readTexts(['-'], { stdin: chunks() })).texts).toEqual([
      { file: '<stdin>', text: 'a: "é"\n', named: true },
    ]);
    expect((await readTexts(['-'])).problems.map(({ code }) => code)).toEqual(['no-stdin']);
  });

  it('tells what it cannot read and goes on', async () => {
    const { texts, problems } = await readTexts([
      path('gone.yaml'),
      path('empty'),
      path('utf16.yaml'),
      path('latin1.yaml'),
      path('tree', 'b.yaml'),
    ]);
    expect(texts).toHaveLength(1);
    expect(problems.map(({ code, at }) => [code, at?.line, at?.column])).toEqual([
      ['unreadable', undefined, undefined],
      ['nothing-to-read', undefined, undefined],
      ['not-utf8', 1, 1],
      ['not-utf8', 2, 2],
    ]);
    expect(problems[0]?.message).toBe(`${path('gone.yaml')} cannot be read: it does not exist`);
  });

  it('refuses a file that is too large, without reading it', async () => {
    const { problems } = await readTexts([path('tree', 'b.yaml')], { maxFileBytes: 5 });
    expect(problems.map(({ code }) => code)).toEqual(['too-large']);
    async function* endless() {
      for (;;) yield 'xxxxxxxx';
    }
    expect((await readTexts(['-'], { stdin: endless(), maxFileBytes: 100 })).problems.map(({ code }) => code)).toEqual([
      'too-large',
    ]);
  });
});
