/** A document's text → its plan, with the words of the systems: what most commands begin with. */
import { HoldfastError } from '../core/error.ts';
import { contradictionsIn } from '../plan/contradictions.ts';
import type { Plan } from '../plan/types.ts';
import { readPriceTable } from '../plan/price-file.ts';
import { planCluster } from '../plan/run.ts';
import { headline } from '../plan/sentences.ts';
import type { PlanReport } from '../report/types.ts';
import type { DocumentText } from '../spec/parse.ts';
import { readClusterDocument } from '../systems/document.ts';
import { systems } from '../systems/index.ts';
import { readText } from './documents.ts';
import { type Invocation, textOption } from './invocation.ts';

/** @throws HoldfastError `invalid-document` with every problem, or what is wrong with the price table. */
export async function planDocument(text: DocumentText, invocation: Invocation): Promise<Plan> {
  const document = readClusterDocument(text);
  const file = textOption(invocation, 'prices');
  const prices = file === undefined ? {} : { prices: readPriceTable(await readText(file, invocation)) };
  const plan = planCluster(document, systems, prices);
  const problems = contradictionsIn(document, plan);
  if (problems.length > 0)
    throw new HoldfastError('invalid-document', `${text.file} contradicts itself.`, { problems });
  return plan;
}

/** The plan with its verdict sentence and the words of its systems. */
export function reportOf(plan: Plan): PlanReport {
  return { plan, headline: headline(plan), systems: systems.map(({ id, words }) => ({ id, ...words })) };
}
