/**
 * Manifests of many workloads in several forms, for measuring the check: one that is like many clusters, and some that
 * lean on one thing. Each form makes about as many pods as it is asked for; the same number gives the same objects.
 */

type Fields = Readonly<Record<string, unknown>>;

/** Replicas of a workload. */
export const PODS_OF_A_WORKLOAD = 5;
const PODS_OF_A_NODE = 30;
/** Cluster-wide and namespaced extras grow with the cluster, one for so many pods. */
const PODS_OF_A_WEBHOOK = 75;

export const FORMS = {
  /** Teams of many workloads, each with Service and budget; one in ten with a budget that allows nothing or one replica. */
  usual: (pods: number) => made(pods, usual),
  /** Every workload asks for other amounts and another image, of a node pool of its own. */
  distinct: (pods: number) => made(pods, distinct),
  /** Everything in one namespace, spread only by what the scheduler does by itself. */
  'one namespace': (pods: number) => made(pods, (index) => plain(index, 'shop')),
  /** Required anti-affinity of each workload towards itself, and a preference for a common one. */
  apart: (pods: number) => made(pods, apart),
  /** Few workloads of a thousand replicas. */
  large: (pods: number) => made(pods, (index) => plain(index, 'shop', 1_000), 1_000),
  /** Services and budgets that select whole tiers of a namespace, and a network policy for each workload. */
  broad: (pods: number) => made(pods, broad),
  /** A webhook and a quota for every 75 pods. */
  webhooks: (pods: number) => [
    ...made(pods, usual),
    ...Array.from({ length: Math.ceil(pods / PODS_OF_A_WEBHOOK) }, (_, index) => webhook(index)).flat(),
  ],
  /** StatefulSets with a claim for each member, and an autoscaled Deployment beside each. */
  stateful: (pods: number) => made(pods, stateful),
} satisfies Readonly<Record<string, (pods: number) => readonly Fields[]>>;

export type Form = keyof typeof FORMS;

function made(
  pods: number,
  of: (index: number) => readonly Fields[],
  podsOfAWorkload = PODS_OF_A_WORKLOAD,
): readonly Fields[] {
  const nodes = Math.max(6, Math.ceil(pods / PODS_OF_A_NODE));
  return [
    ...Array.from({ length: nodes }, (_, index) => node(index)),
    ...Array.from({ length: Math.ceil(pods / podsOfAWorkload) }, (_, index) => of(index)).flat(),
  ];
}

function node(index: number): Fields {
  const zone = 'abc'[index % 3] ?? 'a';
  const labels = {
    'topology.kubernetes.io/region': 'west',
    'topology.kubernetes.io/zone': `west-${zone}`,
    'kubernetes.io/hostname': `node-${index}`,
  };
  const allocatable = { cpu: '16', memory: '64Gi', pods: '110' };
  return { apiVersion: 'v1', kind: 'Node', metadata: { name: `node-${index}`, labels }, status: { allocatable } };
}

interface Parts {
  readonly namespace: string;
  readonly replicas?: number;
  readonly labels?: Fields;
  readonly requests?: Fields;
  readonly pod?: Fields;
  readonly more?: Fields;
}

function metadataOf(index: number, { namespace, labels }: Parts): Fields {
  return { name: `app-${index}`, namespace, labels: { app: `app-${index}`, ...labels } };
}

function deployment(index: number, parts: Parts): Fields {
  const metadata = metadataOf(index, parts);
  const app = { app: `app-${index}` };
  const container = {
    name: `app-${index}`,
    image: `registry.example.com/app-${index}:1.4.2`,
    ports: [{ containerPort: 8080, name: 'http' }],
    resources: { requests: parts.requests ?? { cpu: '100m', memory: '128Mi' }, limits: { memory: '256Mi' } },
    readinessProbe: { httpGet: { path: '/ready', port: 'http' } },
    lifecycle: { preStop: { sleep: { seconds: 5 } } },
  };
  const spec = { containers: [container], ...parts.pod };
  const template = { metadata: { labels: metadata['labels'] }, spec };
  const replicas = parts.replicas ?? PODS_OF_A_WORKLOAD;
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata,
    spec: { replicas, selector: { matchLabels: app }, template, ...parts.more },
  };
}

function service(index: number, parts: Parts, selector: Fields = { app: `app-${index}` }): Fields {
  const spec = { selector, ports: [{ port: 80, targetPort: 'http' }] };
  return { apiVersion: 'v1', kind: 'Service', metadata: metadataOf(index, parts), spec };
}

function budget(index: number, parts: Parts, spec: Fields, matchLabels: Fields = { app: `app-${index}` }): Fields {
  return {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: metadataOf(index, parts),
    spec: { ...spec, selector: { matchLabels }, unhealthyPodEvictionPolicy: 'AlwaysAllow' },
  };
}

/** One in ten has a budget that allows nothing, one in ten one replica. */
function usual(index: number): readonly Fields[] {
  const single = index % 10 === 1;
  const spread = {
    maxSkew: 1,
    topologyKey: 'topology.kubernetes.io/zone',
    whenUnsatisfiable: 'ScheduleAnyway',
    labelSelector: { matchLabels: { app: `app-${index}` } },
    matchLabelKeys: ['pod-template-hash'],
  };
  const parts: Parts = {
    namespace: `team-${index % 50}`,
    replicas: single ? 1 : PODS_OF_A_WORKLOAD,
    pod: { topologySpreadConstraints: [spread] },
  };
  const limit = index % 10 === 0 ? { minAvailable: '100%' } : { maxUnavailable: 1 };
  return [deployment(index, parts), service(index, parts), ...(single ? [] : [budget(index, parts, limit)])];
}

function plain(index: number, namespace: string, replicas = PODS_OF_A_WORKLOAD): readonly Fields[] {
  const parts = { namespace, replicas };
  return [deployment(index, parts), service(index, parts), budget(index, parts, { maxUnavailable: 1 })];
}

function distinct(index: number): readonly Fields[] {
  const parts = {
    namespace: `team-${index}`,
    requests: { cpu: `${50 + (index % 100)}m`, memory: `${64 * 1_024 + index}Ki` },
  };
  return [deployment(index, parts), service(index, parts), budget(index, parts, { maxUnavailable: 1 })];
}

function apart(index: number): readonly Fields[] {
  const own = { labelSelector: { matchLabels: { app: `app-${index}` } }, topologyKey: 'kubernetes.io/hostname' };
  const common = { labelSelector: { matchLabels: { app: 'app-0' } }, topologyKey: 'topology.kubernetes.io/zone' };
  const affinity = {
    podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [own] },
    podAffinity: {
      preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 10, podAffinityTerm: common }],
    },
  };
  const parts = { namespace: `team-${index % 50}`, pod: { affinity } };
  return [deployment(index, parts), service(index, parts), budget(index, parts, { maxUnavailable: 1 })];
}

function broad(index: number): readonly Fields[] {
  const tier = { tier: `tier-${index % 7}` };
  const parts = { namespace: `team-${index % 200}`, labels: tier };
  return [
    deployment(index, parts),
    service(index, parts, tier),
    budget(index, parts, { maxUnavailable: 1 }, tier),
    {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: metadataOf(index, parts),
      spec: { podSelector: { matchLabels: tier }, policyTypes: ['Ingress', 'Egress'], ingress: [{}], egress: [{}] },
    },
  ];
}

function webhook(index: number): readonly Fields[] {
  const client = { service: { name: `app-${index}`, namespace: `team-${index % 50}`, path: '/admit' } };
  const rule = { apiGroups: ['apps'], apiVersions: ['v1'], operations: ['CREATE'], resources: ['deployments'] };
  return [
    {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingWebhookConfiguration',
      metadata: { name: `webhook-${index}` },
      webhooks: [
        {
          name: `webhook-${index}.example.com`,
          clientConfig: client,
          rules: [rule],
          failurePolicy: 'Ignore',
          timeoutSeconds: 5,
          sideEffects: 'None',
          admissionReviewVersions: ['v1'],
        },
      ],
    },
    {
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { name: `quota-${index}`, namespace: `team-${index % 50}` },
      spec: { hard: { pods: '1000000', 'requests.cpu': '1000000' } },
    },
  ];
}

function stateful(index: number): readonly Fields[] {
  const parts = { namespace: `team-${index % 50}` };
  if (index % 2 === 0) {
    const scaler = {
      apiVersion: 'autoscaling/v2',
      kind: 'HorizontalPodAutoscaler',
      metadata: metadataOf(index, parts),
      spec: {
        scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: `app-${index}` },
        minReplicas: PODS_OF_A_WORKLOAD,
        maxReplicas: 2 * PODS_OF_A_WORKLOAD,
        metrics: [
          { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 70 } } },
        ],
      },
    };
    return [deployment(index, parts), service(index, parts), budget(index, parts, { maxUnavailable: 1 }), scaler];
  }
  const claim = {
    metadata: { name: 'data' },
    spec: {
      accessModes: ['ReadWriteOnce'],
      storageClassName: 'fast',
      resources: { requests: { storage: '10Gi' } },
    },
  };
  const more = { serviceName: `app-${index}`, volumeClaimTemplates: [claim] };
  return [
    { ...deployment(index, { ...parts, more }), kind: 'StatefulSet' },
    service(index, parts),
    budget(index, parts, { maxUnavailable: 1 }),
  ];
}
