/** Questions about workloads that several rules ask. */
import type { Workload } from '../inventory/world.ts';
import { isMissed } from '../twin/outcomes/placeholders.ts';

/** Pods of this priority and above are the cluster's own: Kubernetes v1.36.3 pkg/apis/scheduling/types.go (SystemCriticalPriority). */
export const SYSTEM_PRIORITY = 2_000_000_000;

const REPLICATED: ReadonlySet<Workload['kind']> = new Set([
  'Deployment',
  'ReplicaSet',
  'StatefulSet',
  'ReplicationController',
  'Rollout',
]);

/**
 * True for workloads whose controller keeps a number of pods running that somebody misses: no DaemonSets, Jobs, CronJobs,
 * bare and static pods, and none whose priority below 0 says that they only hold room for others.
 */
export function keepsReplicas(workload: Workload): boolean {
  return REPLICATED.has(workload.kind) && isMissed(workload);
}
