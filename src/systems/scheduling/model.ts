/** Everything that decisions, alerts, runbooks and limits read, computed once per plan. */
import type { KubeletReservation } from '../../facts.ts';
import { type Cluster, versionOf, zonesOf } from '../../spec/cluster.ts';
import type { PlanContext } from '../../system.ts';
import { gpuSettings } from './gpu.ts';
import { type Recovery, recoveryFor } from './recovery.ts';
import { reservationOf } from './reservations.ts';
import type { Section } from './section.ts';
import type { PriorityClass, SchedulingSettings } from './settings.ts';

export type Context = PlanContext<'policy'>;

export interface Model {
  readonly section: Section;
  readonly cluster: Cluster;
  readonly recovery: Recovery;
  readonly gpu: SchedulingSettings['gpu'];
  /** Zones of all regions. */
  readonly zones: readonly string[];
  readonly priorityClasses: readonly PriorityClass[];
  readonly reservations: readonly KubeletReservation[];
  readonly tolerationBy: SchedulingSettings['tolerationBy'];
}

/** Computes it; pure. */
export function modelOf(section: Section, { cluster }: Context): Model {
  return {
    section,
    cluster,
    recovery: recoveryFor(section, cluster),
    gpu: gpuSettings(section, cluster),
    zones: zonesOf(cluster).map(({ zone }) => zone),
    priorityClasses: priorityClasses(section),
    reservations: cluster.pools.map(reservationOf),
    tolerationBy: tolerationBy(cluster),
  };
}

function priorityClasses({ priorities }: Section): readonly PriorityClass[] {
  return [
    {
      name: 'holdfast-critical',
      value: priorities.critical,
      purpose: 'what everything else depends on: databases, queues, ingress',
    },
    { name: 'holdfast-important', value: priorities.important, purpose: 'what users see' },
    { name: 'holdfast-batch', value: priorities.batch, purpose: 'work that can wait and displaces nothing' },
    {
      name: 'holdfast-headroom',
      value: priorities.headroom,
      purpose: 'placeholder pods that hold room for what has to move',
    },
  ];
}

/** MutatingAdmissionPolicy is on by default since 1.36: apiserver v0.36.3 pkg/features/kube_features.go. */
function tolerationBy(cluster: Cluster): SchedulingSettings['tolerationBy'] {
  if (cluster.controlPlane.kind !== 'eks') return 'kube-apiserver flags';
  const minor = Number(versionOf(cluster, 'kubernetes').split('.')[1]);
  return minor >= 36 ? 'MutatingAdmissionPolicy' : 'pods';
}
