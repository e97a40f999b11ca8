/** The volume plugins against recorded answers of Kubernetes' own scheduler. */
import { expect, it } from 'vitest';
import { readInventory } from '../../src/inventory/inventory.ts';
import { worldOfInventory } from '../../src/inventory/world-of.ts';
import { explainPods } from '../../src/twin/index.ts';
import { recordedVolumeVerdicts, shortVerdict } from '../oracle/short-verdict.ts';

it.each(recordedVolumeVerdicts().map((recorded, index) => [index, recorded] as const))(
  'case %i',
  (_, { objects, expected }) => {
    const text = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects });
    const world = worldOfInventory(readInventory([{ file: 'cluster.json', text, named: true }]));
    const verdict = explainPods(world).pods.find(({ pod }) => pod === expected.pod);
    expect(verdict === undefined ? undefined : shortVerdict(verdict)).toEqual(expected);
  },
);
