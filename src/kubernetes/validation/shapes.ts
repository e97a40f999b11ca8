/** Where objects have maps and lists of maps: anything else there cannot be decoded (api core, apps, batch, policy, autoscaling). */
import { isObject } from '../../core/json.ts';
import type { Reader } from '../objects.ts';
import { into, items, refuse } from '../objects.ts';

/** Fields that are maps, or lists of maps, and what is within them. */
export interface Shape {
  readonly [field: string]: Shape | readonly [Shape];
}

export const ANY: Shape = {};
const RESOURCES: Shape = { requests: ANY, limits: ANY, claims: [ANY] };
const PROBE: Shape = { exec: ANY, httpGet: ANY, tcpSocket: ANY, grpc: ANY };
export const SELECTOR: Shape = { matchExpressions: [ANY] };
const CONTAINER: Shape = {
  resources: RESOURCES,
  ports: [ANY],
  readinessProbe: PROBE,
  livenessProbe: PROBE,
  startupProbe: PROBE,
  lifecycle: { preStop: ANY, postStart: ANY },
  volumeMounts: [ANY],
  volumeDevices: [ANY],
  restartPolicyRules: [{ exitCodes: ANY }],
  env: [ANY],
  securityContext: ANY,
};
export const NODE_TERM: Shape = { matchExpressions: [ANY], matchFields: [ANY] };
const POD_TERM: Shape = { labelSelector: SELECTOR, namespaceSelector: SELECTOR };
const POD_AFFINITY: Shape = {
  requiredDuringSchedulingIgnoredDuringExecution: [POD_TERM],
  preferredDuringSchedulingIgnoredDuringExecution: [{ podAffinityTerm: POD_TERM }],
};
const SOURCES = [
  'persistentVolumeClaim',
  'emptyDir',
  'hostPath',
  'configMap',
  'secret',
  'projected',
  'downwardAPI',
  'csi',
  'image',
  'nfs',
  'gcePersistentDisk',
  'awsElasticBlockStore',
  'azureDisk',
  'cinder',
  'iscsi',
  'rbd',
];

const POD: Shape = {
  containers: [CONTAINER],
  initContainers: [CONTAINER],
  resources: RESOURCES,
  overhead: ANY,
  nodeSelector: ANY,
  securityContext: ANY,
  affinity: {
    nodeAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [NODE_TERM] },
      preferredDuringSchedulingIgnoredDuringExecution: [{ preference: NODE_TERM }],
    },
    podAffinity: POD_AFFINITY,
    podAntiAffinity: POD_AFFINITY,
  },
  topologySpreadConstraints: [{ labelSelector: SELECTOR }],
  tolerations: [ANY],
  schedulingGates: [ANY],
  readinessGates: [ANY],
  resourceClaims: [ANY],
  volumes: [
    {
      ...Object.fromEntries(SOURCES.map((source) => [source, ANY])),
      ephemeral: { volumeClaimTemplate: { metadata: ANY, spec: { resources: RESOURCES, selector: SELECTOR } } },
    },
  ],
};

const TEMPLATE: Shape = { metadata: ANY, spec: ANY };
const JOB: Shape = {
  template: TEMPLATE,
  podFailurePolicy: { rules: [{ onExitCodes: ANY, onPodConditions: [ANY] }] },
};
const METRIC: Shape = { metric: { selector: SELECTOR }, target: ANY, describedObject: ANY };
const RULES: Shape = { policies: [ANY] };

/** By the part of an object that they are for. */
export const SHAPES = {
  pod: POD,
  /** Of every kind that has a template. */
  workload: {
    spec: {
      template: TEMPLATE,
      strategy: { rollingUpdate: ANY },
      updateStrategy: { rollingUpdate: ANY },
      ordinals: ANY,
      volumeClaimTemplates: [{ metadata: ANY, spec: { resources: RESOURCES, selector: SELECTOR } }],
    },
  },
  job: { spec: JOB },
  cronJob: { spec: { jobTemplate: { metadata: ANY, spec: JOB } } },
  budget: { spec: { selector: SELECTOR } },
  autoscaler: {
    spec: {
      scaleTargetRef: ANY,
      metrics: [{ resource: METRIC, containerResource: METRIC, pods: METRIC, object: METRIC, external: METRIC }],
      behavior: { scaleUp: RULES, scaleDown: RULES },
    },
  },
} satisfies Record<string, Shape>;

export function validateShape(spec: Reader, shape: Shape): void {
  for (const [field, inner] of Object.entries(shape)) {
    if (isList(inner)) for (const item of items(spec, field)) validateMap(item, inner[0]);
    else validateMap(into(spec, field), inner);
  }
}

function validateMap(from: Reader, shape: Shape): void {
  if (from.value === undefined || from.value === null) return;
  if (isObject(from.value)) validateShape(from, shape);
  else refuse(from, 'a map');
}

function isList(shape: Shape | readonly [Shape]): shape is readonly [Shape] {
  return Array.isArray(shape);
}
