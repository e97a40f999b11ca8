/** Runs the oracle on plain manifests and reads its answers. */
import { run } from '../../src/lab/process/run.ts';
import type { PodExplanation } from '../../src/twin/explanation.ts';
import { ensureOracle } from './binary.ts';

/** An object as it stands in a manifest. */
export type Manifest = Readonly<Record<string, unknown>>;

/** What the oracle says of one cluster. It throws what the oracle says of input that no API server would accept. */
export async function explainByOracle(objects: readonly Manifest[]): Promise<PodExplanation> {
  const input = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects });
  const { code, stdout, stderr } = await run(await ensureOracle(), ['explain', '-'], { input });
  if (code !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as PodExplanation;
}
