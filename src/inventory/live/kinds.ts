/** Which kinds are asked of a live cluster: those that the world, a rule or the twin reads. Everything else stays unread. */

import { PLUGIN_POLICY_KINDS, REPAIR_KINDS } from '../kinds.ts';

/** Kinds whose objects are workloads, or make them known. */
export const WORKLOAD_KINDS: ReadonlySet<string> = new Set([
  '/Pod',
  '/ReplicationController',
  'apps/Deployment',
  'apps/StatefulSet',
  'apps/DaemonSet',
  'apps/ReplicaSet',
  'batch/Job',
  'batch/CronJob',
  'argoproj.io/Rollout',
]);

/** Kinds that decide where pods find room, and when they may be evicted: what the twin goes by. */
export const PLACEMENT_KINDS = [
  '/Service',
  '/PersistentVolume',
  '/PersistentVolumeClaim',
  '/LimitRange',
  '/ResourceQuota',
  'autoscaling/HorizontalPodAutoscaler',
  'keda.sh/ScaledObject',
  'policy/PodDisruptionBudget',
  'scheduling.k8s.io/PriorityClass',
  'node.k8s.io/RuntimeClass',
  'storage.k8s.io/StorageClass',
  'storage.k8s.io/CSIDriver',
  'storage.k8s.io/CSINode',
  'storage.k8s.io/CSIStorageCapacity',
  'storage.k8s.io/VolumeAttachment',
  'karpenter.sh/NodePool',
] as const;

const WORLD_KINDS = [
  '/Namespace',
  '/Node',
  ...WORKLOAD_KINDS,
  ...PLACEMENT_KINDS,
  'networking.k8s.io/Ingress',
  'networking.k8s.io/NetworkPolicy',
  'gateway.networking.k8s.io/HTTPRoute',
  'gateway.networking.k8s.io/GRPCRoute',
  'gateway.networking.k8s.io/TLSRoute',
  'gateway.networking.k8s.io/TCPRoute',
  'admissionregistration.k8s.io/ValidatingWebhookConfiguration',
  'admissionregistration.k8s.io/MutatingWebhookConfiguration',
  'apiextensions.k8s.io/CustomResourceDefinition',
  'apiregistration.k8s.io/APIService',
  'ceph.rook.io/CephCluster',
  'ceph.rook.io/CephBlockPool',
  'ceph.rook.io/CephFilesystem',
  'ceph.rook.io/CephObjectStore',
] as const;

/** Key `group/Kind`, as in an index of objects. A test holds the list to what rules look up. */
export const READ_KINDS = [...WORLD_KINDS, ...REPAIR_KINDS, ...PLUGIN_POLICY_KINDS] as const;

/**
 * Where kubeadm keeps how it made the cluster: the one ConfigMap that says what the control plane is. Others are read only
 * for rules that name the kind; people keep secrets in them.
 */
export const KUBEADM_CONFIG = {
  kind: '/ConfigMap',
  path: '/api/v1/namespaces/kube-system/configmaps?fieldSelector=metadata.name%3Dkubeadm-config',
} as const;

/** Never asked for, whoever names it: their content is nobody's business here. */
export const NEVER_READ: ReadonlySet<string> = new Set(['/Secret']);

/** True when a kind is one of a key: `?/Database` is that of any group, `velero.io/*` every one of a group, `*` any that is read. */
export function isKind(kind: string, key: string): boolean {
  if (key === '*') return !NEVER_READ.has(kind);
  if (key.endsWith('/*')) return kind.startsWith(key.slice(0, -1));
  return key.startsWith('?/') ? kind.slice(kind.indexOf('/')) === key.slice(1) : kind === key;
}

/** `PodDisruptionBudget (policy)`; `Service` of the core group. */
export function sayKind(key: string): string {
  const slash = key.indexOf('/');
  const group = key.slice(0, slash);
  return group === '' ? key.slice(slash + 1) : `${key.slice(slash + 1)} (${group})`;
}
