/** The right form of topology spread for what the document wants to survive. */
import type { JsonObject } from '../../core/json.ts';

export interface SpreadConstraint {
  readonly topologyKey: 'topology.kubernetes.io/zone' | 'kubernetes.io/hostname';
  readonly maxSkew: 1;
  readonly whenUnsatisfiable: 'DoNotSchedule' | 'ScheduleAnyway';
}

/** Zones are a hard rule where the loss of one is to be survived; hosts are a soft one. */
export function spreadConstraints(survive: 'node' | 'zone' | 'region', zones: number): readonly SpreadConstraint[] {
  const hosts: SpreadConstraint = {
    topologyKey: 'kubernetes.io/hostname',
    maxSkew: 1,
    whenUnsatisfiable: 'ScheduleAnyway',
  };
  if (zones < 2) return [hosts];
  return [
    {
      topologyKey: 'topology.kubernetes.io/zone',
      maxSkew: 1,
      whenUnsatisfiable: survive === 'node' ? 'ScheduleAnyway' : 'DoNotSchedule',
    },
    hosts,
  ];
}

/** The constraint as a pod template has it, for pods with these labels. */
export function constraintObject(constraint: SpreadConstraint, labels: Readonly<Record<string, string>>): JsonObject {
  return {
    maxSkew: constraint.maxSkew,
    topologyKey: constraint.topologyKey,
    whenUnsatisfiable: constraint.whenUnsatisfiable,
    ...(constraint.topologyKey === 'topology.kubernetes.io/zone' ? { nodeTaintsPolicy: 'Honor' } : {}),
    labelSelector: { matchLabels: labels },
    matchLabelKeys: ['pod-template-hash'],
  };
}
