/** What the reports show: a plan with the words of its systems. */
import type { Plan, PlanChange } from '../plan/types.ts';
import type { Sweep } from '../twin/results.ts';
import type { SystemId } from '../facts.ts';

export interface SystemWords {
  readonly id: SystemId;
  readonly title: string;
  readonly summary: string;
  readonly limits: string;
}

export interface PlanReport {
  readonly plan: Plan;
  /** The verdict in one sentence. */
  readonly headline: string;
  /** In the order of the list of systems. */
  readonly systems: readonly SystemWords[];
  /** What each zone, node and control-plane machine takes down; undefined when it was not simulated. */
  readonly losses?: Sweep | undefined;
}

/** Two plans and what differs. */
export interface DiffReport {
  readonly before: PlanReport;
  readonly after: PlanReport;
  readonly changes: readonly PlanChange[];
}
