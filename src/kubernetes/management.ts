/** The management cluster: the one that runs Cluster API and makes this cluster. How files and commands speak of it. */

/** Where it keeps the objects of this cluster and its kubeconfig; written into each, so that no context decides. */
export const MANAGEMENT_NAMESPACE = 'default';

/** The shell variable that holds the name of its context in the reader's kubeconfig. */
export const MANAGEMENT_VARIABLE = 'MANAGEMENT';

/** The variable in a command; a shell stops there while it is unset or empty, so that no other cluster is reached. */
export const MANAGEMENT_CONTEXT = `"\${${MANAGEMENT_VARIABLE}:?}"`;

/** A kubectl command against it, in the namespace of this cluster's objects. */
export function onManagement(command: string): string {
  return `kubectl --context ${MANAGEMENT_CONTEXT} --namespace ${MANAGEMENT_NAMESPACE} ${command}`;
}

/** Where a person keeps the kubeconfig of a cluster that Cluster API has made: outside the tree, which is in git. */
export function kubeconfigFile(cluster: string): string {
  return `~/.kube/${cluster}.kubeconfig`;
}

/** Writes the kubeconfig to `kubeconfigFile`, for its owner alone (Cluster API v1.14, clusterctl get kubeconfig). */
export function fetchKubeconfig(cluster: string, namespace = MANAGEMENT_NAMESPACE): string {
  return `(umask 077; clusterctl get kubeconfig ${cluster} --namespace ${namespace} --kubeconfig-context ${MANAGEMENT_CONTEXT} > ${kubeconfigFile(cluster)})`;
}
