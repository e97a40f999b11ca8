/** Model → the facts that others read, and the settings that only the renderer reads. */
import { KUBERNETES_TIMERS } from '../../availability/recovery.ts';
import type { SchedulingFacts } from '../../facts.ts';
import type { Model } from './model.ts';
import type { SchedulingSettings } from './settings.ts';

/** What others read. */
export function factsOf({ section, recovery, priorityClasses, reservations }: Model): SchedulingFacts {
  return {
    nodeMonitorPeriod: KUBERNETES_TIMERS.nodeMonitorPeriod,
    nodeMonitorGracePeriod: recovery.grace,
    nodeEvictionRate: recovery.nodeEvictionRate,
    secondaryNodeEvictionRate: KUBERNETES_TIMERS.secondaryNodeEvictionRate,
    unhealthyZoneThreshold: KUBERNETES_TIMERS.unhealthyZoneThreshold,
    largeClusterSizeThreshold: KUBERNETES_TIMERS.largeClusterSizeThreshold,
    toleration: recovery.toleration,
    tolerationByApiServer: recovery.settable,
    priorityClasses: priorityClasses.map(({ name, value }) => ({ name, value })),
    shutdownGracePeriod: section.shutdownGracePeriod,
    shutdownGracePeriodCriticalPods: section.shutdownGracePeriodCriticalPods,
    nodeFailureRecovery: recovery.node.last,
    zoneFailureRecovery: recovery.zone.last,
    reservations,
  };
}

/** What only the renderer reads. */
export function settingsOf({ section, gpu, zones, priorityClasses, tolerationBy }: Model): SchedulingSettings {
  return {
    zones: zones.length,
    priorityClasses,
    admission: section.admission,
    tolerationBy,
    gpu,
    namespaces: section.namespaces.map(({ name, cpu, memory, pods }) => ({
      name,
      cpu: cpu ?? null,
      memory: memory ?? null,
      pods: pods ?? null,
    })),
  };
}
