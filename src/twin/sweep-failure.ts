/** One failure of a sweep, from the simulation of it, and the order in which failures are told. */
import type { Scenario } from '../faults/scenario.ts';
import { type Failure, formatFailure, type SharedNodes } from '../faults/failures.ts';
import type { World } from '../inventory/world.ts';
import type { Millis } from '../core/units.ts';
import type { ClusterState } from './model/cluster-state.ts';
import type { ControlPlaneInterval, ObjectiveVerdict, Simulation, SweepFailure, WorkloadOutcome } from './results.ts';

/** The failure as a scenario: everything at once, for good. */
export function scenarioOfFailure(failure: Failure, horizon: Millis): Scenario {
  const faults = failure.map((fault) => ({ fault, at: 0, until: undefined, origin: undefined }));
  return { name: formatFailure(failure), horizon, faults };
}

/** What is short of pods when nothing breaks: no failure is blamed for it. */
export interface Before {
  readonly down: ReadonlySet<string>;
  readonly degraded: ReadonlySet<string>;
}

export function shortBefore({ workloads }: Simulation): Before {
  const those = (state: 'down' | 'degraded') =>
    new Set(workloads.filter((one) => was(one, state)).map(({ workload }) => workload));
  return { down: those('down'), degraded: those('degraded') };
}

export function sweepFailureOf(
  simulation: Simulation,
  { before, objectives }: { before: Before; objectives: readonly ObjectiveVerdict[] },
): SweepFailure {
  const real = simulation.workloads.filter(({ placeholder }) => placeholder !== true);
  const down = real.filter((one) => was(one, 'down') && !before.down.has(one.workload));
  const degraded = real.filter(
    (one) => !was(one, 'down') && was(one, 'degraded') && !before.degraded.has(one.workload),
  );
  const worst = down.toSorted((a, b) => b.downSeconds - a.downSeconds)[0] ?? degraded[0];
  return {
    fault: simulation.scenario,
    workloadsDown: down.map(({ workload }) => workload),
    workloadsDegraded: degraded.map(({ workload }) => workload),
    worstSeconds: Math.max(0, ...down.map(({ downSeconds }) => downSeconds)),
    pendingAtEnd: simulation.pendingAtEnd,
    objectivesMissed: objectives.filter(({ verdict }) => verdict === 'missed').map(({ name }) => name),
    cause: down.length > 0 || degraded.length > 0 ? longestCause(worst) : controlPlaneCause(simulation),
    controlPlane: worstState(simulation.controlPlane.intervals),
  };
}

/** More workloads down first, then longer, then more degraded, then the control plane, then by name. */
export function rankFailures(failures: readonly SweepFailure[]): readonly SweepFailure[] {
  return failures.toSorted(
    (a, b) =>
      b.workloadsDown.length - a.workloadsDown.length ||
      b.worstSeconds - a.worstSeconds ||
      STATES.indexOf(a.controlPlane) - STATES.indexOf(b.controlPlane) ||
      b.workloadsDegraded.length - a.workloadsDegraded.length ||
      (a.fault < b.fault ? -1 : a.fault > b.fault ? 1 : 0),
  );
}

/** Single failures that take something down; a control plane counts when it stays away. */
export function singlePointsOf(failures: readonly SweepFailure[]): readonly string[] {
  return failures
    .filter(
      ({ fault, workloadsDown, controlPlane }) =>
        !fault.includes(' + ') && (workloadsDown.length > 0 || isGone(controlPlane)),
    )
    .map(({ fault }) => fault);
}

/** Nodes that hold pods of one workload, of one budget, or of workloads with one volume. */
export function sharedNodes(world: World, state: ClusterState): SharedNodes {
  const byWorkload = new Map(
    world.workloads
      .filter(({ kind }) => kind !== 'DaemonSet')
      .map(({ id, pods }) => {
        const nodes = pods.flatMap((pod) => {
          const place = state.podOf(pod);
          const node = place === undefined ? -1 : state.nodeOfPod(place);
          return node < 0 ? [] : [state.nodeName(node)];
        });
        return [id, nodes] as const;
      }),
  );
  const groups = [
    ...[...byWorkload.keys()].map((id) => [id]),
    ...world.budgets.map(({ workloads }) => workloads.map(({ id }) => id)),
    ...world.claims.map(({ workloads }) => workloads.map(({ id }) => id)),
  ];
  return groups.map((ids) => [...new Set(ids.flatMap((id) => byWorkload.get(id) ?? []))]);
}

const STATES: readonly ControlPlaneInterval['state'][] = ['down', 'read-only', 'no-controllers', 'up'];

/** An election or a takeover is no loss of the control plane: only what lasts to the end counts, else `up`. */
function worstState(intervals: readonly ControlPlaneInterval[]): ControlPlaneInterval['state'] {
  return intervals.at(-1)?.state ?? 'up';
}

function isGone(state: ControlPlaneInterval['state']): boolean {
  return state !== 'up';
}

function was({ intervals }: WorkloadOutcome, state: 'down' | 'degraded'): boolean {
  return intervals.some((interval) => interval.state === state);
}

function longestCause(worst: WorkloadOutcome | undefined): string {
  const short = (worst?.intervals ?? []).filter(({ state }) => state === 'down' || state === 'degraded');
  const length = ({ from, to }: (typeof short)[number]): number => (to ?? Number.POSITIVE_INFINITY) - from;
  return short.toSorted((a, b) => length(b) - length(a))[0]?.cause ?? '';
}

function controlPlaneCause({ controlPlane }: Simulation): string {
  return controlPlane.intervals.find(({ state }) => state !== 'up')?.cause ?? '';
}
