/** The recorded answers about pods with volumes are what the scheduler says. */
import { beforeAll, expect, it } from 'vitest';
import { ensureOracle } from '../oracle/binary.ts';
import { explainByOracle } from '../oracle/oracle.ts';
import { recordedVolumeVerdicts, shortVerdict } from '../oracle/short-verdict.ts';

beforeAll(async () => {
  await ensureOracle();
});

it.each(recordedVolumeVerdicts().map((recorded, index) => [index, recorded] as const))(
  'case %i',
  async (_, { objects, expected }) => {
    const { pods } = await explainByOracle(objects);
    const verdict = pods.find(({ pod }) => pod === expected.pod);
    expect(verdict === undefined ? undefined : shortVerdict(verdict)).toEqual(expected);
  },
);
