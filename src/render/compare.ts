/** Wanted files, what was written last and what is there → what to do with each file. Pure. */
import { type Manifest, type ManifestFile, sha256 } from './manifest.ts';
import type { Layout, RenderedFile } from './types.ts';

/**
 * `edited`: a person changed it, so it is kept. `in-the-way`: it was there before Holdfast, so it is kept.
 * `edited-leftover`: no longer wanted, but a person changed it, so it is kept.
 */
export type FileState = 'unchanged' | 'created' | 'updated' | 'removed' | 'edited' | 'in-the-way' | 'edited-leftover';

export interface FileChange {
  readonly path: string;
  readonly state: FileState;
  /** True when the state names a file of a person that `--force` replaced or removed. */
  readonly forced: boolean;
}

export interface Comparison {
  /** Sorted by path. */
  readonly changes: readonly FileChange[];
  /** What to write. */
  readonly write: readonly RenderedFile[];
  readonly remove: readonly string[];
  /** The manifest once all is written. */
  readonly manifest: Manifest;
}

export interface Situation {
  readonly wanted: readonly RenderedFile[];
  readonly recorded: Manifest | undefined;
  /** sha256 of what is on disk, by path; absent when there is no such file. */
  readonly found: ReadonlyMap<string, string>;
  readonly cluster: string;
  readonly layout: Layout;
  /** Only files of this owner are looked at. */
  readonly owner?: string | undefined;
  readonly force: boolean;
}

/** States that keep a person's file although the tree should be otherwise. */
export const KEPT: readonly FileState[] = ['edited', 'in-the-way', 'edited-leftover'];

/** Decides about every file; what is not recorded and not wanted is not ours and not looked at. */
export function compareTree(situation: Situation): Comparison {
  const wanted = situation.wanted.filter(({ owner }) => situation.owner === undefined || owner === situation.owner);
  const paths = new Set(wanted.map(({ path }) => path));
  const leftovers = Object.entries(situation.recorded?.files ?? {}).filter(
    ([path, { owner }]) => !paths.has(path) && (situation.owner === undefined || owner === situation.owner),
  );
  const judged = [
    ...wanted.map((file) => ({ file, path: file.path, state: stateOf(file, situation) })),
    ...leftovers.flatMap(([path, file]) => {
      const state = leftoverState(path, file, situation);
      return state === undefined ? [] : [{ path, state, file: undefined }];
    }),
  ].toSorted((a, b) => (a.path < b.path ? -1 : 1));
  const acts = judged.filter(({ state }) => situation.force || !KEPT.includes(state));
  return {
    changes: judged.map(({ path, state }) => ({ path, state, forced: situation.force && KEPT.includes(state) })),
    write: acts.flatMap(({ file, state }) => (file && state !== 'unchanged' ? [file] : [])),
    remove: acts.flatMap(({ file, path }) => (file ? [] : [path])),
    manifest: manifestAfter(situation, judged),
  };
}

function stateOf({ path, text }: RenderedFile, { found, recorded }: Situation): FileState {
  const there = found.get(path);
  if (there === undefined) return 'created';
  if (there === sha256(text)) return 'unchanged';
  const last = recorded?.files[path];
  if (last === undefined) return 'in-the-way';
  return isOurs(there, last) ? 'updated' : 'edited';
}

function leftoverState(path: string, file: ManifestFile, { found }: Situation): FileState | undefined {
  const there = found.get(path);
  if (there === undefined) return undefined;
  return isOurs(there, file) ? 'removed' : 'edited-leftover';
}

/** Both hashes of a write that was cut short are ours. */
function isOurs(there: string, { sha256: last, next }: ManifestFile): boolean {
  return there === last || there === next;
}

type Judged = { readonly path: string; readonly state: FileState; readonly file: RenderedFile | undefined };

/** Kept files keep what was recorded, so that they stay known as edited; a file in the way stays unknown. */
function manifestAfter(situation: Situation, judged: readonly Judged[]): Manifest {
  const before = situation.recorded?.files ?? {};
  const outside = Object.entries(before).filter(
    ([, { owner }]) => situation.owner !== undefined && owner !== situation.owner,
  );
  const files = new Map<string, ManifestFile>(outside);
  for (const { path, state, file } of judged) {
    const kept = KEPT.includes(state) && !situation.force;
    const last = before[path];
    if (kept && last) files.set(path, last);
    else if (!kept && file) files.set(path, { owner: file.owner, sha256: sha256(file.text) });
  }
  return { cluster: situation.cluster, layout: situation.layout, files: Object.fromEntries(files) };
}
