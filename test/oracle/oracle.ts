/** Runs the oracle on plain manifests and reads its answers. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '../../src/lab/process/run.ts';
import type { PodExplanation, PodVerdict } from '../../src/twin/explanation.ts';
import { ensureOracle } from './binary.ts';

/** An object as it stands in a manifest. */
export type Manifest = Readonly<Record<string, unknown>>;

export type Choice =
  | { readonly pod: string; readonly node: string }
  | { readonly pod: string; readonly nominated: string; readonly victims: readonly string[] }
  | { readonly pod: string };

export interface Step {
  readonly verdict: PodVerdict;
  readonly choice: Choice;
  /** Why the scheduler could not have chosen so. */
  readonly problem?: string;
}

/** What the oracle says of one cluster. It throws what the oracle says of input that no API server would accept. */
export async function explainByOracle(objects: readonly Manifest[]): Promise<PodExplanation> {
  return JSON.parse(await oracle(['explain', '-'], listOf(objects))) as PodExplanation;
}

/** The same for many clusters, by one process. */
export async function explainAllByOracle(clusters: readonly (readonly Manifest[])[]): Promise<PodExplanation[]> {
  return withFiles(clusters.map(listOf), async (paths) => {
    const lines = (await oracle(['explain', ...paths])).trimEnd().split('\n');
    return lines.map((line) => JSON.parse(line) as PodExplanation);
  });
}

/** Follows somebody's choices: what the oracle says of each pod before its choice, and of the choice. */
export async function followByOracle(objects: readonly Manifest[], choices: readonly Choice[]): Promise<Step[]> {
  return withFiles([listOf(objects), JSON.stringify(choices)], async ([cluster = '', chosen = '']) => {
    const answer = JSON.parse(await oracle(['sequence', cluster, '--choices', chosen])) as { steps: Step[] };
    return answer.steps;
  });
}

/** The text of one List. */
export function listOf(objects: readonly Manifest[]): string {
  return JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects });
}

async function oracle(args: readonly string[], input?: string): Promise<string> {
  const { code, stdout, stderr } = await run(await ensureOracle(), args, input === undefined ? {} : { input });
  if (code !== 0) throw new Error(stderr);
  return stdout;
}

async function withFiles<T>(texts: readonly string[], action: (paths: readonly string[]) => Promise<T>): Promise<T> {
  const directory = await mkdtemp(join(tmpdir(), 'holdfast-oracle-'));
  try {
    const paths = texts.map((_, index) => join(directory, `${String(index)}.json`));
    for (const [index, path] of paths.entries()) await writeFile(path, texts[index] ?? '');
    return await action(paths);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
