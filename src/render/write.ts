/**
 * Writes a tree: everything is staged beside it first, then put in place in one go that no signal interrupts. When a
 * step fails, what was put in place is taken back. Effects live here; what to do is decided in compare.ts.
 */
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { HoldfastError } from '../core/error.ts';
import { type Comparison, compareTree } from './compare.ts';
import { commit, discard, stage } from './commit.ts';
import { type Manifest, MANIFEST_PATH, readManifest, sha256, writeManifest } from './manifest.ts';
import type { Layout, Tree } from './types.ts';

export interface TreeTarget {
  readonly out: string;
  readonly cluster: string;
  readonly layout: Layout;
  /** Only files of this system. */
  readonly owner?: string | undefined;
  /** Replace and remove files that a person changed. */
  readonly force: boolean;
}

/**
 * What a write would do, without doing it.
 * @throws HoldfastError `not-a-directory`, `other-cluster`.
 */
export async function compareWithDisk(tree: Tree, target: TreeTarget): Promise<Comparison> {
  await requireDirectory(target.out);
  const recorded = await recordedIn(target.out);
  if (recorded && recorded.cluster !== target.cluster && !target.force) throw otherCluster(recorded, target);
  const paths = new Set([...tree.files.map(({ path }) => path), ...Object.keys(recorded?.files ?? {})]);
  return compareTree({ ...target, wanted: tree.files, recorded, found: await hashesOf(target.out, paths) });
}

/**
 * Writes the tree and says what was done.
 * @throws HoldfastError when the target cannot be written; the tree is then as it was. Throws the signal's reason when aborted.
 */
export async function writeTree(tree: Tree, target: TreeTarget, signal: AbortSignal): Promise<Comparison> {
  await sweepStaging(target.out);
  const comparison = await compareWithDisk(tree, target);
  const fresh = !existsSync(target.out);
  const root = resolve(target.out);
  const before = await recordedIn(target.out);
  const unchanged = comparison.write.length === 0 && comparison.remove.length === 0;
  if (unchanged && before && writeManifest(before) === writeManifest(comparison.manifest)) return comparison;
  const staging = stagingOf(root, fresh);
  try {
    await makeFolder(staging);
    const files = [...comparison.write, { path: MANIFEST_PATH, text: writeManifest(comparison.manifest) }];
    await stage(join(staging, 'new'), files, signal);
    signal.throwIfAborted();
    commit({ root, staging, fresh, files, remove: comparison.remove, transition: transitionOf(before, comparison) });
    return comparison;
  } catch (error) {
    throw isSystemError(error) ? cannotWrite(target.out, error) : error;
  } finally {
    discard(staging);
  }
}

/**
 * The folder and those above it. Node's own `recursive` never returns where the folder above is there and still nothing
 * can be made in it, as under /proc.
 */
async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    if (isSystemError(error) && error.code === 'EEXIST') return;
    if (!isSystemError(error) || error.code !== 'ENOENT' || existsSync(dirname(path))) throw error;
    await makeFolder(dirname(path));
    await mkdir(path);
  }
}

/** Beside a tree that does not exist yet, within one that does: renames must stay on one file system. */
function stagingOf(root: string, fresh: boolean): string {
  const name = `staging-${process.pid}`;
  return fresh ? join(dirname(root), `.holdfast-${name}`) : join(root, '.holdfast', name);
}

/** While files are replaced, both the old and the new bytes are ours: a run that is killed leaves no file that looks edited. */
function transitionOf(before: Manifest | undefined, { manifest, remove }: Comparison): string {
  const files = Object.entries(manifest.files).map(([path, file]) => {
    const last = before?.files[path];
    return [path, last ? { ...last, next: file.sha256 } : file] as const;
  });
  const removed = remove.flatMap((path) => (before?.files[path] ? [[path, before.files[path]] as const] : []));
  return writeManifest({ ...manifest, files: Object.fromEntries([...files, ...removed]) });
}

async function recordedIn(out: string): Promise<Manifest | undefined> {
  const text = await readFile(join(out, MANIFEST_PATH), 'utf8').catch(() => undefined);
  return text === undefined ? undefined : readManifest(text);
}

async function hashesOf(out: string, paths: Iterable<string>): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  for (const path of paths) {
    const bytes = await readFile(join(out, path)).catch((error: unknown) => {
      if (isSystemError(error) && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) return undefined;
      throw isSystemError(error) ? cannotWrite(out, error) : error;
    });
    if (bytes) found.set(path, sha256(bytes));
  }
  return found;
}

async function requireDirectory(out: string): Promise<void> {
  const there = await stat(out).catch(() => undefined);
  if (there && !there.isDirectory()) {
    throw new HoldfastError('not-a-directory', `${out} is not a directory.`, {
      hint: 'Name a directory, or a path that does not exist yet.',
    });
  }
}

function otherCluster(recorded: Manifest, { out, cluster }: TreeTarget): HoldfastError {
  return new HoldfastError(
    'other-cluster',
    `${out} holds the tree of cluster ${recorded.cluster}, not of ${cluster}.`,
    {
      hint: 'Name another directory with --out, or replace that tree with --force.',
    },
  );
}

function cannotWrite(out: string, error: NodeJS.ErrnoException): HoldfastError {
  return new HoldfastError('cannot-write', `The tree ${out} cannot be written: ${error.message}. It is as it was.`, {
    exitCode: 3,
    cause: error,
  });
}

function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && typeof (error as NodeJS.ErrnoException).code === 'string' && 'syscall' in error;
}

/** Removes what a killed run left behind in the tree. */
async function sweepStaging(out: string): Promise<void> {
  const folder = join(out, '.holdfast');
  for (const name of await readdir(folder).catch(() => [])) {
    const pid = /^staging-(\d+)$/.exec(name)?.[1];
    if (pid !== undefined && !isRunning(Number(pid))) await rm(join(folder, name), { recursive: true, force: true });
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
