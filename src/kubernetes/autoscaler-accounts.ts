/** As whom the autoscalers of machines run: what installs them and what gives them seats must mean the same accounts. */

/** The service account of Cluster Autoscaler, wherever it runs. */
export const CLUSTER_AUTOSCALER = 'cluster-autoscaler';

/** Where it runs: with several regions one installation for each, since its lock and its priorities are per namespace. */
export function clusterAutoscalerNamespaces(regions: readonly { readonly name: string }[]): readonly string[] {
  return regions.length <= 1 ? ['kube-system'] : regions.map(({ name }) => `${CLUSTER_AUTOSCALER}-${name}`);
}
