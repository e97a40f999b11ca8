/** Runs damaged documents through the whole pure flow and says what went wrong; shared by the tests and `npm run fuzz`. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { seeded } from '../../src/core/random.ts';
import { planCluster } from '../../src/plan/run.ts';
import { renderTree } from '../../src/render/tree.ts';
import { checkClusterDocument } from '../../src/systems/document.ts';
import { systems } from '../../src/systems/index.ts';
import { mutate } from './mutate.ts';

const examples = join(import.meta.dirname, '..', '..', 'examples');

/** Texts of all example documents that are small enough to damage often. */
export function exampleTexts(): readonly string[] {
  const files = readdirSync(examples, { recursive: true, encoding: 'utf8' }).filter(
    (name) => name.endsWith('.yaml') && !name.includes('manifests') && !/^(?:scale|scenarios)/.test(name),
  );
  return files.sort().map((name) => readFileSync(join(examples, name), 'utf8'));
}

export interface MutationOutcome {
  readonly seed: number;
  readonly accepted: boolean;
  /** Undefined when all is well. */
  readonly fault?: string;
}

/** One damaged document: parsed, and when it is still valid planned and rendered. Never throws. */
export function tryMutation(texts: readonly string[], seed: number): MutationOutcome {
  const random = seeded(seed);
  const text = mutate(texts[random.int(texts.length)] ?? '', random);
  try {
    const { document, problems } = checkClusterDocument({ text, file: 'mutated.yaml' });
    if (document) {
      renderTree(planCluster(document, systems), systems, { layout: 'plain' });
      return { seed, accepted: true };
    }
    const placeless = problems.filter(
      ({ at }) => at === undefined || !(at.line >= 1) || !(at.column >= 1) || at.line > text.split(/\n/).length + 1,
    );
    if (problems.length === 0) return { seed, accepted: false, fault: 'refused without a problem' };
    if (placeless.length > 0)
      return { seed, accepted: false, fault: `no line: ${placeless.map(({ message }) => message).join('; ')}` };
    return { seed, accepted: false };
  } catch (error) {
    return { seed, accepted: false, fault: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}
