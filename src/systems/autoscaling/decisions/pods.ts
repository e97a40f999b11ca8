/** Decisions about pods: the metrics server, and what scales which workload. */
import { formatBytes, formatCpu } from '../../../core/quantity.ts';
import type { Decision } from '../../../system.ts';
import { type Model, needsKeda } from '../model.ts';
import { PLACES_FROM } from '../node-pools.ts';
import { failureDomains, SYNC_SECONDS, syncsBetween } from '../pod-scaling.ts';
import { REPLICAS } from '../sizing.ts';
import { kedaSource, kubernetesSource } from '../sources.ts';
import type { ScaledWorkload } from '../settings.ts';

/** In the order of the page. */
export function podDecisions(model: Model): readonly Decision[] {
  return [metricsServer(model), kubeletCertificates(model), workloads(model)];
}

function metricsServer({ metricsServer: { cpu, memory } }: Model): Decision {
  return {
    field: 'metricsServer',
    value: { replicas: REPLICAS, cpu: formatCpu(cpu), memory: formatBytes(memory) },
    because: `Two copies over zones: while the only one is away, every autoscaler of CPU and memory is frozen. 100m and 200Mi serve 100 nodes, each further one takes 1m and 2Mi.`,
    source: { project: 'metrics-server', where: 'README.md, Scaling' },
    from: [...PLACES_FROM, 'spec.pools[].maxNodesPerZone'],
  };
}

/** Who signed what metrics-server must trust. */
export function kubeletCertificatesOf({
  section,
  cluster,
}: Pick<Model, 'section' | 'cluster'>): 'signed' | 'self-signed' {
  return section.kubeletCertificates ?? (cluster.controlPlane.kind === 'cluster-api' ? 'self-signed' : 'signed');
}

function kubeletCertificates(model: Model): Decision {
  const value = kubeletCertificatesOf(model);
  return {
    field: 'kubeletCertificates',
    value,
    because:
      value === 'signed'
        ? `The cluster signs the serving certificates of its kubelets, so metrics-server checks them.${model.cluster.controlPlane.kind === 'kubeadm' ? ' Kubernetes approves none of their requests by itself: until a person or an approver does, metrics-server cannot read that machine.' : ''}`
        : "The kubelets serve with certificates that they signed themselves, and metrics-server would refuse them; so the check is off, and whoever controls the machines' network could invent figures. Once the cluster signs them (serverTLSBootstrap, and an approver), write kubeletCertificates: signed.",
    source: kubernetesSource('cmd/kubeadm, kubelet serving certificates'),
    from: ['spec.autoscaling.kubeletCertificates', 'spec.controlPlane.kind'],
  };
}

function workloads(model: Model): Decision {
  const { workloads: list } = model;
  const of = (by: ScaledWorkload['by']) => list.filter((one) => one.by === by).map(line);
  return {
    field: 'workloads',
    value: { hpa: of('hpa'), keda: of('keda') },
    because: list.length === 0 ? nothingNamed() : reasons(model),
    source: needsKeda(model)
      ? kedaSource('apis/keda/v1alpha1/scaledobject_types.go')
      : kubernetesSource('pkg/controller/podautoscaler'),
    from: ['spec.autoscaling.workloads', ...(list.length === 0 ? [] : ['spec.survive', 'spec.regions[].zones'])],
  };
}

function line({ namespace, kind, name, minReplicas, maxReplicas, metric }: ScaledWorkload): string {
  const target =
    metric.type === 'prometheus' ? `${metric.perPod} of ${metric.query}` : `${metric.utilization}% ${metric.type}`;
  return `${kind} ${namespace}/${name}: ${minReplicas} to ${maxReplicas} at ${target}`;
}

function nothingNamed(): string {
  return 'The document names no workload whose pods follow a metric. For CPU and memory an autoscaling/v2 HorizontalPodAutoscaler is rendered, for other metrics a KEDA ScaledObject, which makes its own; never both for one workload. prometheus-adapter is not used: it is being retired in favour of KEDA.';
}

function reasons({ workloads: list, cluster }: Model): string {
  const [first] = list;
  const domains = failureDomains(cluster);
  const loss =
    domains > 1
      ? `with ${domains} failure domains the survivors carry ${domains}/${domains - 1} of the load`
      : 'the survivors of a lost machine carry its load';
  const pace =
    first === undefined
      ? ''
      : ` ${first.namespace}/${first.name} grows from ${first.minReplicas} to ${first.maxReplicas} pods in ${syncsBetween(first.minReplicas, first.maxReplicas, first.scaleUp)} syncs of ${SYNC_SECONDS} s, one step each.`;
  return `Each workload has one autoscaler, never two. A target that is not written leaves room for a loss: ${loss}, and nothing happens below 1.1 times the target.${pace} KEDA's least is always written, because it is 0 by default.`;
}
