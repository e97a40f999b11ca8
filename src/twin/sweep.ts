/**
 * Every single failure of the domains that are asked for, and on request every two of them, each run on the same world
 * and taken back. Pairs of nodes are run only when they share a workload, a budget or a claim: others do no more
 * together than each alone.
 */
import type { Millis } from '../core/units.ts';
import type { Domain } from '../faults/domains.ts';
import { type Failures, failuresOf, formatFailure } from '../faults/failures.ts';
import type { Scenario } from '../faults/scenario.ts';
import type { World } from '../inventory/world.ts';
import type { Sweep, SweepFailure } from './results.ts';
import { failureOf } from './outcomes/sweep-failure.ts';
import { nodePairs } from './outcomes/node-pairs.ts';
import type { TwinSettings } from './twin.ts';
import { Twin } from './twin.ts';

export interface SweepQuestion {
  readonly domains: readonly Domain[];
  readonly depth: 1 | 2;
  /** How long is looked at after each failure. */
  readonly horizon?: Millis;
}

export const SWEEP_HORIZON: Millis = 7_200_000;

export type SweepPlan = Failures;

/** The failures that will be run, in order. */
export function planSweep(twin: Twin, { domains, depth }: Pick<SweepQuestion, 'domains' | 'depth'>): SweepPlan {
  const { world } = twin;
  if (depth === 1) return failuresOf(world, { domains, depth, shared: [] });
  const nodes = world.nodes.map(({ name }) => name);
  const shared = nodePairs(world, nodes, (pod) => twin.nodeOf(pod));
  return failuresOf(world, { domains, depth, shared });
}

/** Runs the failures one after the other; whoever iterates may stop at any of them. */
export function* runSweep(
  twin: Twin,
  failures: SweepPlan['failures'],
  horizon: Millis = SWEEP_HORIZON,
): Generator<SweepFailure> {
  for (const faults of failures) {
    const scenario: Scenario = {
      name: formatFailure(faults),
      horizon,
      faults: faults.map((fault) => ({ fault, at: 0, until: undefined, origin: undefined })),
    };
    yield twin.run(scenario, (run) => failureOf(run, twin.waitingBefore));
  }
}

/** Ranks what was found so far; `leftOut` counts what was not run. */
export function summarise(
  twin: Twin,
  { domains, depth, horizon = SWEEP_HORIZON }: SweepQuestion,
  { found, planned }: { found: readonly SweepFailure[]; planned: SweepPlan },
): Sweep {
  const failures = [...found].sort(byWorst);
  return {
    apiVersion: 'holdfast.dev/v1',
    kind: 'Sweep',
    seed: twin.options.seed,
    horizonSeconds: horizon / 1_000,
    kubernetesVersion: twin.world.kubernetesVersion ?? '',
    domains,
    depth,
    failures,
    leftOut: planned.leftOut + planned.failures.length - found.length,
    singlePoints: failures.filter((one) => !one.fault.includes(' + ') && takesDown(one)).map(({ fault }) => fault),
  };
}

export function sweep(world: World, question: SweepQuestion, settings: TwinSettings = {}): Sweep {
  const twin = new Twin(world, settings);
  const planned = planSweep(twin, question);
  return summarise(twin, question, { found: [...runSweep(twin, planned.failures, question.horizon)], planned });
}

/** More workloads down, then longer, then more degraded; names last, so that the order is always the same. */
function byWorst(a: SweepFailure, b: SweepFailure): number {
  return (
    b.workloadsDown.length - a.workloadsDown.length ||
    b.worstSeconds - a.worstSeconds ||
    Number(takesDown(b)) - Number(takesDown(a)) ||
    b.workloadsDegraded.length - a.workloadsDegraded.length ||
    (a.fault < b.fault ? -1 : a.fault > b.fault ? 1 : 0)
  );
}

function takesDown({ workloadsDown, controlPlane }: SweepFailure): boolean {
  return workloadsDown.length > 0 || controlPlane !== 'up';
}
