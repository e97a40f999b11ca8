/**
 * What a machine keeps for itself: allocatable is its capacity without the kubelet's reservations and its hard eviction
 * threshold. Kubernetes v1.36.3 pkg/kubelet/cm/node_container_manager_linux.go (GetNodeAllocatableReservation).
 */
import type { KubeletReservation } from '../facts.ts';
import type { Resources } from '../kubernetes/resources.ts';

/** What is kept from pods, in the units of Resources. */
export interface Reservation {
  readonly cpu: number;
  readonly memory: number;
  /** What it rests on, one sentence each. */
  readonly assumed: readonly string[];
}

/** The kubelet without configuration: nothing reserved, hard eviction below 100Mi (pkg/kubelet/eviction/defaults_linux.go). */
export const KUBELET_DEFAULTS: Reservation = {
  cpu: 0,
  memory: 100 * 2 ** 20,
  assumed: ['the kubelet reserves nothing and evicts below 100Mi of free memory, as it does without configuration'],
};

/** What the plan tells the kubelets of a pool to keep. */
export function plannedReservation({ kube, system, evictionMemory }: KubeletReservation): Reservation {
  return { cpu: kube.cpu + system.cpu, memory: kube.memory + system.memory + evictionMemory, assumed: [] };
}

/** The part of the capacity that pods may have; never less than nothing. */
export function allocatableOf(capacity: Resources, { cpu, memory }: Reservation): Resources {
  return {
    ...capacity,
    cpu: Math.max(0, (capacity['cpu'] ?? 0) - cpu),
    memory: Math.max(0, (capacity['memory'] ?? 0) - memory),
  };
}
