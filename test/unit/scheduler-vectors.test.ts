/** The twin's scheduler against recorded answers of Kubernetes' own: every verdict, reason, score and victim. */
import { describe, expect, it } from 'vitest';
import { differences } from '../oracle/compare.ts';
import { cover, neverHit, noCoverage } from '../oracle/coverage.ts';
import { goldenVectors } from '../oracle/golden.ts';
import { explainByTwin } from '../oracle/twin.ts';

const files = goldenVectors();

describe('the twin says what the scheduler said', () => {
  it.each([...files])('of clusters that lean on %s', (_, vectors) => {
    const found = vectors.flatMap(({ seed, objects, answer }) =>
      differences(answer, explainByTwin(objects)).map((line) => `seed ${String(seed)}: ${line}`),
    );
    expect(found.slice(0, 20)).toEqual([]);
  });

  it('of every plugin and every reason', () => {
    const coverage = noCoverage();
    for (const { answer } of [...files.values()].flat()) cover(coverage, answer);
    expect(neverHit(coverage)).toEqual([]);
  });
});
