/**
 * The twin's scheduler against Kubernetes' own, on clusters that no one has seen before. A failing seed is printed; run
 * it again with HOLDFAST_SEED.
 */
import { beforeAll, describe, expect, it } from 'vitest';
import { ensureOracle } from '../oracle/binary.ts';
import { differences, verdictDifferences } from '../oracle/compare.ts';
import { cover, neverHit, noCoverage, table } from '../oracle/coverage.ts';
import { type RandomCluster, randomCluster } from '../oracle/generator/cluster.ts';
import type { Sizes } from '../oracle/generator/shape.ts';
import { goldenVectors } from '../oracle/golden.ts';
import { explainAllByOracle, followByOracle } from '../oracle/oracle.ts';
import { explainByTwin, sequenceByTwin } from '../oracle/twin.ts';

const firstSeed = Number(process.env['HOLDFAST_SEED'] ?? Math.floor(Date.now() / 1000));
const coverage = noCoverage();

/** How many clusters of which size; the large ones have what small ones cannot: ties, windows of the search, many domains. */
const runs: readonly { readonly what: string; readonly clusters: number; readonly sizes: Sizes }[] = [
  { what: 'small clusters', clusters: 300, sizes: {} },
  { what: 'clusters of 40 nodes', clusters: 40, sizes: { nodes: 40, placed: 240, pending: 40 } },
  { what: 'clusters of 150 nodes', clusters: 8, sizes: { nodes: 150, placed: 900, pending: 60 } },
  { what: 'a cluster of 500 nodes', clusters: 1, sizes: { nodes: 500, placed: 3500, pending: 30 } },
];

beforeAll(async () => {
  process.stderr.write(`scheduler against oracle: first seed ${String(firstSeed)}\n`);
  await ensureOracle();
});

describe('the twin says what the scheduler says', () => {
  it('of the recorded clusters, of which the oracle still says the same', async () => {
    const vectors = [...goldenVectors().values()].flat();
    const answers = await explainAllByOracle(vectors.map(({ objects }) => objects));
    for (const [index, vector] of vectors.entries()) {
      expect(answers[index], `recorded seed ${String(vector.seed)}`).toEqual(vector.answer);
      cover(coverage, vector.answer);
    }
  });

  it.each(runs)('of $what', async ({ clusters, sizes }) => {
    const drawn = Array.from({ length: clusters }, (_, index) => randomCluster(firstSeed + index, sizes));
    const answers = await explainAllByOracle(drawn.map(({ objects }) => objects));
    const found: string[] = [];
    for (const [index, cluster] of drawn.entries()) {
      const answer = answers[index];
      if (answer === undefined) continue;
      cover(coverage, answer);
      const lines = differences(answer, explainByTwin(cluster.objects));
      found.push(...lines.map((line) => `seed ${String(cluster.seed)}: ${line}`));
    }
    expect(found.slice(0, 20)).toEqual([]);
  });

  it('when each choice changes what the next pod finds', async () => {
    const drawn = Array.from({ length: 40 }, (_, index) => randomCluster(firstSeed + 1_000 + index, { pending: 30 }));
    const found: string[] = [];
    for (const cluster of drawn) found.push(...(await sequenceDifferences(cluster)));
    expect(found.slice(0, 20)).toEqual([]);
  });

  it('and the run reached every plugin and every reason', () => {
    process.stderr.write(`${table(coverage)}\n`);
    expect(neverHit(coverage)).toEqual([]);
  });
});

async function sequenceDifferences({ seed, objects }: RandomCluster): Promise<string[]> {
  const { steps } = sequenceByTwin(objects, seed);
  const judged = await followByOracle(
    objects,
    steps.map(({ choice }) => choice),
  );
  return judged.flatMap((step, index) => {
    cover(coverage, {
      apiVersion: 'holdfast.dev/v1',
      kind: 'PodExplanation',
      kubernetesVersion: '',
      pods: [step.verdict],
    });
    const ours = steps[index];
    const lines = ours === undefined ? [] : verdictDifferences(step.verdict, ours.verdict);
    if (step.problem !== undefined) lines.push(`${step.verdict.pod}: ${step.problem}`);
    return lines.map((line) => `seed ${String(seed)}, step ${String(index)}: ${line}`);
  });
}
