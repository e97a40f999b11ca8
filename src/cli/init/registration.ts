/** What of a node's labels and taints its pool gave it, and what others have added. */
import type { WorldNode } from '../../inventory/world.ts';
import type { Labels } from '../../kubernetes/objects.ts';
import type { Taint } from '../../kubernetes/tolerations.ts';
import { nameFor } from './names.ts';

export interface PoolName {
  readonly name: string;
  /** What tells it: `the label karpenter.sh/nodepool`. */
  readonly by: string;
}

/** Labels whose value is the name of the node's pool, by who sets them; the first that a node has counts. */
const POOL_LABELS: readonly string[] = [
  'holdfast.dev/pool',
  'karpenter.sh/nodepool',
  'eks.amazonaws.com/nodegroup',
  'alpha.eksctl.io/nodegroup-name',
  'cloud.google.com/gke-nodepool',
  'kubernetes.azure.com/agentpool',
  'agentpool',
  'kops.k8s.io/instancegroup',
  'doks.digitalocean.com/node-pool',
  'node.cluster.x-k8s.io/pool',
];

const LONGEST_POOL_NAME = 40;

/** By a label of whoever made the node, or by its own name where that is `<pool>-<zone>-<number>`, as Holdfast names machines. */
export function poolNameOf({ name, labels, zone }: WorldNode): PoolName | undefined {
  const label = POOL_LABELS.find((key) => (labels[key] ?? '') !== '');
  if (label !== undefined)
    return { name: nameFor(labels[label] ?? '', 'general', LONGEST_POOL_NAME), by: `the label ${label}` };
  const [, numbered] = /^(.+)-\d+$/.exec(name) ?? [];
  if (zone === '' || numbered === undefined || !numbered.endsWith(`-${zone}`)) return undefined;
  return {
    name: nameFor(numbered.slice(0, -zone.length - 1), 'general', LONGEST_POOL_NAME),
    by: 'their own names',
  };
}

/**
 * Domains whose labels are set by kubelets, cloud providers, node feature discovery and installers: the machine's or
 * its installer's, not a choice of the pool.
 */
const OTHERS_DOMAINS: readonly string[] = [
  'kubernetes.io',
  'k8s.io',
  'holdfast.dev',
  'karpenter.sh',
  'karpenter.k8s.aws',
  'k8s.aws',
  'k8s.amazonaws.com',
  'eks.amazonaws.com',
  'alpha.eksctl.io',
  'aws.com',
  'cloud.google.com',
  'azure.com',
  'digitalocean.com',
  'hetzner.cloud',
  'nvidia.com',
  'amd.com',
  'intel.com',
  'k3s.io',
  'rke2.io',
  'cattle.io',
  'openshift.io',
  'cilium.io',
  'projectcalico.org',
  'linode.com',
  'scaleway.com',
];
/** Set by AKS on every node, beside the same under kubernetes.azure.com. */
const OTHERS_KEYS: ReadonlySet<string> = new Set(['agentpool', 'storageprofile', 'storagetier']);
/** Under these a pool may set labels of its own (Kubernetes v1.36.3, pkg/kubelet/apis/well_known_labels.go), but for the known ones. */
const KUBELET_DOMAINS: readonly string[] = ['kubelet.kubernetes.io', 'node.kubernetes.io'];
const KNOWN_KEYS: ReadonlySet<string> = new Set([
  'node.kubernetes.io/instance-type',
  'node.kubernetes.io/windows-build',
  'node.kubernetes.io/lifecycle',
]);

/** Labels that the machines of a pool register with because the pool says so, sorted. */
export function poolLabels({ labels }: WorldNode): Labels {
  return Object.fromEntries(
    Object.entries(labels)
      .filter(([key]) => !isOthers(key))
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}

function isOthers(key: string): boolean {
  if (OTHERS_KEYS.has(key) || KNOWN_KEYS.has(key)) return true;
  const [domain] = key.includes('/') ? key.split('/') : [''];
  if (domain === undefined || domain === '') return false;
  if (KUBELET_DOMAINS.some((own) => isWithin(domain, own))) return isWithin(domain, 'feature.node.kubernetes.io');
  return OTHERS_DOMAINS.some((other) => isWithin(domain, other));
}

function isWithin(domain: string, of: string): boolean {
  return domain === of || domain.endsWith(`.${of}`);
}

/**
 * Taints that come and go with the state of a node: conditions, cloud providers, autoscalers that remove it, agents
 * that have yet to start.
 */
const PASSING_TAINTS: readonly RegExp[] = [
  /^node\.kubernetes\.io\//,
  /^node\.cloudprovider\.kubernetes\.io\//,
  /^node-role\.kubernetes\.io\/(?:control-plane|master)$/,
  /^karpenter\.sh\/(?:disrupted|disruption|unregistered|unready)$/,
  /^(?:ToBeDeletedByClusterAutoscaler|DeletionCandidateOfClusterAutoscaler)$/,
  /^ToBeDeletedTaint$/,
  /(?:^|\.)(?:cilium\.io|csi\.aws\.com|k8s\.aws)\/agent-not-ready$/,
  /^node\.cluster\.x-k8s\.io\//,
];

/** Taints that the machines of a pool register with, sorted. */
export function poolTaints({ taints }: WorldNode): readonly Taint[] {
  return taints
    .filter(({ key }) => !PASSING_TAINTS.some((pattern) => pattern.test(key)))
    .toSorted((a, b) => (`${a.key}:${a.effect}` < `${b.key}:${b.effect}` ? -1 : 1));
}
