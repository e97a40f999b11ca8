/** Questions about workloads that several rules ask. */
import type { Workload } from '../inventory/world.ts';

const REPLICATED: ReadonlySet<Workload['kind']> = new Set([
  'Deployment',
  'ReplicaSet',
  'StatefulSet',
  'ReplicationController',
  'Rollout',
]);

/** True for workloads whose controller keeps a number of pods running: no DaemonSets, Jobs, CronJobs, bare and static pods. */
export function keepsReplicas({ kind, static: isStatic }: Workload): boolean {
  return REPLICATED.has(kind) && !isStatic;
}
