/** `holdfast render`: the tree of files. */
import { HoldfastError } from '../../core/error.ts';
import { nearest } from '../../core/nearest.ts';
import { type Comparison, type FileState, KEPT } from '../../render/compare.ts';
import { renderTree } from '../../render/tree.ts';
import type { Layout, Tree } from '../../render/types.ts';
import { compareWithDisk, type TreeTarget, writeTree } from '../../render/write.ts';
import type { RenderResultOutput } from '../../report/schemas.ts';
import { systems } from '../../systems/index.ts';
import { findDocument } from '../documents.ts';
import { EXIT } from '../exit-codes.ts';
import { findRepository } from '../git-repository.ts';
import { detail, flag, formatOf, type Invocation, pathFrom, progress, textOption } from '../invocation.ts';
import { isData, writeData } from '../output.ts';
import { planDocument } from '../plan-document.ts';

type Mode = RenderResultOutput['mode'];

/** Writes or compares; exits with 1 when the tree differs afterwards. */
export async function run(invocation: Invocation): Promise<number> {
  const out = textOption(invocation, 'out') ?? 'rendered';
  const layout = (textOption(invocation, 'layout') ?? 'plain') as Layout;
  const owner = textOption(invocation, 'system');
  if (owner !== undefined) requireSystem(owner);
  const plan = await planDocument(await findDocument(invocation), invocation);
  const tree = renderTree(plan, systems, { layout, repository: await findRepository(invocation, out) });
  const target: TreeTarget = {
    out: pathFrom(invocation, out),
    cluster: plan.cluster.name,
    layout,
    owner,
    force: flag(invocation, 'force'),
  };
  const mode: Mode = flag(invocation, 'check') ? 'check' : flag(invocation, 'dryRun') ? 'dry-run' : 'write';
  const comparison = await act(tree, target, { mode, signal: invocation.context.signal });
  const result = resultOf(comparison, { out, mode, layout, cluster: plan.cluster.name });
  print(result, invocation);
  return result.differs ? EXIT.findings : EXIT.ok;
}

function requireSystem(id: string): void {
  const known = systems.map((system) => system.id as string);
  if (known.includes(id)) return;
  const near = nearest(id, known);
  throw new HoldfastError('unknown-system', `There is no system ${id}.`, {
    hint: near === undefined ? `Known are ${known.join(', ')}.` : `Did you mean ${near}?`,
  });
}

async function act(
  tree: Tree,
  target: TreeTarget,
  { mode, signal }: { mode: Mode; signal: AbortSignal },
): Promise<Comparison> {
  return mode === 'write' ? writeTree(tree, target, signal) : compareWithDisk(tree, target);
}

/** After writing, only files that were kept differ; before it, everything that is not as it should be. */
function resultOf(
  { changes }: Comparison,
  about: Omit<RenderResultOutput, 'apiVersion' | 'kind' | 'differs' | 'files'>,
): RenderResultOutput {
  const differs = changes.some(({ state, forced }) =>
    about.mode === 'write' ? KEPT.includes(state) && !forced : state !== 'unchanged',
  );
  return {
    apiVersion: 'holdfast.dev/v1',
    kind: 'RenderResult',
    ...about,
    differs,
    files: changes.map((change) => ({ ...change })),
  };
}

const WORDS: Readonly<Record<Exclude<FileState, 'unchanged'>, Readonly<Record<Mode, string>>>> = {
  created: { write: 'created', check: 'missing', 'dry-run': 'would create' },
  updated: { write: 'updated', check: 'outdated', 'dry-run': 'would update' },
  removed: { write: 'removed', check: 'left over', 'dry-run': 'would remove' },
  edited: { write: 'kept (edited)', check: 'edited', 'dry-run': 'would keep (edited)' },
  'in-the-way': { write: 'kept (not ours)', check: 'not ours', 'dry-run': 'would keep (not ours)' },
  'edited-leftover': {
    write: 'kept (edited, no longer planned)',
    check: 'edited, left over',
    'dry-run': 'would keep (edited, no longer planned)',
  },
};
const FORCED: Readonly<Record<Mode, string>> = { write: 'replaced', check: 'edited', 'dry-run': 'would replace' };

function print(result: RenderResultOutput, invocation: Invocation): void {
  const { stdout } = invocation.context;
  const format = formatOf(invocation);
  if (isData(format)) {
    stdout.write(writeData(result, format));
    return;
  }
  const rows = result.files.flatMap(({ path, state, forced }) =>
    state === 'unchanged' ? [] : [{ path, word: forced ? FORCED[result.mode] : WORDS[state][result.mode] }],
  );
  const longest = Math.max(0, ...rows.map(({ word }) => word.length));
  stdout.write(rows.map(({ path, word }) => `${word.padEnd(longest)}   ${path}\n`).join(''));
  progress(invocation, summary(result));
  const kept = result.files.filter(({ state, forced }) => KEPT.includes(state) && !forced).length;
  if (kept > 0 && result.mode !== 'check')
    progress(invocation, `${kept} kept as they are; --force replaces them. Their changes belong into the document.`);
  detail(invocation, `${result.files.length} files looked at`);
}

function summary({ files, out, mode, differs }: RenderResultOutput): string {
  const count = (...states: readonly FileState[]): number => files.filter(({ state }) => states.includes(state)).length;
  if (mode === 'check')
    return differs
      ? `${out} is not what the document gives. Run holdfast render.`
      : `${out} is what the document gives (${files.length} files).`;
  const verb = mode === 'write' ? '' : 'would be ';
  return `${out}: ${count('created')} ${verb}created, ${count('updated')} ${verb}updated, ${count('removed')} ${verb}removed, ${count('unchanged')} unchanged`;
}
