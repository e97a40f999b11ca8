/** The upstream charts that this system installs. */
import { type Cluster, versionOf } from '../../spec/cluster.ts';
import type { ValuesArtifact } from '../../system.ts';

export type ChartName = 'karpenter' | 'cluster-autoscaler' | 'keda' | 'metrics-server' | 'nvidia-device-plugin';

/** Chart and repository; a null version is that of the application, as the project numbers both alike. */
const CHARTS: Readonly<Record<ChartName, { readonly repository: string; readonly version: string | null }>> = {
  karpenter: { repository: 'oci://public.ecr.aws/karpenter', version: null },
  'cluster-autoscaler': { repository: 'https://kubernetes.github.io/autoscaler', version: '9.59.0' },
  keda: { repository: 'https://kedacore.github.io/charts', version: null },
  'metrics-server': { repository: 'https://kubernetes-sigs.github.io/metrics-server/', version: '3.13.1' },
  'nvidia-device-plugin': { repository: 'https://nvidia.github.io/k8s-device-plugin', version: null },
};

/** Where a chart comes from, at the version that fits the cluster's version of the application. */
export function chartOf(
  name: ChartName,
  cluster: Pick<Cluster, 'versions'>,
  where: { readonly release: string; readonly namespace: string },
): ValuesArtifact['chart'] {
  const { repository, version } = CHARTS[name];
  return { name, repository, version: version ?? versionOf(cluster, name).replace(/^v/, ''), ...where };
}
