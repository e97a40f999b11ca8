/** Whether AWS's cloud controller manager runs in a cluster that kubeadm or Cluster API makes. */
import type { Cluster } from '../../spec/cluster.ts';

/**
 * True where it serves all nodes: it knows one region, and deletes nodes whose instance it does not find there
 * (cloud-provider-aws, pkg/providers/v1; k8s.io/cloud-provider v0.36.3, controllers/nodelifecycle).
 */
export function hasCloudController({ provider, regions }: Pick<Cluster, 'provider' | 'regions'>): boolean {
  return provider === 'aws' && regions.length === 1;
}
