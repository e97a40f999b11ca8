/** Whatever is in the manifests, check answers: with findings, with problems, never with a fault of ours. */
import { expect, it } from 'vitest';
import { manifestGroups, tryManifests } from './damaged-manifests.ts';

it('answers 2,000 damaged inputs', () => {
  const groups = manifestGroups();
  const faults: string[] = [];
  for (let seed = 1; seed <= 2_000; seed += 1) {
    const fault = tryManifests(groups, seed);
    if (fault !== undefined) faults.push(`seed ${seed}: ${fault}`);
  }
  expect(faults).toEqual([]);
});
