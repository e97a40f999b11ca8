/** The same plan under other promises: what a cluster would keep of what another one promises. */
import type { Facts } from '../facts.ts';
import type { PlannedDocument } from './run.ts';
import type { Plan } from './types.ts';
import { verdictsOn } from './verdicts/index.ts';
import { isWritten, writtenPromise } from './written.ts';

/** The plan of `own` with the verdicts that it would get had it promised what `promising` promises; nothing is planned anew. */
export function judgedAs(plan: Plan, own: PlannedDocument, promising: PlannedDocument): Plan {
  const facts = Object.fromEntries(Object.entries(plan.systems).map(([id, one]) => [id, one.facts])) as Partial<Facts>;
  const cluster = { ...plan.cluster, objectives: promising.cluster.objectives };
  const { price, availability } = plan;
  const wrote = (path: string): boolean => isWritten(own.raw, path);
  const verdicts = verdictsOn({ cluster, facts, price, availability, wrote }, (name) =>
    writtenPromise(promising.raw, name),
  );
  return { ...plan, verdicts };
}
