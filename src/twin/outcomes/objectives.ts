/** Which promises of the document the scenario kept: only those that it puts to the test, the others stay unknown. */
import { sayDuration } from '../../core/duration.ts';
import type { Millis } from '../../core/units.ts';
import type { FaultKind, TimedFault } from '../../faults/scenario.ts';
import { sayFault } from '../../faults/say.ts';
import type { Objectives } from '../../spec/cluster.ts';
import type { Run } from '../engine/run.ts';
import type { ControlPlaneInterval, ObjectiveVerdict } from '../results.ts';
import { chainOf, sayChain } from './chain.ts';
import { controlPlaneIntervals } from './control-plane.ts';
import type { Loss } from './losses.ts';
import { workloadStretches } from './outcomes.ts';
import { isMissed } from './placeholders.ts';

type Recovery = 'nodeFailureRecovery' | 'zoneFailureRecovery' | 'controlPlaneRecovery';

const TESTED_BY: Readonly<Record<Recovery, readonly FaultKind[]>> = {
  nodeFailureRecovery: ['node'],
  zoneFailureRecovery: ['zone'],
  controlPlaneRecovery: ['member', 'process', 'load-balancer'],
};

/** One verdict per promise of the document. */
export function verdictsOf(run: Run, objectives: Objectives | undefined): readonly ObjectiveVerdict[] {
  if (objectives === undefined) return [];
  return Object.entries(objectives).flatMap(([name, promised]) =>
    promised === undefined ? [] : [verdictOn(run, name as keyof Objectives, promised)],
  );
}

function verdictOn(run: Run, name: keyof Objectives, promised: unknown): ObjectiveVerdict {
  if (!Object.hasOwn(TESTED_BY, name) || typeof promised !== 'number')
    return { name, verdict: 'unknown', evidence: 'A single scenario does not measure it.' };
  const tests = run.scenario.faults.filter(({ fault }) => TESTED_BY[name as Recovery].includes(fault.kind));
  const said = { name, promised: sayDuration(promised) };
  const [test] = tests;
  if (test === undefined)
    return { ...said, verdict: 'unknown', evidence: 'The scenario holds no failure that it is about.' };
  if (run.scenario.faults.length > 1)
    return { ...said, verdict: 'unknown', evidence: 'The promise is about one failure; the scenario holds more.' };
  return {
    ...said,
    ...(name === 'controlPlaneRecovery' ? planeVerdict(run, test, promised) : podVerdict(run, test, promised)),
  };
}

type Judged = Pick<ObjectiveVerdict, 'verdict' | 'measured' | 'evidence'>;

/**
 * Pods that can be ready elsewhere: those of DaemonSets and static pods belong to their node. A StatefulSet may not
 * replace a pod of a node that does not answer; while the others serve, its promise is to serve.
 */
function podVerdict(run: Run, { fault, at }: TimedFault, promised: Millis): Judged {
  const { worst, serving } = slowest(run);
  const also =
    serving.length === 0
      ? ''
      : ` ${serving.join(', ')} serve${serving.length === 1 ? 's' : ''} short of a pod meanwhile.`;
  if (worst === undefined)
    return { verdict: 'kept', measured: '0 s', evidence: `No pod had to move when ${sayFault(fault)}.${also}` };
  const workload = run.world.workloads[worst.loss.workload]?.id ?? '';
  const cause = sayChain(chainOf(run, worst.loss));
  if (worst.loss.endedAt === undefined)
    return {
      verdict: 'missed',
      measured: `not within ${sayDuration(run.horizon)}`,
      evidence: `${workload}: ${cause}.${also}`,
    };
  const took = worst.loss.endedAt - at;
  return {
    verdict: took <= promised ? 'kept' : 'missed',
    measured: sayDuration(took),
    evidence: `The last of ${worst.count} pods, of ${workload}: ${cause}.${also}`,
  };
}

interface Slowest {
  readonly worst: { readonly loss: Loss; readonly count: number } | undefined;
  /** StatefulSets that are short of pods but never down. */
  readonly serving: readonly string[];
}

function slowest(run: Run): Slowest {
  let found: Loss | undefined;
  let count = 0;
  const serving: string[] = [];
  for (const index of run.losses.workloads()) {
    const workload = run.world.workloads[index];
    if (workload === undefined || !isMissed(workload) || workload.kind === 'DaemonSet') continue;
    if (workload.kind === 'StatefulSet' && !workloadStretches(run, index).some(({ state }) => state === 'down')) {
      serving.push(workload.id);
      continue;
    }
    for (const loss of run.losses.of(index)) {
      count += 1;
      const end = loss.endedAt ?? Number.POSITIVE_INFINITY;
      if (found === undefined || end > (found.endedAt ?? Number.POSITIVE_INFINITY)) found = loss;
    }
  }
  return { worst: found === undefined ? undefined : { loss: found, count }, serving };
}

function planeVerdict(run: Run, { at }: TimedFault, promised: Millis): Judged {
  const outages = controlPlaneIntervals(run.timeline, run.horizon).filter(isOutage);
  const last = outages.at(-1);
  if (last === undefined)
    return { verdict: 'kept', measured: '0 s', evidence: 'The API answered reads and writes all the time.' };
  if (last.to === undefined)
    return { verdict: 'missed', measured: `not within ${sayDuration(run.horizon)}`, evidence: `${last.cause}.` };
  const took = last.to * 1_000 - at;
  return { verdict: took <= promised ? 'kept' : 'missed', measured: sayDuration(took), evidence: `${last.cause}.` };
}

function isOutage({ state }: ControlPlaneInterval): boolean {
  return state === 'down' || state === 'read-only';
}
