/** Workloads whose pods hold room for others: they give way to every pod of a higher priority, and nobody misses them. */
import type { Workload, World } from '../../inventory/world.ts';
import type { Run } from '../engine/run.ts';

export function isPlaceholder({ templates }: Workload): boolean {
  return templates.length > 0 && templates.every(({ priority }) => priority < 0);
}

/** Workloads that people miss: static pods are the control plane's own, which is told as such. */
export function isMissed(workload: Workload): boolean {
  return !workload.static && !isPlaceholder(workload);
}

/** Ids. */
export function placeholdersOf({ workloads }: World): ReadonlySet<string> {
  return new Set(workloads.filter(isPlaceholder).map(({ id }) => id));
}

/** Pods that wait for a node and that somebody misses. */
export function pendingPods({ scheduler, tables, world }: Pick<Run, 'tables' | 'world'> & Waiting): number {
  return scheduler.unschedulable().filter((pod) => {
    const workload = world.workloads[tables.pods.workload.get(pod)];
    return workload === undefined || !isPlaceholder(workload);
  }).length;
}

interface Waiting {
  readonly scheduler: { readonly unschedulable: () => readonly number[] };
}
