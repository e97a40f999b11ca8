/** A plan and a difference of plans in the shape that `-o json` and `-o yaml` print. */
import { formatDuration } from '../core/duration.ts';
import { formatBytes, formatCpu } from '../core/quantity.ts';
import type { AvailabilityEstimate, PlanChange, Price, Verdict } from '../plan/types.ts';
import { documentHash } from '../render/tree.ts';
import type { Need, SystemPlan } from '../system.ts';
import type { PlanDiffOutput, PlanOutput } from './schemas.ts';
import type { PlanReport, SystemWords } from './types.ts';

type SystemOutput = PlanOutput['systems'][number];

/** The whole plan as data. */
export function planOutput({ plan, headline, systems }: PlanReport): PlanOutput {
  return {
    apiVersion: 'holdfast.dev/v1',
    kind: 'Plan',
    cluster: plan.cluster.name,
    document: documentHash(plan),
    headline,
    verdicts: plan.verdicts.map(verdictOutput),
    systems: systems.map((system) => systemOutput(system, plan.systems[system.id])),
    price: priceOutput(plan.price),
    availability: availabilityOutput(plan.availability),
    notCovered: [...plan.notCovered],
  };
}

/** What a change of the document changes, as data. */
export function planDiffOutput(cluster: string, changes: readonly PlanChange[]): PlanDiffOutput {
  return { apiVersion: 'holdfast.dev/v1', kind: 'PlanDiff', cluster, changes: changesOutput(changes) };
}

/** Changes without fields that are undefined. */
export function changesOutput(changes: readonly PlanChange[]): PlanDiffOutput['changes'] {
  return changes.map(({ from, before, after, ...rest }) => ({
    ...rest,
    ...(before === undefined ? {} : { before: mutable(before) }),
    ...(after === undefined ? {} : { after: mutable(after) }),
    ...(from === undefined ? {} : { from: [...from] }),
  }));
}

/** A verdict as data. */
export function verdictOutput(verdict: Verdict): PlanOutput['verdicts'][number] {
  return { ...verdict };
}

/** A decision as data, with its id. */
export function decisionOutput(
  system: string,
  decision: SystemPlan['decisions'][number],
): SystemOutput['decisions'][number] {
  const { field, value, because, source, from } = decision;
  return { id: `${system}.${field}`, field, value: mutable(value), because, source: { ...source }, from: [...from] };
}

function systemOutput({ id, title }: SystemWords, own: SystemPlan): SystemOutput {
  return {
    id,
    title,
    decisions: own.decisions.map((decision) => decisionOutput(id, decision)),
    needs: own.needs.map(needOutput),
    alerts: own.alerts.map(({ name, expr, for: held, severity, summary, runbook, source }) => ({
      name,
      expr,
      for: formatDuration(held),
      severity,
      summary,
      runbook,
      source: { ...source },
    })),
    verify: own.verify.map((one) => ({ ...one })),
    runbooks: own.runbooks.map(({ id: runbook, title: name, when }) => ({ id: runbook, title: name, when })),
    limits: [...own.limits],
  };
}

function needOutput({ zones, cpu, memory, storage, trafficPerMonth, ...rest }: Need): SystemOutput['needs'][number] {
  return {
    ...rest,
    zones: [...zones],
    cpu: formatCpu(cpu),
    memory: formatBytes(memory),
    storage: formatBytes(storage),
    trafficPerMonth: formatBytes(trafficPerMonth),
  };
}

function priceOutput({ rows, perMonth, lacks }: Price): PlanOutput['price'] {
  return {
    ...(perMonth ? { perMonth: { ...perMonth } } : {}),
    lacks: [...lacks],
    rows: rows.map((row) => ({ ...row })),
  };
}

function availabilityOutput({
  expected,
  downtimePerYear,
  causes,
  assumptions,
}: AvailabilityEstimate): PlanOutput['availability'] {
  return {
    expected,
    downtimeSecondsPerYear: downtimePerYear / 1_000,
    causes: causes.map(({ cause, downtimePerYear: down, share }) => ({
      cause,
      downtimeSecondsPerYear: down / 1_000,
      share,
    })),
    assumptions: [...assumptions],
  };
}

/** The same value with the type that the schemas give. */
function mutable(value: SystemPlan['decisions'][number]['value']): SystemOutput['decisions'][number]['value'] {
  return structuredClone(value) as SystemOutput['decisions'][number]['value'];
}
