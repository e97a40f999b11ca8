/** Recorded answers of the oracle: clusters and what Kubernetes' scheduler says of them, for tests without Go. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { PodExplanation } from '../../src/twin/explanation.ts';
import type { RandomCluster } from './generator/cluster.ts';

export interface GoldenVector extends RandomCluster {
  readonly answer: PodExplanation;
}

export const GOLDEN_DIRECTORY = join(import.meta.dirname, '../fixtures/oracle');
const SUFFIX = '.json.gz';

/** All recorded vectors, by the name of their file. */
export function goldenVectors(): ReadonlyMap<string, readonly GoldenVector[]> {
  const names = readdirSync(GOLDEN_DIRECTORY).filter((name) => name.endsWith(SUFFIX));
  return new Map(
    names.toSorted().map((name) => {
      const text = gunzipSync(readFileSync(join(GOLDEN_DIRECTORY, name))).toString('utf8');
      return [name.slice(0, -SUFFIX.length), JSON.parse(text) as GoldenVector[]];
    }),
  );
}

/** The bytes of a file of vectors; the same for the same vectors. */
export function goldenFile(vectors: readonly GoldenVector[]): Buffer {
  return gzipSync(JSON.stringify(vectors), { level: 9 });
}
