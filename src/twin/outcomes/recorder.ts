/** How many pods of each workload served, and since when: a line per change, of workloads that changed only. */
import type { Millis } from '../../core/units.ts';

export interface Change {
  readonly at: Millis;
  ready: number;
  desired: number;
}

export interface Recorder {
  /** Notes what a workload has from now on. `before` is what it had, for its first change. */
  readonly note: (workload: number, at: Millis, now: Counts, before: Counts) => void;
  readonly of: (workload: number) => readonly Change[];
  /** What it had before its first change. */
  readonly before: (workload: number) => Counts | undefined;
  readonly workloads: () => Iterable<number>;
}

export interface Counts {
  readonly ready: number;
  readonly desired: number;
}

export function recorderOf(): Recorder {
  const all = new Map<number, Change[]>();
  const atRest = new Map<number, Counts>();
  return {
    note: (workload, at, now, before) => {
      let changes = all.get(workload);
      if (changes === undefined) {
        changes = [{ at: 0, ...before }];
        all.set(workload, changes);
        atRest.set(workload, before);
      }
      const last = changes.at(-1);
      if (last?.at === at) {
        last.ready = now.ready;
        last.desired = now.desired;
      } else changes.push({ at, ...now });
    },
    before: (workload) => atRest.get(workload),
    of: (workload) => all.get(workload) ?? [],
    workloads: () => all.keys(),
  };
}
