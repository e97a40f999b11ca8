/** Plans a raw document the way the commands do; undefined when the document is not valid. */
import { stringify } from 'yaml';
import type { Plan } from '../../src/plan/types.ts';
import { planCluster } from '../../src/plan/run.ts';
import { checkClusterDocument } from '../../src/systems/document.ts';
import { systems } from '../../src/systems/index.ts';

/** The plan of a raw document, or undefined with the reasons when it is refused. */
export function planRaw(raw: unknown): { plan?: Plan; refused?: string } {
  const { document, problems } = checkClusterDocument({ text: stringify(raw), file: 'perturbed.yaml' });
  if (!document) return { refused: problems.map(({ message }) => message).join('; ') };
  return { plan: planCluster(document, systems) };
}

/** Decision values by id, as stable text. */
export function decisionValues(plan: Plan): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  for (const [id, system] of Object.entries(plan.systems)) {
    for (const decision of system.decisions) values.set(`${id}.${decision.field}`, JSON.stringify(decision.value));
  }
  return values;
}
