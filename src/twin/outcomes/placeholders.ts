/** Workloads whose pods hold room for others: they give way to every pod of a higher priority, and nobody misses them. */
import type { Workload, World } from '../../inventory/world.ts';

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
