/** The part of a pod's specification that decides where it runs, what it takes and how it starts and stops. */
import { isObject } from '../core/json.ts';
import type { Labels, Reader } from './objects.ts';
import { flag, integer, into, items, refuse, text, textList, textMap } from './objects.ts';
import type { Resources } from './resources.ts';
import { NO_RESOURCES, readResources } from './resources.ts';
import type { NodeSelectorTerm, Selector } from './selectors.ts';
import { readNodeSelectorTerm, readNodeSelectorTerms, readSelector } from './selectors.ts';
import type { Toleration } from './tolerations.ts';
import { readTolerations } from './tolerations.ts';
import type { Probe } from './probes.ts';
import { readProbe } from './probes.ts';
import type { Volume } from './volumes.ts';
import { readVolume } from './volumes.ts';

export interface ContainerPort {
  readonly name: string | undefined;
  readonly containerPort: number;
  /** 0: none. */
  readonly hostPort: number;
  readonly hostIp: string;
  readonly protocol: string;
}

export interface ResourceNeeds {
  readonly requests: Resources;
  readonly limits: Resources;
}

export interface Container extends ResourceNeeds {
  readonly name: string;
  readonly image: string;
  readonly imagePullPolicy: string | undefined;
  /** An init container that keeps running beside the others (`restartPolicy: Always`). */
  readonly sidecar: boolean;
  readonly ports: readonly ContainerPort[];
  readonly readinessProbe: Probe | undefined;
  readonly livenessProbe: Probe | undefined;
  readonly startupProbe: Probe | undefined;
  readonly hasPreStop: boolean;
}

export interface PodAffinityTerm {
  readonly selector: Selector;
  /** Of namespaces; `nothing` when it is not written. */
  readonly namespaceSelector: Selector;
  readonly namespaces: readonly string[];
  readonly topologyKey: string;
  readonly matchLabelKeys: readonly string[];
  readonly mismatchLabelKeys: readonly string[];
}

export interface Weighted<Term> {
  readonly weight: number;
  readonly term: Term;
}

export interface PodAffinity {
  readonly required: readonly PodAffinityTerm[];
  readonly preferred: readonly Weighted<PodAffinityTerm>[];
}

export interface SpreadConstraint {
  readonly maxSkew: number;
  readonly topologyKey: string;
  readonly whenUnsatisfiable: 'DoNotSchedule' | 'ScheduleAnyway';
  readonly selector: Selector;
  readonly minDomains: number | undefined;
  readonly nodeAffinityPolicy: 'Honor' | 'Ignore';
  readonly nodeTaintsPolicy: 'Honor' | 'Ignore';
  readonly matchLabelKeys: readonly string[];
}

export interface PodSpec {
  readonly containers: readonly Container[];
  readonly initContainers: readonly Container[];
  /** Of the pod as a whole; undefined when it says nothing. */
  readonly resources: ResourceNeeds | undefined;
  readonly overhead: Resources;
  readonly nodeName: string | undefined;
  readonly nodeSelector: Labels;
  /** Alternatives that must hold; undefined when there is no requirement. An empty list fits no node. */
  readonly requiredNodeTerms: readonly NodeSelectorTerm[] | undefined;
  readonly preferredNodeTerms: readonly Weighted<NodeSelectorTerm>[];
  readonly podAffinity: PodAffinity;
  readonly podAntiAffinity: PodAffinity;
  readonly spread: readonly SpreadConstraint[];
  readonly tolerations: readonly Toleration[];
  readonly volumes: readonly Volume[];
  readonly hostNetwork: boolean;
  readonly priorityClassName: string | undefined;
  readonly priority: number | undefined;
  readonly preemptionPolicy: string | undefined;
  readonly runtimeClassName: string | undefined;
  readonly schedulerName: string;
  readonly restartPolicy: string;
  readonly terminationGracePeriodSeconds: number;
  readonly schedulingGates: readonly string[];
  readonly readinessGates: readonly string[];
  readonly serviceAccountName: string | undefined;
  /** Names of its claims on devices (dynamic resource allocation), which nothing here models. */
  readonly resourceClaims: readonly string[];
  /** What nodes must declare to run it (NodeDeclaredFeatures). */
  readonly neededFeatures: readonly string[];
}

/**
 * Reads a PodSpec with the defaults that the API gives to every pod template (SetDefaults_PodSpec, SetDefaults_Probe,
 * Kubernetes v1.36.3 pkg/apis/core/v1/defaults.go). What it gives to pods alone is in defaulting.ts.
 */
export function readPodSpec(spec: Reader): PodSpec {
  const nodeAffinity = into(into(spec, 'affinity'), 'nodeAffinity');
  const required = into(nodeAffinity, 'requiredDuringSchedulingIgnoredDuringExecution');
  return {
    containers: items(spec, 'containers').map((container) => readContainer(container)),
    initContainers: items(spec, 'initContainers').map((container) => readContainer(container)),
    resources: isObject(into(spec, 'resources').value) ? readNeeds(spec) : undefined,
    overhead: amounts(spec, 'overhead'),
    nodeName: text(spec, 'nodeName') || undefined,
    nodeSelector: textMap(spec, 'nodeSelector'),
    requiredNodeTerms: isObject(required.value) ? readNodeSelectorTerms(required, 'nodeSelectorTerms') : undefined,
    preferredNodeTerms: readPreferredNodeTerms(nodeAffinity),
    podAffinity: readPodAffinity(spec, 'podAffinity'),
    podAntiAffinity: readPodAffinity(spec, 'podAntiAffinity'),
    spread: items(spec, 'topologySpreadConstraints').map(readSpread),
    tolerations: readTolerations(spec, 'tolerations'),
    volumes: items(spec, 'volumes').map(readVolume),
    hostNetwork: flag(spec, 'hostNetwork') ?? false,
    priorityClassName: text(spec, 'priorityClassName') || undefined,
    priority: integer(spec, 'priority'),
    preemptionPolicy: text(spec, 'preemptionPolicy'),
    runtimeClassName: text(spec, 'runtimeClassName') || undefined,
    schedulerName: text(spec, 'schedulerName') || 'default-scheduler',
    restartPolicy: text(spec, 'restartPolicy') || 'Always',
    terminationGracePeriodSeconds: gracePeriod(integer(spec, 'terminationGracePeriodSeconds')),
    schedulingGates: items(spec, 'schedulingGates').flatMap((gate) => text(gate, 'name') ?? []),
    readinessGates: items(spec, 'readinessGates').flatMap((gate) => text(gate, 'conditionType') ?? []),
    serviceAccountName: text(spec, 'serviceAccountName') || undefined,
    resourceClaims: items(spec, 'resourceClaims').flatMap((claim) => text(claim, 'name') ?? []),
    neededFeatures: readNeededFeatures(spec),
  };
}

/** 30 s by default; a negative time is one second (pkg/apis/core/v1/conversion.go, Convert_v1_PodSpec_To_core_PodSpec). */
function gracePeriod(written: number | undefined): number {
  return written === undefined ? 30 : written < 0 ? 1 : written;
}

/** component-helpers nodedeclaredfeatures/features: the two of the registry that scheduling infers from a pod. */
function readNeededFeatures(spec: Reader): readonly string[] {
  const containers = [...items(spec, 'containers'), ...items(spec, 'initContainers')];
  const restartsAll = containers.some((container) =>
    items(container, 'restartPolicyRules').some((rule) => text(rule, 'action') === 'RestartAllContainers'),
  );
  const ownUsers = flag(spec, 'hostNetwork') === true && flag(spec, 'hostUsers') === false;
  return [
    ...(restartsAll ? ['RestartAllContainersOnContainerExits'] : []),
    ...(ownUsers ? ['UserNamespacesHostNetworkSupport'] : []),
  ];
}

/** The containers that run as long as the pod does: sidecars, then the others. */
export function runningContainers(spec: PodSpec): readonly Container[] {
  return [...spec.initContainers.filter(({ sidecar }) => sidecar), ...spec.containers];
}

function readContainer(container: Reader): Container {
  const preStop = into(into(container, 'lifecycle'), 'preStop').value;
  return {
    name: text(container, 'name') ?? '',
    image: text(container, 'image') ?? '',
    imagePullPolicy: text(container, 'imagePullPolicy') || undefined,
    sidecar: text(container, 'restartPolicy') === 'Always',
    ports: items(container, 'ports').map(readPort),
    readinessProbe: readProbe(container, 'readinessProbe'),
    livenessProbe: readProbe(container, 'livenessProbe'),
    startupProbe: readProbe(container, 'startupProbe'),
    hasPreStop: isObject(preStop),
    ...readNeeds(container),
  };
}

function readPort(port: Reader): ContainerPort {
  return {
    name: text(port, 'name'),
    containerPort: integer(port, 'containerPort') ?? 0,
    hostPort: integer(port, 'hostPort') ?? 0,
    hostIp: text(port, 'hostIP') || '0.0.0.0',
    protocol: text(port, 'protocol') || 'TCP',
  };
}

function readNeeds(from: Reader): ResourceNeeds {
  const resources = into(from, 'resources');
  return { requests: amounts(resources, 'requests'), limits: amounts(resources, 'limits') };
}

function amounts(from: Reader, key: string): Resources {
  const list = into(from, key);
  if (list.value === undefined || list.value === null) return NO_RESOURCES;
  return readResources(list.value, (resource) => refuse(into(list, resource), 'a quantity, like 500m or 2Gi'));
}

function readPreferredNodeTerms(nodeAffinity: Reader): readonly Weighted<NodeSelectorTerm>[] {
  return items(nodeAffinity, 'preferredDuringSchedulingIgnoredDuringExecution').map((item) => ({
    weight: integer(item, 'weight') ?? 0,
    term: readNodeSelectorTerm(into(item, 'preference')),
  }));
}

function readPodAffinity(spec: Reader, key: string): PodAffinity {
  const affinity = into(into(spec, 'affinity'), key);
  return {
    required: items(affinity, 'requiredDuringSchedulingIgnoredDuringExecution').map(readPodAffinityTerm),
    preferred: items(affinity, 'preferredDuringSchedulingIgnoredDuringExecution').map((item) => ({
      weight: integer(item, 'weight') ?? 0,
      term: readPodAffinityTerm(into(item, 'podAffinityTerm')),
    })),
  };
}

function readPodAffinityTerm(term: Reader): PodAffinityTerm {
  return {
    selector: readSelector(term, 'labelSelector'),
    namespaceSelector: readSelector(term, 'namespaceSelector'),
    namespaces: textList(term, 'namespaces'),
    topologyKey: text(term, 'topologyKey') ?? '',
    matchLabelKeys: textList(term, 'matchLabelKeys'),
    mismatchLabelKeys: textList(term, 'mismatchLabelKeys'),
  };
}

/** minDomains nil counts as 1, nodeAffinityPolicy as Honor, nodeTaintsPolicy as Ignore: podtopologyspread/common.go. */
function readSpread(constraint: Reader): SpreadConstraint {
  return {
    maxSkew: integer(constraint, 'maxSkew') ?? 1,
    topologyKey: text(constraint, 'topologyKey') ?? '',
    whenUnsatisfiable: text(constraint, 'whenUnsatisfiable') === 'ScheduleAnyway' ? 'ScheduleAnyway' : 'DoNotSchedule',
    selector: readSelector(constraint, 'labelSelector'),
    minDomains: integer(constraint, 'minDomains'),
    nodeAffinityPolicy: text(constraint, 'nodeAffinityPolicy') === 'Ignore' ? 'Ignore' : 'Honor',
    nodeTaintsPolicy: text(constraint, 'nodeTaintsPolicy') === 'Honor' ? 'Honor' : 'Ignore',
    matchLabelKeys: textList(constraint, 'matchLabelKeys'),
  };
}
