/** Namespaces of what Holdfast installs, besides kube-system: their images come from the registries of their projects. */
import { clusterAutoscalerNamespaces } from './autoscaler-accounts.ts';

type Regions = readonly { readonly name: string }[];

/** Those that another system renders, with the level that its own pods need. */
export function labelledElsewhere(regions: Regions): readonly string[] {
  return ['headroom', ...clusterAutoscalerNamespaces(regions).filter((name) => name !== 'kube-system')];
}

/** All of them, sorted; some are made by the charts that are installed there. */
export function addOnNamespaces(regions: Regions): readonly string[] {
  return ['gatekeeper-system', 'keda', ...labelledElsewhere(regions)].toSorted();
}
