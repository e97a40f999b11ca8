/** What became of each workload, as it is printed. */
import type { Millis } from '../../core/units.ts';
import type { Workload } from '../../inventory/world.ts';
import type { Cause } from '../control-plane/timeline.ts';
import type { Run } from '../engine/run.ts';
import type { WorkloadInterval, WorkloadOutcome } from '../results.ts';
import { chainOf, sayChain, sayFailure } from './chain.ts';
import type { FrozenSpan, Stretch } from './intervals.ts';
import { isPlaceholder } from './placeholders.ts';
import { frozenSpans, stretchesOf } from './intervals.ts';
import type { Loss } from './losses.ts';
import type { SchedulingFailure } from '../model/cluster-state.ts';

/** Why pods were waiting before the scenario began, by workload. */
export type WaitingBefore = ReadonlyMap<number, SchedulingFailure>;

export function workloadStretches(run: Run, workload: number): readonly Stretch[] {
  return stretchesWith(run, workload, frozenSpans(run.timeline, run.horizon));
}

/** Of all workloads, or of those that are asked for by id. */
export function outcomesOf(run: Run, before: WaitingBefore, only?: ReadonlySet<string>): readonly WorkloadOutcome[] {
  const frozen = frozenSpans(run.timeline, run.horizon);
  const outcomes: WorkloadOutcome[] = [];
  for (const [index, workload] of run.world.workloads.entries())
    if (only === undefined || only.has(workload.id)) outcomes.push(outcomeOf(run, { workload, index, frozen, before }));
  return outcomes;
}

/** The chain of the loss that lasts longest within the stretch. */
export function causesOf(
  run: Run,
  index: number,
  stretch: Pick<Stretch, 'from' | 'to' | 'state'>,
  before: WaitingBefore,
): readonly Cause[] {
  const loss = longest(run.losses.of(index), stretch);
  if (loss !== undefined) return chainOf(run, loss);
  const workload = run.world.workloads[index];
  const failure = before.get(index);
  if (workload === undefined || failure === undefined) return [];
  return [{ say: 'since before the scenario' }, sayFailure(failure, workload)];
}

function outcomeOf(
  run: Run,
  {
    workload,
    index,
    frozen,
    before,
  }: { workload: Workload; index: number; frozen: readonly FrozenSpan[]; before: WaitingBefore },
): WorkloadOutcome {
  const stretches = stretchesWith(run, index, frozen);
  const lasting = (state: Stretch['state']): number =>
    seconds(stretches.filter((one) => one.state === state).reduce((sum, { from, to }) => sum + to - from, 0));
  const last = stretches.at(-1);
  const suffered = stretches.some(({ state }) => isLess(state));
  const recovered = suffered && last !== undefined && !isLess(last.state) ? recoveryOf(stretches) : undefined;
  return {
    workload: workload.id,
    replicas: run.tables.workloads.desired.get(index),
    intervals: stretches.map((stretch) => intervalOf(run, { index, stretch, frozen, before })),
    downSeconds: lasting('down'),
    degradedSeconds: lasting('degraded'),
    ...(recovered === undefined ? {} : { recoveredAt: seconds(recovered) }),
    ...(isPlaceholder(workload) ? { placeholder: true as const } : {}),
  };
}

function intervalOf(
  run: Run,
  {
    index,
    stretch,
    frozen,
    before,
  }: { index: number; stretch: Stretch; frozen: readonly FrozenSpan[]; before: WaitingBefore },
): WorkloadInterval {
  const { from, to, state, ready } = stretch;
  const causes =
    state === 'up'
      ? []
      : state === 'frozen'
        ? (frozen.find((span) => span.from <= from && from < span.to)?.causes ?? [])
        : causesOf(run, index, stretch, before);
  return {
    from: seconds(from),
    ...(to < run.horizon ? { to: seconds(to) } : {}),
    state,
    ready,
    cause: sayChain(causes),
    causes,
  };
}

function stretchesWith(run: Run, index: number, frozen: readonly FrozenSpan[]): readonly Stretch[] {
  const { tables, recorder, horizon, options, world } = run;
  const changes = recorder.of(index);
  const { serving, desired } = tables.workloads;
  const still = [{ at: 0, ready: serving.get(index), desired: desired.get(index) }];
  const quorum = options.quorums.get(world.workloads[index]?.id ?? '');
  return stretchesOf(changes.length === 0 ? still : changes, { horizon, quorum, frozen });
}

function isLess(state: Stretch['state']): boolean {
  return state === 'down' || state === 'degraded';
}

/** The end of the last stretch in which pods were missing. */
function recoveryOf(stretches: readonly Stretch[]): Millis | undefined {
  return stretches.findLast(({ state }) => isLess(state))?.to;
}

function longest(losses: readonly Loss[], { from, to }: Pick<Stretch, 'from' | 'to'>): Loss | undefined {
  let found: Loss | undefined;
  for (const loss of losses) {
    const end = loss.endedAt ?? Number.POSITIVE_INFINITY;
    if (loss.at >= to || end <= from) continue;
    if (found === undefined || end > (found.endedAt ?? Number.POSITIVE_INFINITY)) found = loss;
  }
  return found;
}

export function seconds(millis: Millis): number {
  return millis / 1_000;
}
