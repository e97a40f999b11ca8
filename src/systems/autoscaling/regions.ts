/** Cluster Autoscaler speaks to one region's API: one installation per region, in a namespace of its own when there are several. */
import type { Cluster } from '../../spec/cluster.ts';
import type { Holder } from './engine.ts';

export interface RegionalAutoscaler {
  readonly region: string;
  readonly release: string;
  readonly namespace: string;
}

/** The installations. Leader election and the priorities are per namespace, so two in one namespace would fight over both. */
export function regionalAutoscalers(cluster: Pick<Cluster, 'regions'>, holder: Holder): readonly RegionalAutoscaler[] {
  const [first] = cluster.regions;
  if (holder !== 'terraform' || cluster.regions.length === 1) {
    return [{ region: first?.name ?? '', release: 'cluster-autoscaler', namespace: 'kube-system' }];
  }
  return cluster.regions.map(({ name }) => ({
    region: name,
    release: `cluster-autoscaler-${name}`,
    namespace: `cluster-autoscaler-${name}`,
  }));
}
