/** Asks the twin what the oracle is asked: the same manifests, read as the product reads them. */
import { readInventory } from '../../src/inventory/inventory.ts';
import { worldOfInventory } from '../../src/inventory/world-of.ts';
import { type PodSequence, explainPods, sequencePods } from '../../src/twin/index.ts';
import type { PodExplanation } from '../../src/twin/explanation.ts';
import { type Manifest, listOf } from './oracle.ts';

export function explainByTwin(objects: readonly Manifest[]): PodExplanation {
  return explainPods(worldOf(objects));
}

export function sequenceByTwin(objects: readonly Manifest[], seed: number): PodSequence {
  return sequencePods(worldOf(objects), { seed });
}

function worldOf(objects: readonly Manifest[]): ReturnType<typeof worldOfInventory> {
  return worldOfInventory(readInventory([{ file: 'cluster.json', text: listOf(objects), named: true }]));
}
