/**
 * Pods that stopped serving, and what became of each: the material of every cause. One small object per pod that was
 * lost; sentences are made only for what is printed.
 */
import type { Millis } from '../../core/units.ts';
import type { Cause } from '../control-plane/timeline.ts';
import type { NodeIndex, SchedulingFailure } from '../model/cluster-state.ts';

/** Why pods were lost; one for all pods of a node. */
export interface Trouble {
  readonly causes: () => readonly Cause[];
  /** The node that it concerns. */
  readonly node?: NodeIndex;
}

export interface Loss {
  readonly number: number;
  readonly workload: number;
  readonly trouble: Trouble;
  /** Where the pod was. */
  readonly node: NodeIndex;
  readonly ordinal: number;
  readonly at: Millis;
  /** Its deletion was asked for, and its object was gone. */
  deletedAt: Millis | undefined;
  goneAt: Millis | undefined;
  /** Its replacement was made, first refused by the scheduler, and bound. */
  createdAt: Millis | undefined;
  failedAt: Millis | undefined;
  failure: SchedulingFailure | undefined;
  boundAt: Millis | undefined;
  boundTo: NodeIndex | undefined;
  /** What else held it up. */
  held: Cause | undefined;
  endedAt: Millis | undefined;
}

export interface Losses {
  readonly open: (loss: Pick<Loss, 'workload' | 'trouble' | 'node' | 'ordinal' | 'at'>) => Loss;
  readonly get: (number: number) => Loss | undefined;
  /** Of a workload, by time. */
  readonly of: (workload: number) => readonly Loss[];
  /** Takes the oldest loss of a workload, or of one of its ordinals, that nothing replaces yet. */
  readonly claim: (workload: number, ordinal: number) => Loss | undefined;
  /** What was to replace it is lost too. */
  readonly release: (loss: Loss) => void;
  readonly end: (loss: Loss, at: Millis) => void;
  readonly workloads: () => Iterable<number>;
}

export function lossesOf(): Losses {
  const all: Loss[] = [];
  const byWorkload = new Map<number, Loss[]>();
  /** Those that nothing replaces; taken from the front. */
  const unclaimed = new Map<number, { list: Loss[]; taken: number }>();
  const wait = (loss: Loss): void => {
    const waiting = unclaimed.get(loss.workload) ?? { list: [], taken: 0 };
    waiting.list.push(loss);
    unclaimed.set(loss.workload, waiting);
  };
  return {
    open: (given) => {
      const loss: Loss = {
        ...given,
        number: all.length,
        deletedAt: undefined,
        goneAt: undefined,
        createdAt: undefined,
        failedAt: undefined,
        failure: undefined,
        boundAt: undefined,
        boundTo: undefined,
        held: undefined,
        endedAt: undefined,
      };
      all.push(loss);
      const known = byWorkload.get(given.workload);
      if (known === undefined) byWorkload.set(given.workload, [loss]);
      else known.push(loss);
      wait(loss);
      return loss;
    },
    get: (number) => all[number],
    of: (workload) => byWorkload.get(workload) ?? [],
    claim: (workload, ordinal) => {
      const waiting = unclaimed.get(workload);
      if (waiting === undefined) return undefined;
      // Prefer one whose pod is being deleted: that is what the replacement is made for.
      const { list } = waiting;
      while (waiting.taken < list.length && list[waiting.taken]?.endedAt !== undefined) waiting.taken += 1;
      for (let at = waiting.taken; at < list.length; at += 1) {
        const loss = list[at];
        if (loss === undefined || loss.endedAt !== undefined || loss.deletedAt === undefined) continue;
        if (ordinal >= 0 && loss.ordinal !== ordinal) continue;
        list[at] = list[waiting.taken] ?? loss;
        waiting.taken += 1;
        return loss;
      }
      return undefined;
    },
    release: (loss) => {
      // The next replacement is told from its own beginning.
      loss.createdAt = undefined;
      loss.boundAt = undefined;
      loss.boundTo = undefined;
      wait(loss);
    },
    end: (loss, at) => {
      loss.endedAt = at;
    },
    workloads: () => byWorkload.keys(),
  };
}
