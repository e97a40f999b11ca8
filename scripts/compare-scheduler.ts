/**
 * Holds the twin's scheduler against Kubernetes' own on random clusters and prints the first differences:
 * `node scripts/compare-scheduler.ts FIRST_SEED COUNT [JSON of sizes]`, e.g. `1 200 '{"nodes":40,"focus":"spread"}'`.
 * With --dump the clusters that differ are written to the directory that it names.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { differences } from '../test/oracle/compare.ts';
import { cover, neverHit, noCoverage } from '../test/oracle/coverage.ts';
import { randomCluster } from '../test/oracle/generator/cluster.ts';
import type { Sizes } from '../test/oracle/generator/shape.ts';
import { explainAllByOracle, listOf } from '../test/oracle/oracle.ts';
import { explainByTwin } from '../test/oracle/twin.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { dump: { type: 'string' } },
});
const [firstSeed = '1', count = '100', sizes = '{}'] = positionals;
const clusters = Array.from({ length: Number(count) }, (_, index) =>
  randomCluster(Number(firstSeed) + index, JSON.parse(sizes) as Sizes),
);
const answers = await explainAllByOracle(clusters.map(({ objects }) => objects));
const coverage = noCoverage();
let differing = 0;
let pods = 0;
for (const [index, { seed, objects }] of clusters.entries()) {
  const answer = answers[index];
  if (answer === undefined) continue;
  cover(coverage, answer);
  pods += answer.pods.length;
  const lines = differences(answer, explainByTwin(objects));
  if (lines.length === 0) continue;
  differing += 1;
  if (values.dump !== undefined) writeFileSync(join(values.dump, `seed-${String(seed)}.json`), listOf(objects));
  process.stdout.write(`seed ${String(seed)}: ${String(lines.length)} differences\n`);
  for (const line of lines.slice(0, 3)) process.stdout.write(`  ${line.slice(0, 600)}\n`);
}
process.stdout.write(`${String(differing)} of ${count} clusters differ; ${String(pods)} pods were compared.\n`);
for (const key of neverHit(coverage)) process.stdout.write(`never reached: ${key}\n`);
if (differing > 0) process.exitCode = 1;
