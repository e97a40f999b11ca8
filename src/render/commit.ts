/** Staged files → their places. Synchronous, so that no signal falls between two of its steps. */
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { MANIFEST_PATH } from './manifest.ts';

interface NewFile {
  readonly path: string;
  readonly text: string;
}

export interface Commit {
  readonly root: string;
  readonly staging: string;
  /** True when there is no tree yet: the staged one becomes it by a single rename. */
  readonly fresh: boolean;
  readonly files: readonly NewFile[];
  readonly remove: readonly string[];
  /** The manifest for the time in which old and new files stand side by side. */
  readonly transition: string;
}

/** Writes the files into the staging folder; scripts become executable. */
export async function stage(folder: string, files: readonly NewFile[], signal: AbortSignal): Promise<void> {
  const folders = new Set(files.map(({ path }) => dirname(join(folder, path))));
  for (const name of folders) await mkdir(name, { recursive: true });
  for (const { path, text } of files) {
    signal.throwIfAborted();
    await writeFile(join(folder, path), text, { mode: text.startsWith('#!') ? 0o755 : 0o644 });
  }
}

/** Puts everything in place, or throws and leaves all as it was. */
export function commit(work: Commit): void {
  if (work.fresh) {
    renameSync(join(work.staging, 'new'), work.root);
    return;
  }
  const undo: (() => void)[] = [];
  try {
    replaceText(join(work.root, MANIFEST_PATH), work.transition, undo);
    for (const { path } of work.files.filter(({ path: name }) => name !== MANIFEST_PATH)) replace(work, path, undo);
    for (const path of work.remove) remove(work, path, undo);
    replace(work, MANIFEST_PATH, undo);
  } catch (error) {
    for (const step of undo.toReversed()) step();
    throw error;
  }
  for (const path of work.remove) removeEmptyFolders(work.root, dirname(path));
}

/** Removes the staging folder with whatever is left in it. */
export function discard(staging: string): void {
  rmSync(staging, { recursive: true, force: true });
}

function replace({ root, staging }: Commit, path: string, undo: (() => void)[]): void {
  const target = join(root, path);
  const saved = saveOld({ root, staging }, path);
  mkdirSync(dirname(target), { recursive: true });
  renameSync(join(staging, 'new', path), target);
  undo.push(() => (saved === undefined ? rmSync(target, { force: true }) : renameSync(saved, target)));
}

function remove(work: Commit, path: string, undo: (() => void)[]): void {
  const target = join(work.root, path);
  const saved = saveOld(work, path);
  if (saved === undefined) return;
  unlinkSync(target);
  undo.push(() => copyFileSync(saved, target));
}

/** A copy of the old file, so that its place is never empty. */
function saveOld({ root, staging }: Pick<Commit, 'root' | 'staging'>, path: string): string | undefined {
  const source = join(root, path);
  if (!existsSync(source)) return undefined;
  const saved = join(staging, 'old', path);
  mkdirSync(dirname(saved), { recursive: true });
  copyFileSync(source, saved);
  return saved;
}

function replaceText(target: string, text: string, undo: (() => void)[]): void {
  const old = existsSync(target) ? readFileSync(target, 'utf8') : undefined;
  mkdirSync(dirname(target), { recursive: true });
  renameText(target, text);
  undo.push(() => (old === undefined ? rmSync(target, { force: true }) : renameText(target, old)));
}

function renameText(target: string, text: string): void {
  const temporary = `${target}.next`;
  writeFileSync(temporary, text);
  renameSync(temporary, target);
}

function removeEmptyFolders(root: string, folder: string): void {
  let at = folder;
  while (at !== '.' && at !== '' && existsSync(join(root, at)) && readdirSync(join(root, at)).length === 0) {
    rmdirSync(join(root, at));
    at = dirname(at);
  }
}
