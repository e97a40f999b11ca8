/** Witnesses: the twin runs the failure of a finding. Equal failures are run once. */
import { sayDuration } from '../core/duration.ts';
import { defaultHorizon } from '../faults/horizon.ts';
import { resolveFaults } from '../faults/resolve.ts';
import { sayTimedFault } from '../faults/say.ts';
import { scenarioFileOf } from '../faults/scenario-file.ts';
import type { TimedFault } from '../faults/scenario.ts';
import { parseLose, type WrittenFault } from '../faults/written.ts';
import type { World } from '../inventory/world.ts';
import type { BuiltRun } from '../twin/engine/build-run.ts';
import { controlPlaneIntervals } from '../twin/outcomes/control-plane.ts';
import { outcomesOf } from '../twin/outcomes/outcomes.ts';
import type { ControlPlaneInterval, WorkloadOutcome } from '../twin/results.ts';
import type { Twin } from '../twin/twin.ts';
import type { Merged } from './merge.ts';
import type { Witness } from './results.ts';
import type { Shown } from './rule.ts';

/** Failures that are run at most: a witness of each finding of a broken cluster of thousands of nodes is no help. */
export const MOST_FAILURES = 200;

export interface Ran {
  readonly written: readonly WrittenFault[];
  readonly name: string;
  readonly outcomes: ReadonlyMap<string, WorkloadOutcome>;
  /** Why drains were refused, by the workload whose pods were to go, each sentence once. */
  readonly refused: ReadonlyMap<string, ReadonlySet<string>>;
  readonly controlPlane: readonly ControlPlaneInterval[];
  readonly horizonSeconds: number;
}

export interface Witnesses {
  readonly of: ReadonlyMap<Merged, Witness>;
  readonly leftOut: number;
}

/** A failure, and whom it is to show. */
interface Asked {
  readonly lose: readonly string[];
  readonly findings: { readonly finding: Merged; readonly of: Shown }[];
}

export function witnessesOf(findings: readonly Merged[], twin: Twin, most = MOST_FAILURES): Witnesses {
  const asked = new Map<string, Asked>();
  let leftOut = 0;
  for (const finding of findings) {
    const lose = finding.witness?.lose(twin);
    const shown = finding.witness?.of ?? finding.takesDown[0];
    if (lose === undefined || shown === undefined) continue;
    const key = lose.join(' ');
    const known = asked.get(key);
    if (known !== undefined) known.findings.push({ finding, of: shown });
    else if (asked.size < most) asked.set(key, { lose, findings: [{ finding, of: shown }] });
    else leftOut += 1;
  }
  const of = new Map<Merged, Witness>();
  const calm = calmOf(twin, workloadsOf([...asked.values()].flatMap((one) => one.findings)));
  for (const { lose, findings: those } of asked.values()) {
    const ran = runFailureFor(twin, lose, workloadsOf(those));
    for (const { finding, of: shown } of those) {
      const witness = ran === undefined ? undefined : witnessed(ran, { lose, shown, calm });
      if (witness !== undefined) of.set(finding, witness);
    }
  }
  return { of, leftOut };
}

function workloadsOf(findings: Asked['findings']): ReadonlySet<string> {
  return new Set(findings.flatMap(({ of }) => (of === 'control-plane' ? [] : [of.id])));
}

/** What workloads do within a horizon while nothing breaks. */
type Calm = (horizonSeconds: number) => ReadonlyMap<string, WorkloadOutcome>;

function calmOf(twin: Twin, workloads: ReadonlySet<string>): Calm {
  const known = new Map<number, ReadonlyMap<string, WorkloadOutcome>>();
  return (horizonSeconds) => {
    const found =
      known.get(horizonSeconds) ??
      twin.run({ name: 'nothing', horizon: horizonSeconds * 1_000, faults: [] }, (built) =>
        outcomesById(twin, built, workloads),
      );
    known.set(horizonSeconds, found);
    return found;
  };
}

const known = new WeakMap<Twin, Map<string, Ran | undefined>>();

/**
 * Runs a failure, once for all that ask. Undefined when the world does not know a name: a rule that names what is not
 * there shows nothing.
 */
export function runFailure(twin: Twin, lose: readonly string[]): Ran | undefined {
  const ofTwin = known.get(twin) ?? new Map<string, Ran | undefined>();
  known.set(twin, ofTwin);
  const key = lose.join(' ');
  if (!ofTwin.has(key)) ofTwin.set(key, run(twin, lose));
  return ofTwin.get(key);
}

/** The same with the outcomes of these workloads at least: those of thousands more are dear, and nobody reads them. */
function runFailureFor(twin: Twin, lose: readonly string[], workloads: ReadonlySet<string>): Ran | undefined {
  const ofTwin = known.get(twin);
  const key = lose.join(' ');
  return ofTwin?.has(key) === true ? ofTwin.get(key) : run(twin, lose, workloads);
}

function run(twin: Twin, lose: readonly string[], workloads?: ReadonlySet<string>): Ran | undefined {
  const written = lose.map(parseLose).flatMap(({ fault }) => (fault === undefined ? [] : [fault]));
  const { faults, problems } = resolve(twin.world, written);
  if (written.length < lose.length || problems > 0) return undefined;
  const name = faults.map(sayTimedFault).join(' and ');
  const horizon = defaultHorizon(faults);
  return twin.run({ name, horizon, faults }, (built) => ({
    written,
    name,
    outcomes: outcomesById(twin, built, workloads),
    refused: refusalsOf(built),
    controlPlane: controlPlaneIntervals(built.timeline, horizon),
    horizonSeconds: horizon / 1_000,
  }));
}

function outcomesById(
  { waitingBefore }: Twin,
  run: BuiltRun,
  workloads: ReadonlySet<string> | undefined,
): ReadonlyMap<string, WorkloadOutcome> {
  return new Map(outcomesOf(run, waitingBefore, workloads).map((one) => [one.workload, one]));
}

function refusalsOf({ drains, tables, world }: BuiltRun): Ran['refused'] {
  const refusals = new Map<string, Set<string>>();
  for (const [pod, { say }] of drains.refused) {
    const workload = world.workloads[tables.pods.workload.get(pod)];
    if (workload === undefined) continue;
    const known = refusals.get(workload.id);
    if (known === undefined) refusals.set(workload.id, new Set([say]));
    else known.add(say);
  }
  return refusals;
}

function resolve(world: World, written: readonly WrittenFault[]): { faults: readonly TimedFault[]; problems: number } {
  const { faults, problems } = resolveFaults(world, written);
  return { faults, problems: problems.length };
}

function witnessed(
  ran: Ran,
  { lose, shown, calm }: { readonly lose: readonly string[]; readonly shown: Shown; readonly calm: Calm },
): Witness | undefined {
  const fate = shown === 'control-plane' ? controlPlaneFate(ran) : workloadFate(ran, shown.id, calm);
  return fate === undefined ? undefined : { lose, scenario: scenarioFileOf(ran.written, scenarioName(lose)), ...fate };
}

type Fate = Pick<Witness, 'workload' | 'controlPlane' | 'effect' | 'seconds'>;

/** Undefined when it takes writes all the time: an election or a takeover is no loss of it. */
function controlPlaneFate({ controlPlane, horizonSeconds }: Ran): Fate | undefined {
  const without = controlPlane.filter(({ state }) => state === 'down' || state === 'read-only');
  if (without.length === 0) return undefined;
  // In whole milliseconds, so that a sum is what it looks like.
  const millis = without.reduce((sum, { from, to = horizonSeconds }) => sum + Math.round((to - from) * 1_000), 0);
  const worst = without.some(({ state }) => state === 'down') ? 'down' : 'read-only';
  const back = without.at(-1)?.to === undefined ? `, and not back after ${sayDuration(horizonSeconds * 1_000)}` : '';
  const does = without.every(({ state }) => state === 'down') ? 'is down' : 'takes no writes';
  return { controlPlane: worst, effect: `${does} for ${sayDuration(millis)}${back}`, seconds: millis / 1_000 };
}

function workloadFate(ran: Ran, workload: string, calm: Calm): Fate | undefined {
  const outcome = ran.outcomes.get(workload);
  const effect = outcome === undefined ? undefined : effectOf(ran, outcome, calm);
  if (outcome === undefined || effect === undefined) return undefined;
  const { downSeconds } = outcome;
  return { workload, effect, ...(downSeconds > 0 ? { seconds: downSeconds } : {}) };
}

/** Undefined when the failure does nothing to the workload, or what it does without the failure too: it then shows nothing. */
function effectOf({ refused, horizonSeconds }: Ran, outcome: WorkloadOutcome, calm: Calm): string | undefined {
  const { downSeconds, degradedSeconds, intervals, replicas, workload } = outcome;
  const refusals = [...(refused.get(workload) ?? [])];
  if (downSeconds + degradedSeconds === 0 && refusals.length === 0) return undefined;
  const before = calm(horizonSeconds).get(workload);
  const last = intervals.at(-1);
  const stays = last?.to === undefined ? `, and not back after ${sayDuration(horizonSeconds * 1_000)}` : '';
  if (downSeconds > (before?.downSeconds ?? 0))
    return `is down for ${sayDuration(downSeconds * 1_000)}${last?.state === 'down' ? stays : ''}`;
  if (refusals.length > 0) return `keeps the drain from ending: ${refusals.join('; ')}`;
  if (degradedSeconds <= (before?.degradedSeconds ?? 0) && fewestOf(outcome) >= fewestOf(before ?? outcome))
    return undefined;
  const back = last?.state === 'degraded' ? stays : '';
  return `has ${fewestOf(outcome)} of ${replicas} pods ready for ${sayDuration(degradedSeconds * 1_000)}${back}`;
}

function fewestOf({ intervals }: WorkloadOutcome): number {
  return Math.min(...intervals.map(({ ready }) => ready));
}

/** A name as scenario files take it: letters, digits and dashes. */
function scenarioName(lose: readonly string[]): string {
  const plain = lose
    .join('-')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '');
  return plain.slice(0, 50).replace(/-+$/, '') || 'witness';
}
