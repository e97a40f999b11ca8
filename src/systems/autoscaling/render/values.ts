/** Values of the charts: two copies of everything, spread over zones, protected from eviction. */
import { CLUSTER_AUTOSCALER } from '../../../kubernetes/autoscaler-accounts.ts';
import { formatDuration } from '../../../core/duration.ts';
import type { JsonObject } from '../../../core/json.ts';
import { formatBytes, formatCpu } from '../../../core/quantity.ts';
import { versionOf } from '../../../spec/cluster.ts';
import type { Artifact, ValuesArtifact } from '../../../system.ts';
import { chartOf } from '../charts.ts';
import { holderOf } from '../engine.ts';
import { ACCELERATOR_LABEL } from '../node-pools.ts';
import { type RegionalAutoscaler, regionalAutoscalers } from '../regions.ts';
import type { Rendering } from './rendering.ts';
import { DEVICE_PLUGIN_SIZE, KEDA_SIZE, REPLICAS, type Size } from '../sizing.ts';

const CRITICAL = 'system-cluster-critical';
/** Two copies that may not share a machine: a third would find no place on two. */
const ONE_AT_A_TIME: JsonObject = { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 1, maxSurge: 0 } };
/**
 * On the control-plane machines: their role orders machines and no worker's does, and the last worker may be lost. The
 * host's network, since the metadata service answers no further than the machine.
 */
const ON_MEMBERS: JsonObject = {
  nodeSelector: { 'node-role.kubernetes.io/control-plane': '' },
  tolerations: [{ key: 'node-role.kubernetes.io/control-plane', operator: 'Exists', effect: 'NoSchedule' }],
  hostNetwork: true,
  dnsPolicy: 'Default',
};

/** One file per installed chart. */
export function renderValues(from: Rendering): readonly Artifact[] {
  const { facts, cluster } = from;
  return [
    ...(facts.engine === 'karpenter' ? [karpenter(from)] : []),
    ...(facts.engine === 'cluster-autoscaler'
      ? regionalAutoscalers(cluster, holderOf(cluster)).map((one) => clusterAutoscaler(one, from))
      : []),
    metricsServer(from),
    ...(facts.settings.workloads.some(({ by }) => by === 'keda') ? [keda(from)] : []),
    ...(facts.pools.some(({ gpus }) => gpus > 0) ? [devicePlugin(from)] : []),
  ];
}

function requests({ cpu, memory }: Size): JsonObject {
  return { cpu: formatCpu(cpu), memory: formatBytes(memory) };
}

/** Over zones, else over nodes: never both copies on one machine. */
function spread(matchLabels: JsonObject): readonly JsonObject[] {
  const over = (topologyKey: string, whenUnsatisfiable: string): JsonObject => ({
    maxSkew: 1,
    topologyKey,
    whenUnsatisfiable,
    labelSelector: { matchLabels },
    matchLabelKeys: ['pod-template-hash'],
    nodeTaintsPolicy: 'Honor',
  });
  return [over('topology.kubernetes.io/zone', 'ScheduleAnyway'), over('kubernetes.io/hostname', 'ScheduleAnyway')];
}

function apart(matchLabels: JsonObject): JsonObject {
  return {
    podAntiAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: [
        { topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels } },
      ],
    },
  };
}

function karpenter({ cluster, facts }: Rendering): ValuesArtifact {
  const { engineSize } = facts.settings;
  return {
    form: 'values',
    path: 'values/karpenter.yaml',
    purpose: 'Karpenter in two copies, on machines that it did not make.',
    decisions: ['autoscaling.engine', 'autoscaling.nodeReady'],
    chart: chartOf('karpenter', cluster, { release: 'karpenter', namespace: 'kube-system' }),
    values: {
      replicas: REPLICAS,
      priorityClassName: CRITICAL,
      podDisruptionBudget: { name: 'karpenter', maxUnavailable: 1 },
      podAnnotations: { 'prometheus.io/scrape': 'true', 'prometheus.io/port': '8080' },
      // The chart's affinity keeps it off nodes with karpenter.sh/nodepool and its copies off each other.
      topologySpreadConstraints: spread({ 'app.kubernetes.io/name': 'karpenter' }),
      controller: { resources: { requests: requests(engineSize), limits: requests(engineSize) } },
      settings: {
        clusterName: cluster.name,
        interruptionQueue: cluster.name,
        batchIdleDuration: '1s',
        batchMaxDuration: '10s',
      },
    },
  };
}

function clusterAutoscaler(
  { region, release, namespace, runs }: RegionalAutoscaler,
  { cluster, facts }: Rendering,
): ValuesArtifact {
  const { settings } = facts;
  const managed = runs.on === 'management';
  const instance = { 'app.kubernetes.io/instance': release };
  const after = formatDuration(settings.consolidateAfter);
  return {
    form: 'values',
    path: `values/${managed ? 'cluster-autoscaler' : release}.yaml`,
    ...(managed ? { target: 'management' } : {}),
    purpose: managed
      ? `Cluster Autoscaler of ${cluster.name} on the management cluster, in two copies.`
      : `Cluster Autoscaler of ${region}, in two copies.`,
    decisions: [
      'autoscaling.engine',
      'autoscaling.priorities',
      'autoscaling.provisionTime',
      'autoscaling.unreadyLimit',
      'autoscaling.scaleDown',
    ],
    chart: chartOf('cluster-autoscaler', cluster, { release, namespace: runs.namespace }),
    values: {
      ...(managed
        ? {
            cloudProvider: 'clusterapi',
            autoDiscovery: { clusterName: cluster.name },
            clusterAPIMode: 'kubeconfig-incluster',
            clusterAPIKubeconfigSecret: `${cluster.name}-kubeconfig`,
            clusterAPIConfigMapsNamespace: namespace,
          }
        : { cloudProvider: 'aws', awsRegion: region, autoDiscovery: { clusterName: cluster.name } }),
      fullnameOverride: release,
      image: { tag: versionOf(cluster, 'cluster-autoscaler') },
      replicaCount: REPLICAS,
      priorityClassName: CRITICAL,
      podDisruptionBudget: { maxUnavailable: 1 },
      podAnnotations: { 'prometheus.io/scrape': 'true', 'prometheus.io/port': '8085' },
      rbac: { serviceAccount: { name: managed ? release : CLUSTER_AUTOSCALER } },
      resources: {
        requests: requests(settings.engineSize),
        limits: { memory: formatBytes(settings.engineSize.memory) },
      },
      securityContext: { runAsNonRoot: true, runAsUser: 65_534, seccompProfile: { type: 'RuntimeDefault' } },
      containerSecurityContext: {
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      },
      topologySpreadConstraints: spread(instance),
      affinity: apart(instance),
      updateStrategy: ONE_AT_A_TIME,
      ...(holderOf(cluster) === 'terraform' ? ON_MEMBERS : {}),
      extraArgs: {
        expander: 'priority,least-waste',
        'balance-similar-node-groups': true,
        // Each managed group has its own launch template, and groups whose labels differ are not balanced.
        'balancing-ignore-label_1': 'eks.amazonaws.com/sourceLaunchTemplateId',
        'balancing-ignore-label_2': 'eks.amazonaws.com/sourceLaunchTemplateVersion',
        'skip-nodes-with-system-pods': true,
        'scan-interval': '10s',
        'max-node-provision-time': formatDuration(settings.provisionTime),
        'max-total-unready-percentage': settings.unreadyPercentage,
        'scale-down-unneeded-time': after,
        'scale-down-delay-after-add': after,
      },
    },
  };
}

function metricsServer({ cluster, facts }: Rendering): ValuesArtifact {
  const { settings } = facts;
  const labels = { 'app.kubernetes.io/name': 'metrics-server' };
  return {
    form: 'values',
    path: 'values/metrics-server.yaml',
    purpose: 'The API of CPU and memory use, in two copies: autoscalers freeze while it is away.',
    decisions: ['autoscaling.metricsServer', 'autoscaling.kubeletCertificates'],
    chart: chartOf('metrics-server', cluster, { release: 'metrics-server', namespace: 'kube-system' }),
    values: {
      image: { tag: versionOf(cluster, 'metrics-server') },
      replicas: REPLICAS,
      priorityClassName: CRITICAL,
      updateStrategy: ONE_AT_A_TIME,
      podDisruptionBudget: { enabled: true, maxUnavailable: 1, unhealthyPodEvictionPolicy: 'AlwaysAllow' },
      affinity: apart(labels),
      topologySpreadConstraints: spread(labels),
      resources: { requests: requests(settings.metricsServer) },
      // Without arguments it checks the kubelets' certificates with the authority of the cluster.
      ...(settings.kubeletCertificates === 'self-signed' ? { args: ['--kubelet-insecure-tls'] } : {}),
    },
  };
}

function keda({ cluster }: Rendering): ValuesArtifact {
  const apps = ['keda-operator', 'keda-operator-metrics-apiserver', 'keda-admission-webhooks'] as const;
  const [operator, metrics, webhooks] = apps;
  const size = { requests: requests(KEDA_SIZE), limits: { memory: '1000Mi' } };
  const budget = { maxUnavailable: 1 };
  return {
    form: 'values',
    path: 'values/keda.yaml',
    purpose:
      'KEDA in two copies of each part: it serves the metrics that scale workloads by something else than CPU and memory.',
    decisions: ['autoscaling.workloads'],
    chart: chartOf('keda', cluster, { release: 'keda', namespace: 'keda' }),
    values: {
      clusterName: cluster.name,
      priorityClassName: CRITICAL,
      operator: { replicaCount: REPLICAS, affinity: apart({ app: operator }) },
      metricsServer: { replicaCount: REPLICAS, affinity: apart({ app: metrics }) },
      webhooks: { replicaCount: REPLICAS, affinity: apart({ app: webhooks }), failurePolicy: 'Ignore' },
      podDisruptionBudget: { operator: budget, metricServer: budget, webhooks: budget },
      upgradeStrategy: { operator: ONE_AT_A_TIME, metricsApiServer: ONE_AT_A_TIME, webhooks: ONE_AT_A_TIME },
      topologySpreadConstraints: {
        operator: spread({ app: operator }),
        metricsServer: spread({ app: metrics }),
        webhooks: spread({ app: webhooks }),
      },
      resources: { operator: size, metricServer: size, webhooks: size },
      prometheus: { operator: { enabled: true }, metricServer: { enabled: true } },
    },
  };
}

/** Tolerates just the taints of the GPU pools: a plugin that cannot run there offers no GPU. */
function devicePlugin({ cluster, facts }: Rendering): ValuesArtifact {
  const pools = facts.pools.filter(({ gpus }) => gpus > 0);
  const taints = new Map(
    pools.flatMap(({ taints: list }) => list).map((taint) => [`${taint.key}=${taint.value}:${taint.effect}`, taint]),
  );
  return {
    form: 'values',
    path: 'values/nvidia-device-plugin.yaml',
    purpose: 'Offers the GPUs of the GPU pools to pods.',
    decisions: ['autoscaling.gpuPools'],
    chart: chartOf('nvidia-device-plugin', cluster, { release: 'nvidia-device-plugin', namespace: 'kube-system' }),
    values: {
      priorityClassName: 'system-node-critical',
      resources: { requests: requests(DEVICE_PLUGIN_SIZE), limits: { memory: formatBytes(DEVICE_PLUGIN_SIZE.memory) } },
      affinity: {
        nodeAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: {
            nodeSelectorTerms: [{ matchExpressions: [{ key: ACCELERATOR_LABEL, operator: 'Exists' }] }],
          },
        },
      },
      tolerations: [
        { key: 'nvidia.com/gpu', operator: 'Exists', effect: 'NoSchedule' },
        ...[...taints.values()].map(({ key, value, effect }) => ({ key, operator: 'Equal', value, effect })),
      ],
    },
  };
}
