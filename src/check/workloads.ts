/** Questions about workloads that several rules ask. */
import type { Workload } from '../inventory/world.ts';

const REPLICATED: ReadonlySet<Workload['kind']> = new Set([
  'Deployment',
  'ReplicaSet',
  'StatefulSet',
  'ReplicationController',
  'Rollout',
]);

/**
 * True for workloads whose controller keeps a number of pods running for somebody: no DaemonSets, Jobs, CronJobs, bare and
 * static pods, and no placeholders, which hold room for others with a priority below 0 and are there to be evicted.
 */
export function keepsReplicas({ kind, static: isStatic, templates }: Workload): boolean {
  return REPLICATED.has(kind) && !isStatic && (templates[0]?.priority ?? 0) >= 0;
}
