/** Cluster Autoscaler speaks to one region's API: one installation per region, in a namespace of its own when there are several. */
import { CLUSTER_AUTOSCALER, clusterAutoscalerNamespaces } from '../../kubernetes/autoscaler-accounts.ts';
import { MANAGEMENT_NAMESPACE, onManagement } from '../../kubernetes/management.ts';
import { shortHash } from '../../kubernetes/names.ts';
import type { Cluster } from '../../spec/cluster.ts';
import type { Holder } from './engine.ts';

export interface RegionalAutoscaler {
  readonly region: string;
  readonly release: string;
  /** Of this cluster: where it keeps its lock, its status and its priorities. */
  readonly namespace: string;
  /** Where its pods are, and the namespace there. */
  readonly runs: { readonly on: 'cluster' | 'management'; readonly namespace: string };
}

/** The installations. Leader election and the priorities are per namespace, so two in one namespace would fight over both. */
export function regionalAutoscalers(
  cluster: Pick<Cluster, 'name' | 'regions'>,
  holder: Holder,
): readonly RegionalAutoscaler[] {
  const [first] = cluster.regions;
  if (holder === 'cluster-api') {
    const runs = { on: 'management', namespace: MANAGEMENT_NAMESPACE } as const;
    return [{ region: first?.name ?? '', release: releaseOf(cluster.name), namespace: 'kube-system', runs }];
  }
  if (holder !== 'terraform' || cluster.regions.length === 1) return [here(first?.name ?? '', CLUSTER_AUTOSCALER)];
  return clusterAutoscalerNamespaces(cluster.regions).map((namespace, index) => ({
    ...here(cluster.regions[index]?.name ?? '', namespace),
    namespace,
    runs: { on: 'cluster', namespace },
  }));
}

/** The kubectl command that reaches its pods. */
export function kubectlForPods({ runs }: RegionalAutoscaler, command: string): string {
  return runs.on === 'management' ? onManagement(command) : `kubectl -n ${runs.namespace} ${command}`;
}

function here(region: string, release: string): RegionalAutoscaler {
  return { region, release, namespace: 'kube-system', runs: { on: 'cluster', namespace: 'kube-system' } };
}

/** Helm takes no longer name of a release (Helm v3, pkg/chartutil/validate_name.go). */
const LONGEST_RELEASE = 53;

/** One management cluster makes many clusters, and each has its own autoscaler there. */
function releaseOf(cluster: string): string {
  const whole = `cluster-autoscaler-${cluster}`;
  return whole.length <= LONGEST_RELEASE ? whole : `cluster-autoscaler-${shortHash(cluster)}`;
}
