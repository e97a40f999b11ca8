/** Records what the oracle says of small random clusters: `node scripts/golden-vectors.ts`. Needs Go. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cover, neverHit, noCoverage, table } from '../test/oracle/coverage.ts';
import { randomCluster } from '../test/oracle/generator/cluster.ts';
import { type Focus, focuses } from '../test/oracle/generator/shape.ts';
import { GOLDEN_DIRECTORY, type GoldenVector, goldenFile } from '../test/oracle/golden.ts';
import { explainAllByOracle } from '../test/oracle/oracle.ts';

/** Clusters of each focus that are kept whatever they reach, how often everything has to be reached, and how many more
 * are looked through for that. */
const KEPT = 8;
const TIMES = 2;
const LOOKED_THROUGH = 200;

const coverage = noCoverage();
const vectors = new Map<Focus, GoldenVector[]>();
for (const focus of focuses) vectors.set(focus, (await answered(focus)).slice(0, KEPT));
for (const vector of [...vectors.values()].flat()) cover(coverage, vector.answer);

for (const focus of focuses) {
  if (neverHit(coverage, TIMES).length === 0) break;
  for (const vector of (await answered(focus)).slice(KEPT)) {
    const missing = neverHit(coverage, TIMES).length;
    const trial = structuredClone(coverage);
    cover(trial, vector.answer);
    if (neverHit(trial, TIMES).length === missing) continue;
    cover(coverage, vector.answer);
    vectors.get(focus)?.push(vector);
  }
}

rmSync(GOLDEN_DIRECTORY, { recursive: true, force: true });
mkdirSync(GOLDEN_DIRECTORY, { recursive: true });
let bytes = 0;
for (const [focus, kept] of vectors) {
  const file = goldenFile(kept);
  bytes += file.length;
  writeFileSync(join(GOLDEN_DIRECTORY, `${focus}.json.gz`), file);
}
const count = [...vectors.values()].flat().length;
process.stdout.write(`${table(coverage)}\n${String(count)} clusters, ${String(Math.round(bytes / 1024))} KiB\n`);
const missing = neverHit(coverage, TIMES);
if (missing.length > 0) throw new Error(`Never reached:\n${missing.join('\n')}`);

async function answered(focus: Focus): Promise<GoldenVector[]> {
  const first = 1 + focuses.indexOf(focus) * LOOKED_THROUGH;
  const clusters = Array.from({ length: LOOKED_THROUGH }, (_, index) => randomCluster(first + index, { focus }));
  const answers = await explainAllByOracle(clusters.map(({ objects }) => objects));
  return clusters.flatMap((cluster, index) => {
    const answer = answers[index];
    return answer === undefined ? [] : [{ ...cluster, answer }];
  });
}
