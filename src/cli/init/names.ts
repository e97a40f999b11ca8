/** Names of a cluster as the document takes them: RFC 1123 labels. */

/** The longest name of a cluster that the document takes; machines and files are named after it. */
export const LONGEST_CLUSTER_NAME = 40;

/** The nearest name that the document takes; `fallback` when nothing of the text can stand in one. */
export function nameFor(text: string, fallback: string, longest = 63): string {
  const name = text
    .toLowerCase()
    .replaceAll(/[^a-z0-9-]+/g, '-')
    .slice(0, longest)
    .replaceAll(/^-+|-+$/g, '');
  return name === '' ? fallback : name;
}

/** The name, or with the first number behind it that makes it one of its own; it is then taken. */
export function unique(name: string, taken: Set<string>): string {
  let result = name;
  for (let number = 2; taken.has(result); number += 1) result = `${name}-${number}`;
  taken.add(result);
  return result;
}

/**
 * The cluster's name in that of a context: EKS gives an ARN that ends with it, kubeadm and eksctl write `user@cluster`,
 * GKE `gke_project_place_cluster`, eksctl adds the region.
 */
export function clusterNameOf(context: string): string {
  const afterUser = context.slice(context.lastIndexOf('@') + 1);
  const afterPath = afterUser.slice(afterUser.lastIndexOf('/') + 1);
  const [name = ''] = afterPath.split('.');
  const parts = afterPath.split('_');
  const last = parts[0] === 'gke' && parts.length === 4 ? (parts[3] ?? '') : name;
  return nameFor(last, 'my-cluster', LONGEST_CLUSTER_NAME);
}
