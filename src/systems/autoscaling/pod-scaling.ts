/** How many pods a workload has: defaults and arithmetic of the horizontal pod autoscaler. */
import { type Cluster, zonesOf } from '../../spec/cluster.ts';
import type { Section, Workload } from './section.ts';
import type { ScaledWorkload } from './settings.ts';

/** Within 10 % of the target nothing changes (Kubernetes v1.36.3 --horizontal-pod-autoscaler-tolerance). */
const TOLERANCE = 0.1;
/** One sync of the controller (Kubernetes v1.36.3 --horizontal-pod-autoscaler-sync-period). */
export const SYNC_SECONDS = 15;
const MOST_DEFAULT_REPLICAS = 3;

/** The workloads of the section with every default filled in. */
export function scaledWorkloads(section: Pick<Section, 'workloads'>, cluster: Cluster): readonly ScaledWorkload[] {
  const domains = failureDomains(cluster);
  return section.workloads.map((workload) => scaledWorkload(workload, domains));
}

/** Places of which one may be lost: zones, or regions; 1 when only a machine may be. */
export function failureDomains(cluster: Pick<Cluster, 'survive' | 'regions'>): number {
  if (cluster.survive === 'node') return 1;
  return cluster.survive === 'region' ? cluster.regions.length : zonesOf(cluster).length;
}

/** One pod per failure domain, at least 2 and at most 3, never more than the most. */
export function defaultReplicas(domains: number, most: number): number {
  return Math.min(most, MOST_DEFAULT_REPLICAS, Math.max(2, domains));
}

/**
 * Use of the requests that leaves the survivors below 100 %: with d domains the survivors carry d/(d−1) of the load,
 * and the autoscaler only acts above 1.1 times its target; so (d−1)/d, less a tenth, in whole per cent.
 */
export function defaultUtilization(domains: number): number {
  const share = (domains - 1) / domains;
  return Math.max(1, Math.floor(100 * share * (1 - TOLERANCE) + 1e-9));
}

/** Syncs until `from` pods have become `to`, each adding the larger of per cent and pods (behavior.scaleUp, selectPolicy Max). */
export function syncsBetween(from: number, to: number, { percent, pods }: ScaledWorkload['scaleUp']): number {
  if (percent === 0 && pods === 0) return Number.POSITIVE_INFINITY;
  let now = from;
  let syncs = 0;
  while (now < to) {
    now = Math.max(now + pods, Math.ceil(now * (1 + percent / 100)));
    syncs += 1;
  }
  return syncs;
}

/** Pods that KEDA keeps when it cannot read the metric: twice the least, at most the most. */
export function fallbackReplicas({ minReplicas, maxReplicas }: ScaledWorkload): number {
  return Math.min(maxReplicas, 2 * minReplicas);
}

function scaledWorkload(workload: Workload, domains: number): ScaledWorkload {
  const { namespace, kind, name, maxReplicas, metric, scaling } = workload;
  const minReplicas = workload.minReplicas ?? defaultReplicas(domains, maxReplicas);
  const spread = Math.max(2, Math.min(domains === 1 ? minReplicas : domains, minReplicas));
  const resource = metric.type === 'cpu' || metric.type === 'memory' ? metric.type : null;
  return {
    namespace,
    kind,
    name,
    by: resource === null ? 'keda' : 'hpa',
    minReplicas,
    maxReplicas,
    metric:
      resource === null
        ? { type: 'prometheus', query: metric.query ?? requestsQuery(workload), perPod: metric.perPod ?? 1 }
        : { type: resource, utilization: Math.round((metric.utilization ?? defaultUtilization(spread) / 100) * 100) },
    scaleUp: { percent: scaling.upPercent, pods: scaling.upPods },
    scaleDown: { percent: scaling.downPercent, window: scaling.downWindow },
  };
}

/** Requests per second of the whole workload; the series and labels are those of a Prometheus client behind a Service of its name. */
function requestsQuery({ namespace, name }: Workload): string {
  return `sum(rate(http_requests_total{namespace="${namespace}",service="${name}"}[2m]))`;
}
