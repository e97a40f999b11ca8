/** Plans a cluster: every system in its turn, then price, availability, verdicts, and what is not covered. */
import { assert } from '../core/error.ts';
import type { Facts, SystemId } from '../facts.ts';
import type { Cluster } from '../spec/cluster.ts';
import { sectionKey } from '../spec/section.ts';
import type { AnySystem, PlanContext, SystemPlan } from '../system.ts';
import { estimateAvailability } from './availability.ts';
import { notCovered } from './not-covered.ts';
import { orderSystems } from './order.ts';
import { priceOf } from './price.ts';
import { listedPrices, type PriceTable } from './price-table.ts';
import type { Plan } from './types.ts';
import { verdictsOn } from './verdicts/index.ts';
import { isWritten, writtenPromise } from './written.ts';

/** What is planned: a parsed document, or the same made by hand. */
export interface PlannedDocument {
  readonly cluster: Cluster;
  /** Parsed sections of the systems by key. */
  readonly sections: { readonly [key: string]: unknown };
  /** The document as written; without it every value counts as written. */
  readonly raw?: unknown;
}

export interface PlanOptions {
  /** Takes the place of the built-in table. */
  readonly prices?: PriceTable;
}

type Plans = { readonly [Id in SystemId]?: SystemPlan<Id> };

/** The plan of a document by the given systems. The same document gives the same plan, byte for byte. */
export function planCluster(document: PlannedDocument, systems: readonly AnySystem[], options: PlanOptions = {}): Plan {
  const { cluster, sections, raw } = document;
  const plans = planSystems(document, systems);
  const facts = factsOf(plans);
  const inOrder: readonly SystemPlan[] = Object.values(plans);
  const price = priceOf(
    inOrder.flatMap(({ needs }) => needs),
    cluster,
    options.prices ?? listedPrices,
  );
  const availability = estimateAvailability(facts);
  const wrote = (path: string): boolean => isWritten(raw, path);
  const verdicts = verdictsOn({ cluster, facts, price, availability, wrote }, (name) => writtenPromise(raw, name));
  return {
    cluster,
    sections,
    systems: plans as Plan['systems'],
    verdicts,
    availability,
    price,
    notCovered: notCovered({ systems, plans: inOrder, cluster, facts, wrote }),
  };
}

/** Each system after those whose plans it reads; the result is in the order of the list. */
function planSystems({ cluster, sections }: PlannedDocument, systems: readonly AnySystem[]): Plans {
  const done = new Map<SystemId, SystemPlan>();
  for (const system of orderSystems(systems)) {
    const key = sectionKey(system.id);
    assert(key in sections, `the document was parsed without the section ${key}`);
    const plans = Object.fromEntries(system.after.map((id) => [id, done.get(id)]));
    const context = { cluster, plans } as unknown as PlanContext<SystemId>;
    done.set(system.id, system.plan(sections[key], context));
  }
  return Object.fromEntries(systems.map(({ id }) => [id, done.get(id)]));
}

function factsOf(plans: Plans): Partial<Facts> {
  return Object.fromEntries(Object.entries(plans).map(([id, plan]) => [id, plan.facts])) as Partial<Facts>;
}
