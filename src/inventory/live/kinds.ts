/** Which kinds are asked of a live cluster: those that the world, a rule or the twin reads. Everything else stays unread. */

/** Key `group/Kind`, as in an index of objects. A test holds the list to what is looked up. */
export const READ_KINDS: readonly string[] = [
  '/Namespace',
  '/Node',
  '/Pod',
  '/ReplicationController',
  '/Service',
  '/PersistentVolume',
  '/PersistentVolumeClaim',
  '/LimitRange',
  '/ResourceQuota',
  'apps/Deployment',
  'apps/StatefulSet',
  'apps/DaemonSet',
  'apps/ReplicaSet',
  'batch/Job',
  'batch/CronJob',
  'argoproj.io/Rollout',
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
  'karpenter.sh/NodePool',
  'ceph.rook.io/CephCluster',
  'ceph.rook.io/CephBlockPool',
  'ceph.rook.io/CephFilesystem',
  'ceph.rook.io/CephObjectStore',
];

/**
 * Where kubeadm keeps how it made the cluster: the one ConfigMap that says what the control plane is. Others are not
 * read; people keep secrets in them.
 */
export const KUBEADM_CONFIG = {
  kind: '/ConfigMap',
  path: '/api/v1/namespaces/kube-system/configmaps?fieldSelector=metadata.name%3Dkubeadm-config',
} as const;

/** Never asked for, whoever names it: their content is nobody's business here. */
export const NEVER_READ: ReadonlySet<string> = new Set(['/Secret']);

/** `PodDisruptionBudget (policy)`; `Service` of the core group. */
export function sayKind(key: string): string {
  const slash = key.indexOf('/');
  const group = key.slice(0, slash);
  return group === '' ? key.slice(slash + 1) : `${key.slice(slash + 1)} (${group})`;
}
