/**
 * Pods and workloads that the API server refuses, and their nearest neighbours that it takes: each a change of an object
 * that is in order. The unit tests hold our verdict and its place; the end-to-end test asks a real API server about each,
 * and about combinations at random.
 */
import type { KubernetesObject } from '../../src/system.ts';

type Json = Record<string, unknown>;

export interface Case {
  readonly name: string;
  /** What replaces fields of the specification. */
  readonly change: Json;
  /** Of the first problem within the specification; undefined: it is accepted. */
  readonly refused?: string;
}

const requests = (amounts: Json, limits?: Json): Json => container({ resources: { requests: amounts, limits } });
const container = (more: Json): Json => ({ containers: [{ name: 'app', image: 'pause:3.10', ...more }] });
const term = (more: Json): Json => ({
  affinity: {
    podAntiAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: [
        { topologyKey: 'zone', labelSelector: { matchLabels: { app: 'web' } }, ...more },
      ],
    },
  },
});
const preferred = (weight: number): Json => ({
  affinity: {
    podAffinity: {
      preferredDuringSchedulingIgnoredDuringExecution: [
        { weight, podAffinityTerm: { topologyKey: 'zone', labelSelector: {} } },
      ],
    },
  },
});
const nodeTerms = (...nodeSelectorTerms: Json[]): Json => ({
  affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } } },
});
const expression = (operator: string, ...values: string[]): Json =>
  nodeTerms({ matchExpressions: [{ key: 'disk', operator, values }] });
const field = (key: string, operator: string, ...values: string[]): Json =>
  nodeTerms({ matchFields: [{ key, operator, values }] });
const spread = (...constraints: Json[]): Json => ({
  topologySpreadConstraints: constraints.map((more) => ({
    maxSkew: 1,
    topologyKey: 'zone',
    whenUnsatisfiable: 'DoNotSchedule',
    labelSelector: { matchLabels: { app: 'web' } },
    ...more,
  })),
});
const tolerate = (more: Json): Json => ({ tolerations: [more] });
const init = (more: Json): Json => ({ initContainers: [{ name: 'init', image: 'pause:3.10', ...more }] });
const volumes = (...list: Json[]): Json => ({ volumes: list });
const probe = (more: Json): Json => container({ readinessProbe: { tcpSocket: { port: 80 }, ...more } });
const AFFINITY = 'affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution[0]';
const NODE = 'affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms';
const SPREAD = 'topologySpreadConstraints[0]';
const APP = 'containers[0]';

/** Changes of `spec` of a pod with the labels `app: web` and `tier: front`. */
export const podCases: readonly Case[] = [
  { name: 'nothing', change: {} },
  { name: 'no containers', change: { containers: [] }, refused: 'containers' },
  { name: 'a name with capitals', change: container({ name: 'App' }), refused: `${APP}.name` },
  { name: 'no name', change: { containers: [{ name: '', image: 'i' }] }, refused: `${APP}.name` },
  { name: 'no image', change: { containers: [{ name: 'app', image: '' }] }, refused: `${APP}.image` },
  { name: 'space around the image', change: container({ image: ' i' }), refused: `${APP}.image` },
  {
    name: 'a name twice',
    change: {
      containers: [
        { name: 'a', image: 'i' },
        { name: 'a', image: 'i' },
      ],
    },
    refused: 'containers[1].name',
  },
  { name: 'the name of an init container', change: init({ name: 'app' }), refused: 'initContainers[0].name' },
  { name: 'a request at its limit', change: requests({ cpu: '1' }, { cpu: '1000m' }) },
  {
    name: 'a request above its limit',
    change: requests({ cpu: '2' }, { cpu: '1' }),
    refused: `${APP}.resources.requests.cpu`,
  },
  { name: 'a negative request', change: requests({ cpu: '-1' }), refused: `${APP}.resources.requests.cpu` },
  { name: 'no quantity', change: requests({ cpu: 'much' }), refused: `${APP}.resources.requests.cpu` },
  { name: 'an unknown resource', change: requests({ disk: '1' }), refused: `${APP}.resources.requests.disk` },
  { name: 'pods as a request', change: requests({ pods: '1' }), refused: `${APP}.resources.requests.pods` },
  { name: 'a device with its limit', change: requests({ 'example.com/gpu': '1' }, { 'example.com/gpu': '1' }) },
  {
    name: 'a device without limit',
    change: requests({ 'example.com/gpu': '1' }),
    refused: `${APP}.resources.requests.example.com/gpu`,
  },
  {
    name: 'a device that is overcommitted',
    change: requests({ 'example.com/gpu': '1' }, { 'example.com/gpu': '2' }),
    refused: `${APP}.resources.requests.example.com/gpu`,
  },
  {
    name: 'half a device',
    change: requests({ 'example.com/gpu': '500m' }, { 'example.com/gpu': '500m' }),
    refused: `${APP}.resources.limits.example.com/gpu`,
  },
  { name: 'a name under kubernetes.io', change: requests({ 'kubernetes.io/batch': '1' }) },
  {
    name: 'a name under requests.',
    change: requests({ 'requests.example.com/gpu': '1' }, { 'requests.example.com/gpu': '1' }),
    refused: `${APP}.resources.limits.requests.example.com/gpu`,
  },
  {
    name: 'huge pages with memory',
    change: requests({ memory: '1Gi', 'hugepages-2Mi': '4Mi' }, { memory: '1Gi', 'hugepages-2Mi': '4Mi' }),
  },
  {
    name: 'huge pages alone',
    change: requests({ 'hugepages-2Mi': '4Mi' }, { 'hugepages-2Mi': '4Mi' }),
    refused: `${APP}.resources`,
  },
  {
    name: 'half a huge page',
    change: requests({ memory: '1Gi', 'hugepages-2Mi': '3Mi' }, { memory: '1Gi', 'hugepages-2Mi': '3Mi' }),
    refused: `${APP}.resources.limits.hugepages-2Mi`,
  },
  { name: 'resources of the whole', change: { resources: { requests: { cpu: '1' }, limits: { cpu: '1' } } } },
  {
    name: 'less for the whole than its containers ask',
    change: { ...requests({ cpu: '2' }), resources: { requests: { cpu: '1' } } },
    refused: 'resources.requests.cpu',
  },
  {
    name: 'a limit for the whole under what its containers ask',
    change: { ...requests({ cpu: '2' }), resources: { limits: { cpu: '1' } } },
    refused: 'resources.limits.cpu',
  },
  {
    name: 'a container with more than the whole',
    change: {
      ...container({ resources: { limits: { cpu: '2' }, requests: { cpu: '1' } } }),
      resources: { limits: { cpu: '1' } },
    },
    refused: `${APP}.resources.limits.cpu`,
  },
  {
    name: 'devices for the whole',
    change: { resources: { limits: { 'example.com/gpu': '1' } } },
    refused: 'resources.limits.example.com/gpu',
  },
  { name: 'overhead of its own', change: { overhead: { cpu: '1' } }, refused: 'overhead' },
  { name: 'a port of the host', change: container({ ports: [{ containerPort: 80, hostPort: 8080 }] }) },
  { name: 'port 0', change: container({ ports: [{ containerPort: 0 }] }), refused: `${APP}.ports[0].containerPort` },
  {
    name: 'port 70000',
    change: container({ ports: [{ containerPort: 70_000 }] }),
    refused: `${APP}.ports[0].containerPort`,
  },
  {
    name: 'an unknown protocol',
    change: container({ ports: [{ containerPort: 80, protocol: 'HTTP' }] }),
    refused: `${APP}.ports[0].protocol`,
  },
  {
    name: 'a port name of digits',
    change: container({ ports: [{ containerPort: 80, name: '80' }] }),
    refused: `${APP}.ports[0].name`,
  },
  {
    name: 'a port name twice',
    change: container({
      ports: [
        { containerPort: 80, name: 'a' },
        { containerPort: 81, name: 'a' },
      ],
    }),
    refused: `${APP}.ports[1].name`,
  },
  {
    name: 'a port of the host twice',
    change: container({
      ports: [
        { containerPort: 80, hostPort: 80 },
        { containerPort: 81, hostPort: 80 },
      ],
    }),
    refused: `${APP}.ports[1].hostPort`,
  },
  {
    name: 'one port of the host on two addresses',
    change: container({
      ports: [
        { containerPort: 80, hostPort: 80, hostIP: '10.0.0.1' },
        { containerPort: 81, hostPort: 80, hostIP: '10.0.0.2' },
      ],
    }),
  },
  {
    name: 'two ports on the network of the host',
    change: { hostNetwork: true, ...container({ ports: [{ containerPort: 80, hostPort: 81 }] }) },
    refused: `${APP}.ports[0].hostPort`,
  },
  {
    name: 'one port on the network of the host',
    change: { hostNetwork: true, ...container({ ports: [{ containerPort: 80 }] }) },
  },
  {
    name: 'users of its own on the network of the host',
    change: { hostNetwork: true, hostUsers: false },
    refused: 'hostNetwork',
  },
  { name: 'a toleration of everything', change: tolerate({ operator: 'Exists' }) },
  { name: 'a toleration without key', change: tolerate({ value: 'a' }), refused: 'tolerations[0].operator' },
  {
    name: 'a toleration with a bad key',
    change: tolerate({ key: 'a b', operator: 'Exists' }),
    refused: 'tolerations[0].key',
  },
  {
    name: 'a toleration with a value it must not have',
    change: tolerate({ key: 'a', operator: 'Exists', value: 'b' }),
    refused: 'tolerations[0].value',
  },
  {
    name: 'a toleration with a bad value',
    change: tolerate({ key: 'a', value: 'b c' }),
    refused: 'tolerations[0].value',
  },
  {
    name: 'a toleration with an unknown effect',
    change: tolerate({ key: 'a', operator: 'Exists', effect: 'NoRun' }),
    refused: 'tolerations[0].effect',
  },
  {
    name: 'a toleration with an unknown operator',
    change: tolerate({ key: 'a', operator: 'In', value: 'b' }),
    refused: 'tolerations[0].operator',
  },
  {
    name: 'a toleration that compares',
    change: tolerate({ key: 'a', operator: 'Gt', value: '5' }),
    refused: 'tolerations[0].operator',
  },
  {
    name: 'a time for another effect',
    change: tolerate({ key: 'a', operator: 'Exists', effect: 'NoSchedule', tolerationSeconds: 5 }),
    refused: 'tolerations[0].effect',
  },
  {
    name: 'a negative time',
    change: tolerate({ key: 'a', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: -5 }),
  },
  { name: 'two constraints', change: spread({}, { whenUnsatisfiable: 'ScheduleAnyway' }) },
  {
    name: 'a constraint twice',
    change: spread({}, { maxSkew: 2 }),
    refused: 'topologySpreadConstraints[1].topologyKey',
  },
  { name: 'a skew of 0', change: spread({ maxSkew: 0 }), refused: `${SPREAD}.maxSkew` },
  { name: 'no topology key', change: spread({ topologyKey: '' }), refused: `${SPREAD}.topologyKey` },
  {
    name: 'no answer to what cannot be',
    change: spread({ whenUnsatisfiable: 'Never' }),
    refused: `${SPREAD}.whenUnsatisfiable`,
  },
  { name: 'least domains', change: spread({ minDomains: 2 }) },
  { name: '0 domains', change: spread({ minDomains: 0 }), refused: `${SPREAD}.minDomains` },
  {
    name: 'least domains for a wish',
    change: spread({ minDomains: 2, whenUnsatisfiable: 'ScheduleAnyway' }),
    refused: `${SPREAD}.minDomains`,
  },
  { name: 'an unknown policy', change: spread({ nodeTaintsPolicy: 'Obey' }), refused: `${SPREAD}.nodeTaintsPolicy` },
  { name: 'label keys', change: spread({ matchLabelKeys: ['tier'] }) },
  {
    name: 'label keys that the selector has',
    change: spread({ matchLabelKeys: ['app'] }),
    refused: `${SPREAD}.matchLabelKeys[0]`,
  },
  {
    name: 'label keys that only the selector has',
    change: spread({ matchLabelKeys: ['other'], labelSelector: { matchLabels: { other: 'x' } } }),
  },
  {
    name: 'label keys without selector',
    change: spread({ matchLabelKeys: ['tier'], labelSelector: undefined }),
    refused: `${SPREAD}.matchLabelKeys`,
  },
  {
    name: 'a selector that cannot be',
    change: spread({ labelSelector: { matchExpressions: [{ key: 'a', operator: 'In' }] } }),
    refused: `${SPREAD}.labelSelector.matchExpressions[0].values`,
  },
  { name: 'anti-affinity', change: term({}) },
  { name: 'anti-affinity without topology key', change: term({ topologyKey: '' }), refused: `${AFFINITY}.topologyKey` },
  {
    name: 'anti-affinity to a bad namespace',
    change: term({ namespaces: ['A'] }),
    refused: `${AFFINITY}.namespaces[0]`,
  },
  { name: 'a key that must differ', change: term({ mismatchLabelKeys: ['tier'] }) },
  { name: 'a key that must differ and is named', change: term({ mismatchLabelKeys: ['app'] }) },
  {
    name: 'a key that must match and differ',
    change: term({ matchLabelKeys: ['tier'], mismatchLabelKeys: ['tier'] }),
    refused: `${AFFINITY}.matchLabelKeys[0]`,
  },
  {
    name: 'an expression with Gt',
    change: term({ labelSelector: { matchExpressions: [{ key: 'a', operator: 'Gt', values: ['1'] }] } }),
    refused: `${AFFINITY}.labelSelector.matchExpressions[0].operator`,
  },
  { name: 'a weight of 100', change: preferred(100) },
  {
    name: 'a weight of 0',
    change: preferred(0),
    refused: 'affinity.podAffinity.preferredDuringSchedulingIgnoredDuringExecution[0].weight',
  },
  {
    name: 'a weight of 101',
    change: preferred(101),
    refused: 'affinity.podAffinity.preferredDuringSchedulingIgnoredDuringExecution[0].weight',
  },
  { name: 'no node terms', change: nodeTerms(), refused: NODE },
  { name: 'an empty node term', change: nodeTerms({}) },
  { name: 'In without values', change: expression('In'), refused: `${NODE}[0].matchExpressions[0].values` },
  { name: 'Exists with values', change: expression('Exists', 'a'), refused: `${NODE}[0].matchExpressions[0].values` },
  { name: 'an unknown operator', change: expression('Like', 'a'), refused: `${NODE}[0].matchExpressions[0].operator` },
  { name: 'Gt with a number', change: expression('Gt', '5') },
  { name: 'Gt with a word', change: expression('Gt', 'five') },
  { name: 'Gt with two', change: expression('Gt', '5', '6'), refused: `${NODE}[0].matchExpressions[0].values` },
  { name: 'a node by its name', change: field('metadata.name', 'In', 'n1') },
  {
    name: 'two nodes by name',
    change: field('metadata.name', 'In', 'n1', 'n2'),
    refused: `${NODE}[0].matchFields[0].values`,
  },
  { name: 'another field', change: field('metadata.uid', 'In', 'n1'), refused: `${NODE}[0].matchFields[0].key` },
  {
    name: 'a field that exists',
    change: field('metadata.name', 'Exists'),
    refused: `${NODE}[0].matchFields[0].operator`,
  },
  { name: 'a node selector with a bad value', change: { nodeSelector: { disk: 'a b' } }, refused: 'nodeSelector.disk' },
  { name: 'a gate', change: { schedulingGates: [{ name: 'example.com/wait' }] } },
  {
    name: 'a gate twice',
    change: { schedulingGates: [{ name: 'a' }, { name: 'a' }] },
    refused: 'schedulingGates[1].name',
  },
  { name: 'a gate on a node', change: { nodeName: 'n1', schedulingGates: [{ name: 'a' }] }, refused: 'nodeName' },
  { name: 'a sidecar', change: init({ restartPolicy: 'Always', readinessProbe: { tcpSocket: { port: 80 } } }) },
  {
    name: 'a probe of an init container',
    change: init({ readinessProbe: { tcpSocket: { port: 80 } } }),
    refused: 'initContainers[0].readinessProbe',
  },
  { name: 'an init container that restarts on failure', change: init({ restartPolicy: 'OnFailure' }) },
  {
    name: 'an unknown restart policy of a container',
    change: init({ restartPolicy: 'Once' }),
    refused: 'initContainers[0].restartPolicy',
  },
  { name: 'an unknown restart policy', change: { restartPolicy: 'Once' }, refused: 'restartPolicy' },
  { name: 'a negative grace period', change: { terminationGracePeriodSeconds: -1 } },
  { name: 'a deadline of 0', change: { activeDeadlineSeconds: 0 }, refused: 'activeDeadlineSeconds' },
  { name: 'a probe that asks nothing', change: container({ readinessProbe: {} }), refused: `${APP}.readinessProbe` },
  {
    name: 'a probe with a negative period',
    change: probe({ periodSeconds: -1 }),
    refused: `${APP}.readinessProbe.periodSeconds`,
  },
  {
    name: 'a liveness probe that needs two successes',
    change: container({ livenessProbe: { tcpSocket: { port: 80 }, successThreshold: 2 } }),
    refused: `${APP}.livenessProbe.successThreshold`,
  },
  { name: 'a claim', change: volumes({ name: 'data', persistentVolumeClaim: { claimName: 'c' } }) },
  {
    name: 'a claim without name',
    change: volumes({ name: 'data', persistentVolumeClaim: { claimName: '' } }),
    refused: 'volumes[0].persistentVolumeClaim.claimName',
  },
  {
    name: 'a volume twice',
    change: volumes({ name: 'a', emptyDir: {} }, { name: 'a', emptyDir: {} }),
    refused: 'volumes[1].name',
  },
  {
    name: 'two sources',
    change: volumes({ name: 'a', emptyDir: {}, hostPath: { path: '/x' } }),
    refused: 'volumes[0]',
  },
  {
    name: 'a mount of nothing',
    change: container({ volumeMounts: [{ name: 'data', mountPath: '/data' }] }),
    refused: `${APP}.volumeMounts[0].name`,
  },
  { name: 'an unknown priority class', change: { priorityClassName: 'gold' }, refused: 'priorityClassName' },
  { name: 'a class of every cluster', change: { priorityClassName: 'system-cluster-critical' } },
  { name: 'an unknown preemption policy', change: { preemptionPolicy: 'Maybe' }, refused: 'preemptionPolicy' },
  { name: 'an unknown runtime class', change: { runtimeClassName: 'fast' }, refused: 'runtimeClassName' },
  {
    name: 'a claim on a device that the pod does not have',
    change: container({ resources: { claims: [{ name: 'gpu' }] } }),
    refused: `${APP}.resources.claims[0].name`,
  },
];

/** The pod of a case, or of several at once; the later ones win where they change the same. */
export function podOf(...cases: readonly Case[]): KubernetesObject {
  const spec: Json = { containers: [{ name: 'app', image: 'pause:3.10' }] };
  for (const { change } of cases) {
    const [app, ...others] = (change['containers'] as Json[] | undefined) ?? [];
    const merge = app !== undefined && others.length === 0;
    const containers = merge ? [Object.assign({}, (spec['containers'] as Json[])[0], app)] : change['containers'];
    Object.assign(spec, change, containers === undefined ? {} : { containers });
  }
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p', namespace: 'default', labels: { app: 'web', tier: 'front' } },
    spec: JSON.parse(JSON.stringify(spec)) as Json,
  };
}

export interface ObjectCase {
  readonly name: string;
  readonly object: KubernetesObject;
  readonly refused?: string;
}

const template = { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'app', image: 'pause:3.10' }] } };
const selector = { matchLabels: { app: 'web' } };
const made = (kind: string, apiVersion: string, spec: Json, name = 'x'): KubernetesObject =>
  JSON.parse(JSON.stringify({ apiVersion, kind, metadata: { name, namespace: 'default' }, spec })) as KubernetesObject;
const deployment = (more: Json): KubernetesObject => made('Deployment', 'apps/v1', { selector, template, ...more });
const stateful = (more: Json): KubernetesObject => made('StatefulSet', 'apps/v1', { selector, template, ...more });
const daemons = (more: Json): KubernetesObject => made('DaemonSet', 'apps/v1', { selector, template, ...more });
const once = { ...template, spec: { ...template.spec, restartPolicy: 'Never' } };
const job = (more: Json): KubernetesObject => made('Job', 'batch/v1', { template: once, ...more });
const budget = (more: Json): KubernetesObject => made('PodDisruptionBudget', 'policy/v1', { selector, ...more });
const hpa = (more: Json): KubernetesObject =>
  made('HorizontalPodAutoscaler', 'autoscaling/v2', {
    scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
    maxReplicas: 3,
    ...more,
  });
const claim = (more: Json): KubernetesObject =>
  made('PersistentVolumeClaim', 'v1', {
    accessModes: ['ReadWriteOnce'],
    resources: { requests: { storage: '1Gi' } },
    ...more,
  });
const rolling = (more: Json): Json => ({ strategy: { rollingUpdate: more } });
const update = (more: Json): Json => ({ updateStrategy: { rollingUpdate: more } });
const ROLLING = 'spec.strategy.rollingUpdate';

export const objectCases: readonly ObjectCase[] = [
  { name: 'a Deployment', object: deployment({}) },
  {
    name: 'a Deployment with a bad name',
    object: made('Deployment', 'apps/v1', { selector, template }, 'A_b'),
    refused: 'metadata.name',
  },
  { name: 'a Deployment without selector', object: deployment({ selector: undefined }), refused: 'spec.selector' },
  { name: 'a Deployment that selects everything', object: deployment({ selector: {} }), refused: 'spec.selector' },
  {
    name: 'a Deployment that does not select its pods',
    object: deployment({ selector: { matchLabels: { app: 'other' } } }),
    refused: 'spec.template.metadata.labels',
  },
  { name: 'negative replicas', object: deployment({ replicas: -1 }), refused: 'spec.replicas' },
  { name: 'pods that end', object: deployment({ template: once }), refused: 'spec.template.spec.restartPolicy' },
  {
    name: 'no surge and nothing unavailable',
    object: deployment(rolling({ maxSurge: 0, maxUnavailable: '0%' })),
    refused: `${ROLLING}.maxUnavailable`,
  },
  { name: 'a bad percentage', object: deployment(rolling({ maxSurge: '25' })), refused: `${ROLLING}.maxSurge` },
  {
    name: 'more than all unavailable',
    object: deployment(rolling({ maxUnavailable: '101%' })),
    refused: `${ROLLING}.maxUnavailable`,
  },
  { name: 'a surge of more than all', object: deployment(rolling({ maxSurge: '200%' })) },
  { name: 'a negative surge', object: deployment(rolling({ maxSurge: -1 })), refused: `${ROLLING}.maxSurge` },
  {
    name: 'Recreate with rolling',
    object: deployment({ strategy: { type: 'Recreate', rollingUpdate: {} } }),
    refused: ROLLING,
  },
  { name: 'Recreate', object: deployment({ strategy: { type: 'Recreate' } }) },
  { name: 'an unknown strategy', object: deployment({ strategy: { type: 'Canary' } }), refused: 'spec.strategy.type' },
  {
    name: 'readiness that takes longer than progress',
    object: deployment({ minReadySeconds: 600 }),
    refused: 'spec.progressDeadlineSeconds',
  },
  {
    name: 'a template that is refused',
    object: deployment({ template: { ...template, spec: { containers: [] } } }),
    refused: 'spec.template.spec.containers',
  },
  {
    name: 'a label that is none',
    object: deployment({ template: { ...template, metadata: { labels: { app: 'web', b: 'c d' } } } }),
    refused: 'spec.template.metadata.labels.b',
  },
  { name: 'a ReplicaSet', object: made('ReplicaSet', 'apps/v1', { selector, template }) },
  {
    name: 'a ReplicaSet without selector',
    object: made('ReplicaSet', 'apps/v1', { template }),
    refused: 'spec.selector',
  },
  { name: 'a ReplicationController', object: made('ReplicationController', 'v1', { template }) },
  {
    name: 'a ReplicationController of other pods',
    object: made('ReplicationController', 'v1', { selector: { app: 'other' }, template }),
    refused: 'spec.template.metadata.labels',
  },
  { name: 'a StatefulSet', object: stateful({ serviceName: 'x' }) },
  {
    name: 'a StatefulSet with a dot',
    object: made('StatefulSet', 'apps/v1', { selector, template }, 'a.b'),
    refused: 'metadata.name',
  },
  {
    name: 'an unknown management policy',
    object: stateful({ podManagementPolicy: 'Random' }),
    refused: 'spec.podManagementPolicy',
  },
  {
    name: 'a negative partition',
    object: stateful(update({ partition: -1 })),
    refused: 'spec.updateStrategy.rollingUpdate.partition',
  },
  {
    name: 'a claim template in the place of a volume',
    object: stateful({
      volumeClaimTemplates: [
        {
          metadata: { name: 'data' },
          spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
        },
      ],
      template: {
        ...template,
        spec: {
          volumes: [{ name: 'data', emptyDir: {}, hostPath: { path: '/x' } }],
          containers: [{ name: 'app', image: 'i', volumeMounts: [{ name: 'data', mountPath: '/d' }] }],
        },
      },
    }),
  },
  { name: 'a DaemonSet', object: daemons({}) },
  { name: 'a DaemonSet that surges', object: daemons(update({ maxSurge: 1, maxUnavailable: 0 })) },
  {
    name: 'a DaemonSet that does both',
    object: daemons(update({ maxSurge: 1 })),
    refused: 'spec.updateStrategy.rollingUpdate.maxSurge',
  },
  {
    name: 'a DaemonSet that does neither',
    object: daemons(update({ maxUnavailable: 0 })),
    refused: 'spec.updateStrategy.rollingUpdate.maxUnavailable',
  },
  { name: 'a Job', object: job({}) },
  { name: 'a Job that never ends', object: job({ template }), refused: 'spec.template.spec.restartPolicy' },
  { name: 'a Job with negative retries', object: job({ backoffLimit: -1 }), refused: 'spec.backoffLimit' },
  {
    name: 'an indexed Job without completions',
    object: job({ completionMode: 'Indexed', parallelism: 2 }),
    refused: 'spec.completions',
  },
  {
    name: 'retries per index without indexes',
    object: job({ backoffLimitPerIndex: 1 }),
    refused: 'spec.backoffLimitPerIndex',
  },
  {
    name: 'a failure policy',
    object: job({
      podFailurePolicy: { rules: [{ action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget' }] }] },
    }),
  },
  {
    name: 'a failure policy for containers that restart',
    object: job({
      template: { ...template, spec: { ...template.spec, restartPolicy: 'OnFailure' } },
      podFailurePolicy: { rules: [{ action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget' }] }] },
    }),
    refused: 'spec.template.spec.restartPolicy',
  },
  {
    name: 'a failure rule for nothing',
    object: job({ podFailurePolicy: { rules: [{ action: 'Ignore' }] } }),
    refused: 'spec.podFailurePolicy.rules[0]',
  },
  {
    name: 'a CronJob',
    object: made('CronJob', 'batch/v1', { schedule: '@daily', jobTemplate: { spec: { template: once } } }),
  },
  {
    name: 'a CronJob with a long name',
    object: made(
      'CronJob',
      'batch/v1',
      { schedule: '@daily', jobTemplate: { spec: { template: once } } },
      'a'.repeat(53),
    ),
    refused: 'metadata.name',
  },
  { name: 'a budget', object: budget({ minAvailable: 1 }) },
  {
    name: 'a budget with both',
    object: budget({ minAvailable: 1, maxUnavailable: 1 }),
    refused: 'spec.maxUnavailable',
  },
  { name: 'a budget of nothing', object: budget({}) },
  { name: 'a budget of more than all', object: budget({ minAvailable: '101%' }), refused: 'spec.minAvailable' },
  { name: 'a negative budget', object: budget({ maxUnavailable: -1 }), refused: 'spec.maxUnavailable' },
  { name: 'a budget in words', object: budget({ minAvailable: 'half' }), refused: 'spec.minAvailable' },
  { name: 'an autoscaler', object: hpa({}) },
  { name: 'least above most', object: hpa({ minReplicas: 4 }), refused: 'spec.maxReplicas' },
  { name: 'least 0', object: hpa({ minReplicas: 0 }), refused: 'spec.minReplicas' },
  { name: 'most 0', object: hpa({ maxReplicas: 0 }), refused: 'spec.maxReplicas' },
  { name: 'no target', object: hpa({ scaleTargetRef: { kind: 'Deployment' } }), refused: 'spec.scaleTargetRef.name' },
  { name: 'an unknown metric', object: hpa({ metrics: [{ type: 'Mood' }] }), refused: 'spec.metrics[0].type' },
  {
    name: 'a policy of nothing',
    object: hpa({ behavior: { scaleUp: { policies: [] } } }),
    refused: 'spec.behavior.scaleUp.policies',
  },
  {
    name: 'a window of a day',
    object: hpa({ behavior: { scaleDown: { stabilizationWindowSeconds: 86_400 } } }),
    refused: 'spec.behavior.scaleDown.stabilizationWindowSeconds',
  },
  { name: 'a claim', object: claim({}) },
  { name: 'a claim without mode', object: claim({ accessModes: [] }), refused: 'spec.accessModes' },
  { name: 'a claim of an unknown mode', object: claim({ accessModes: ['Often'] }), refused: 'spec.accessModes' },
  {
    name: 'a claim of one pod and of others',
    object: claim({ accessModes: ['ReadWriteOncePod', 'ReadWriteOnce'] }),
    refused: 'spec.accessModes',
  },
  {
    name: 'a claim of no size',
    object: claim({ resources: { requests: { storage: '0' } } }),
    refused: 'spec.resources.requests.storage',
  },
  { name: 'a node', object: node({}) },
  {
    name: 'a node with a bad taint',
    object: node({ spec: { taints: [{ key: 'a b', effect: 'NoSchedule' }] } }),
    refused: 'spec.taints[0].key',
  },
  {
    name: 'a node with an unknown effect',
    object: node({ spec: { taints: [{ key: 'a', effect: 'Never' }] } }),
    refused: 'spec.taints[0]',
  },
  {
    name: 'a node with a taint twice',
    object: node({
      spec: {
        taints: [
          { key: 'a', effect: 'NoSchedule' },
          { key: 'a', value: 'b', effect: 'NoSchedule' },
        ],
      },
    }),
    refused: 'spec.taints[1]',
  },
  {
    name: 'a node with no quantity',
    object: node({ status: { capacity: { cpu: 'four' } } }),
    refused: 'status.capacity.cpu',
  },
  {
    name: 'a node with less than nothing',
    object: node({ status: { capacity: { cpu: '-4' } } }),
    refused: 'status.capacity.cpu',
  },
  {
    name: 'a node with half a pod',
    object: node({ status: { allocatable: { pods: '500m' } } }),
    refused: 'status.allocatable.pods',
  },
];

function node(more: Json): KubernetesObject {
  return { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n1' }, ...more };
}
