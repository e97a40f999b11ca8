/** Model → the facts that later systems, verdicts and the renderer read. */
import { KUBERNETES_TIMERS } from '../../availability/recovery.ts';
import type { SchedulingFacts } from '../../facts.ts';
import type { Model } from './model.ts';

export function factsOf({
  section,
  recovery,
  gpu,
  zones,
  priorityClasses,
  reservations,
  tolerationBy,
}: Model): SchedulingFacts {
  return {
    nodeMonitorPeriod: KUBERNETES_TIMERS.nodeMonitorPeriod,
    nodeMonitorGracePeriod: recovery.grace,
    nodeEvictionRate: recovery.nodeEvictionRate,
    secondaryNodeEvictionRate: KUBERNETES_TIMERS.secondaryNodeEvictionRate,
    unhealthyZoneThreshold: KUBERNETES_TIMERS.unhealthyZoneThreshold,
    largeClusterSizeThreshold: KUBERNETES_TIMERS.largeClusterSizeThreshold,
    toleration: recovery.toleration,
    tolerationByApiServer: recovery.settable,
    priorityClasses,
    shutdownGracePeriod: section.shutdownGracePeriod,
    shutdownGracePeriodCriticalPods: section.shutdownGracePeriodCriticalPods,
    nodeFailureRecovery: recovery.node.last,
    zoneFailureRecovery: recovery.zone.last,
    reservations,
    settings: {
      zones: zones.length,
      admission: section.admission,
      tolerationBy,
      gpu,
      namespaces: section.namespaces.map(({ name, cpu, memory, pods }) => ({
        name,
        cpu: cpu ?? null,
        memory: memory ?? null,
        pods: pods ?? null,
      })),
    },
  };
}
