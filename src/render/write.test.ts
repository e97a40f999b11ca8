import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { KEPT } from './compare.ts';
import { MANIFEST_PATH, readManifest, sha256, writeManifest } from './manifest.ts';
import type { Tree } from './types.ts';
import { compareWithDisk, type TreeTarget, writeTree } from './write.ts';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function place(): string {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-render-'));
  folders.push(folder);
  return folder;
}

const tree = (files: Readonly<Record<string, string>>): Tree => ({
  files: Object.entries(files).map(([path, text]) => ({
    path,
    text,
    owner: path.includes('/') ? (path.split('/')[0] ?? '') : 'tree',
  })),
});
const target = (out: string, more: Partial<TreeTarget> = {}): TreeTarget => ({
  out,
  cluster: 'shop',
  layout: 'plain',
  force: false,
  ...more,
});
const never = new AbortController().signal;
const read = (out: string, path: string): string => readFileSync(join(out, path), 'utf8');
const states = async (wanted: Tree, to: TreeTarget): Promise<Record<string, string>> =>
  Object.fromEntries((await compareWithDisk(wanted, to)).changes.map(({ path, state }) => [path, state]));

const first = tree({
  'README.md': 'one\n',
  'etcd/a.yaml': 'a: 1\n',
  'etcd/b.sh': '#!/bin/sh\n',
  'scheduling/c.yaml': 'c: 1\n',
});
const second = tree({
  'README.md': 'two\n',
  'etcd/a.yaml': 'a: 2\n',
  'scheduling/c.yaml': 'c: 1\n',
  'scheduling/d.yaml': 'd: 1\n',
});

describe('writing a tree', () => {
  it('makes a new one, with scripts that can be run and a manifest', async () => {
    const out = join(place(), 'clusters', 'shop');
    const { changes } = await writeTree(first, target(out), never);
    expect(changes.map(({ state }) => state)).toEqual(['created', 'created', 'created', 'created']);
    expect(read(out, 'etcd/a.yaml')).toBe('a: 1\n');
    expect(statSync(join(out, 'etcd/b.sh')).mode & 0o111).not.toBe(0);
    expect(readManifest(read(out, MANIFEST_PATH))?.files['etcd/a.yaml']).toEqual({
      owner: 'etcd',
      sha256: sha256('a: 1\n'),
    });
    expect(readdirSync(join(out, '..'))).toEqual(['shop']);
  });

  it('changes nothing when nothing changed', async () => {
    const out = place();
    await writeTree(first, target(out), never);
    const before = statSync(join(out, MANIFEST_PATH)).mtimeMs;
    const { changes } = await writeTree(first, target(out), never);
    expect(new Set(changes.map(({ state }) => state))).toEqual(new Set(['unchanged']));
    expect(statSync(join(out, MANIFEST_PATH)).mtimeMs).toBe(before);
  });

  it('updates, adds and removes what is its own, with folders that became empty', async () => {
    const out = place();
    await writeTree(
      tree({ ...Object.fromEntries(first.files.map(({ path, text }) => [path, text])), 'old/deep/x.yaml': 'x\n' }),
      target(out),
      never,
    );
    const { changes } = await writeTree(second, target(out), never);
    expect(Object.fromEntries(changes.map(({ path, state }) => [path, state]))).toEqual({
      'README.md': 'updated',
      'etcd/a.yaml': 'updated',
      'etcd/b.sh': 'removed',
      'old/deep/x.yaml': 'removed',
      'scheduling/c.yaml': 'unchanged',
      'scheduling/d.yaml': 'created',
    });
    expect(existsSync(join(out, 'old'))).toBe(false);
    expect(readdirSync(join(out, '.holdfast'))).toEqual(['manifest.json']);
  });

  it('names and keeps what a person changed, until it is told otherwise', async () => {
    const out = place();
    await writeTree(first, target(out), never);
    writeFileSync(join(out, 'etcd/a.yaml'), 'a: mine\n');
    writeFileSync(join(out, 'etcd/b.sh'), '#!/bin/sh\nmine\n');
    writeFileSync(join(out, 'scheduling/d.yaml'), 'd: mine\n');
    for (let round = 0; round < 2; round += 1) {
      const { changes } = await writeTree(second, target(out), never);
      expect(changes.filter(({ state }) => KEPT.includes(state))).toEqual([
        { path: 'etcd/a.yaml', state: 'edited', forced: false },
        { path: 'etcd/b.sh', state: 'edited-leftover', forced: false },
        { path: 'scheduling/d.yaml', state: 'in-the-way', forced: false },
      ]);
    }
    expect([read(out, 'etcd/a.yaml'), read(out, 'scheduling/d.yaml')]).toEqual(['a: mine\n', 'd: mine\n']);
    await writeTree(second, target(out, { force: true }), never);
    expect([read(out, 'etcd/a.yaml'), read(out, 'scheduling/d.yaml'), existsSync(join(out, 'etcd/b.sh'))]).toEqual([
      'a: 2\n',
      'd: 1\n',
      false,
    ]);
    expect(new Set(Object.values(await states(second, target(out))))).toEqual(new Set(['unchanged']));
  });

  it('leaves files that it never wrote alone', async () => {
    const out = place();
    writeFileSync(join(out, 'notes.txt'), 'mine');
    await writeTree(first, target(out), never);
    await writeTree(second, target(out, { force: true }), never);
    expect(read(out, 'notes.txt')).toBe('mine');
  });

  it('takes only the files of one system', async () => {
    const out = place();
    await writeTree(first, target(out), never);
    await writeTree(second, target(out, { owner: 'etcd' }), never);
    expect([
      read(out, 'README.md'),
      read(out, 'etcd/a.yaml'),
      existsSync(join(out, 'etcd/b.sh')),
      existsSync(join(out, 'scheduling/d.yaml')),
    ]).toEqual(['one\n', 'a: 2\n', false, false]);
    expect(Object.keys(readManifest(read(out, MANIFEST_PATH))?.files ?? {})).toEqual([
      'README.md',
      'etcd/a.yaml',
      'scheduling/c.yaml',
    ]);
  });

  it('refuses the tree of another cluster and a path that is a file', async () => {
    const out = place();
    await writeTree(first, target(out), never);
    await expect(writeTree(first, target(out, { cluster: 'other' }), never)).rejects.toThrow(
      'holds the tree of cluster shop, not of other',
    );
    await expect(writeTree(first, target(join(out, 'README.md')), never)).rejects.toThrow('is not a directory');
  });
});

describe('a write that does not come to its end', () => {
  it('leaves nothing of a new tree when it is interrupted', async () => {
    const folder = place();
    const controller = new AbortController();
    controller.abort(new Error('interrupted'));
    await expect(writeTree(first, target(join(folder, 'tree')), controller.signal)).rejects.toThrow('interrupted');
    expect(readdirSync(folder)).toEqual([]);
  });

  it('leaves an old tree as it was when a file cannot be put in place', async () => {
    const out = place();
    await writeTree(first, target(out), never);
    const manifest = read(out, MANIFEST_PATH);
    mkdirSync(join(out, 'zoo'));
    writeFileSync(join(out, 'zoo', 'not-a-folder'), '');
    const blocked = tree({ 'README.md': 'two\n', 'etcd/a.yaml': 'a: 2\n', 'zoo/not-a-folder/z.yaml': 'z\n' });
    await expect(writeTree(blocked, target(out), never)).rejects.toThrow('It is as it was.');
    expect([read(out, 'README.md'), read(out, 'etcd/a.yaml'), read(out, 'etcd/b.sh')]).toEqual([
      'one\n',
      'a: 1\n',
      '#!/bin/sh\n',
    ]);
    expect(read(out, MANIFEST_PATH)).toBe(manifest);
    expect(readdirSync(join(out, '.holdfast'))).toEqual(['manifest.json']);
  });

  it('takes files for its own that a killed run had already replaced', async () => {
    const out = place();
    await writeTree(first, target(out), never);
    const recorded = readManifest(read(out, MANIFEST_PATH));
    const files = {
      ...recorded?.files,
      'etcd/a.yaml': { owner: 'etcd', sha256: sha256('a: 1\n'), next: sha256('a: 2\n') },
    };
    writeFileSync(join(out, MANIFEST_PATH), writeManifest({ cluster: 'shop', layout: 'plain', files }));
    writeFileSync(join(out, 'etcd/a.yaml'), 'a: 2\n');
    mkdirSync(join(out, '.holdfast', 'staging-999999999'));
    const third = tree({ 'etcd/a.yaml': 'a: 3\n' });
    expect((await states(third, target(out)))['etcd/a.yaml']).toBe('updated');
    await writeTree(third, target(out), never);
    expect(readdirSync(join(out, '.holdfast'))).toEqual(['manifest.json']);
  });

  it.skipIf(!existsSync('/proc/self'))('says so where nothing can be made, and comes to an end', async () => {
    const nowhere = target('/proc/self/holdfast/tree');
    await expect(writeTree(first, nowhere, never)).rejects.toMatchObject({ code: 'cannot-write', exitCode: 3 });
  });

  it('makes the folders above a new tree', async () => {
    const out = join(place(), 'a', 'b', 'tree');
    await writeTree(first, target(out), never);
    expect(read(out, 'README.md')).toBe('one\n');
  });

  it.skipIf(process.getuid?.() === 0)('says so when the directory may not be written', async () => {
    const out = place();
    chmodSync(out, 0o500);
    await expect(writeTree(first, target(out), never)).rejects.toMatchObject({ code: 'cannot-write', exitCode: 3 });
    chmodSync(out, 0o700);
  });
});

describe('a manifest', () => {
  it('that names files outside its tree does not make us touch them', () => {
    const hostile = {
      apiVersion: 'holdfast.dev/v1',
      kind: 'RenderManifest',
      cluster: 'shop',
      layout: 'plain',
      files: {
        '../x': { owner: 'a', sha256: '' },
        '/etc/x': { owner: 'a', sha256: '' },
        ok: { owner: 'a', sha256: '' },
      },
    };
    expect(Object.keys(readManifest(JSON.stringify(hostile))?.files ?? {})).toEqual(['ok']);
  });

  it('that is none is taken as no manifest', () => {
    for (const text of [
      '',
      '{',
      '[]',
      '{"kind":"Other"}',
      '{"kind":"RenderManifest","layout":"x","cluster":"a","files":{}}',
    ])
      expect(readManifest(text)).toBeUndefined();
  });
});
