/** What `plan` answers: verdicts first, then decisions by system, price, availability, and what is not covered. */
import type { Estimate as AvailabilityEstimate } from '../availability/control-plane.ts';
import type { Json } from '../core/json.ts';
import type { Money } from '../core/units.ts';
import type { SystemId } from '../facts.ts';
import type { Cluster, ObjectiveName } from '../spec/cluster.ts';
import type { DocumentPath, SystemPlan } from '../system.ts';

/** An objective: kept, missed or unknown, with the figure and the evidence. */
export interface Verdict {
  readonly name: ObjectiveName;
  readonly title: string;
  /** `not-promised`: the document makes no such promise; `measured` still says the best that the plan gives. */
  readonly verdict: 'kept' | 'missed' | 'unknown' | 'not-promised';
  /** As written: `99.99%`, `2m`; undefined when not promised. */
  readonly promised?: string;
  /** The figure, for people: `1 m 53 s (53 s to 1 m 53 s)`, `at least 14 s`; undefined when nothing of it is known. */
  readonly measured?: string;
  /** The figure as a number in the objective's base unit (ms, fraction, 1/s, amount). */
  readonly value?: number;
  /** Whole sentences: the arithmetic with its assumptions, or why it is unknown and what would settle it. */
  readonly evidence: string;
  /** What to change in the document so that it is kept; when missed. */
  readonly remedy?: string;
}

export interface PriceRow {
  readonly component: string;
  readonly offer: string;
  readonly quantity: number;
  /** Of what, where it is not things that are counted. */
  readonly unit?: 'GiB';
  /** Undefined when no price is known. */
  readonly unitPerMonth?: Money;
  readonly perMonth?: Money;
  readonly source?: string;
  /** ISO date of the price. */
  readonly date?: string;
}

export interface Price {
  readonly rows: readonly PriceRow[];
  /** Sum of the known rows; undefined when none is known. */
  readonly perMonth?: Money;
  /** Components whose price is not known: the sum lacks them. */
  readonly lacks: readonly string[];
}

export type { AvailabilityEstimate };

export interface Plan {
  readonly cluster: Cluster;
  /** The systems' own sections, parsed, by section key. */
  readonly sections: { readonly [key: string]: unknown };
  /** In the order of the list of systems. */
  readonly systems: { readonly [Id in SystemId]: SystemPlan<Id> };
  readonly verdicts: readonly Verdict[];
  readonly availability: AvailabilityEstimate;
  readonly price: Price;
  /** One sentence each. */
  readonly notCovered: readonly string[];
}

/** One difference between two plans. */
export interface PlanChange {
  readonly kind: 'added' | 'removed' | 'changed';
  readonly subject: 'decision' | 'verdict' | 'price' | 'need';
  /** `etcd.members`, `apiAvailability`. */
  readonly id: string;
  readonly before?: Json;
  readonly after?: Json;
  readonly because?: string;
  readonly from?: readonly DocumentPath[];
}
