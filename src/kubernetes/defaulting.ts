/**
 * What the API server makes of a pod on creation, so that a plain manifest is judged as the cluster will see it.
 * Order and formulas after Kubernetes v1.36.3: decoding defaults (pkg/apis/core/v1/defaults.go), admission
 * (plugin/pkg/admission: limitranger, priority, runtimeclass, defaulttolerationseconds), then the pod strategy
 * (pkg/registry/core/pod/strategy.go: label keys merged into selectors). Nothing is changed in place; what does not
 * change is shared.
 */
import type { Labels } from './objects.ts';
import type { Container, PodAffinity, PodAffinityTerm, PodSpec, ResourceNeeds, SpreadConstraint } from './pod-spec.ts';
import { containerLimits, containerRequests, isPodLevel } from './requests.ts';
import type { Resources } from './resources.ts';
import { isHugePages } from './resources.ts';
import type { Requirement, Selector } from './selectors.ts';
import { narrowed } from './selectors.ts';
import type { Toleration } from './tolerations.ts';
import { NOT_READY, UNREACHABLE } from './tolerations.ts';

/** Defaults of a LimitRange for containers, as its own defaulting completes them. */
export interface ContainerDefaults {
  readonly requests: Resources;
  readonly limits: Resources;
}

export interface PriorityClass {
  readonly name: string;
  readonly value: number;
  readonly globalDefault: boolean;
  readonly preemptionPolicy: string;
}

export interface RuntimeClass {
  readonly name: string;
  readonly overhead: Resources;
  readonly nodeSelector: Labels;
  readonly tolerations: readonly Toleration[];
}

/** What admission knows of the cluster when it sees a pod. */
export interface Admission {
  /** Of the pod's namespace, in the order in which they apply. */
  readonly containerDefaults: readonly ContainerDefaults[];
  readonly priorityClasses: ReadonlyMap<string, PriorityClass>;
  /** True when all classes of the cluster are known, so that one that is not among them is not there. */
  readonly priorityClassesShown: boolean;
  readonly runtimeClasses: ReadonlyMap<string, RuntimeClass>;
  /** Seconds that DefaultTolerationSeconds grants; undefined when the plugin is off. */
  readonly notReadySeconds: number | undefined;
  readonly unreachableSeconds: number | undefined;
}

/** Kubernetes' defaults with nothing installed: both tolerations are 300 s. */
export const PLAIN_ADMISSION: Admission = {
  containerDefaults: [],
  priorityClasses: new Map(),
  priorityClassesShown: false,
  runtimeClasses: new Map(),
  notReadySeconds: 300,
  unreachableSeconds: 300,
};

/** Priority classes that every cluster has: pkg/apis/scheduling/types.go. */
export const SYSTEM_PRIORITY_CLASSES: readonly PriorityClass[] = [
  {
    name: 'system-node-critical',
    value: 2_000_001_000,
    globalDefault: false,
    preemptionPolicy: 'PreemptLowerPriority',
  },
  {
    name: 'system-cluster-critical',
    value: 2_000_000_000,
    globalDefault: false,
    preemptionPolicy: 'PreemptLowerPriority',
  },
];

/** The pod as the API server stores it when it is created from this template with these labels. */
export function createdPod(template: PodSpec, labels: Labels, admission: Admission = PLAIN_ADMISSION): PodSpec {
  const decoded = decodedPod(template);
  const limited = admission.containerDefaults.reduce(withContainerDefaults, decoded);
  const ranked = withPriority(limited, admission.priorityClasses);
  const classed = withRuntimeClass(ranked, admission.runtimeClasses);
  return withLabelKeys(withTolerationSeconds(classed, admission), labels);
}

/** SetDefaults_Pod: requests from limits, pod-level requests, host ports on the host's network. */
export function decodedPod(spec: PodSpec): PodSpec {
  const containers = spec.containers.map((container) => decodedContainer(container, spec.hostNetwork));
  const initContainers = spec.initContainers.map((container) => decodedContainer(container, spec.hostNetwork));
  return { ...spec, containers, initContainers, resources: podLevelResources({ ...spec, containers, initContainers }) };
}

/**
 * A LimitRange's defaults for containers: what is missing as a limit comes from its max, a missing request from the
 * default limit, else from its min (SetDefaults_LimitRangeItem).
 */
export function limitRangeDefaults(item: {
  readonly default: Resources;
  readonly defaultRequest: Resources;
  readonly max: Resources;
  readonly min: Resources;
}): ContainerDefaults {
  const limits = { ...item.max, ...item.default };
  return { limits, requests: { ...item.min, ...limits, ...item.defaultRequest } };
}

/** True when a toleration of NoExecute for ever keeps the pod on a node that is lost (key empty or the node's taint). */
export function toleratesLostNodeForever(tolerations: readonly Toleration[]): boolean {
  return tolerations.some(
    ({ key, effect, operator, seconds }) =>
      seconds === undefined &&
      operator === 'Exists' &&
      (key === '' || key === UNREACHABLE) &&
      (effect === undefined || effect === 'NoExecute'),
  );
}

function decodedContainer(container: Container, hostNetwork: boolean): Container {
  const requests = withMissing(container.requests, container.limits);
  const needsPort = hostNetwork && container.ports.some(({ hostPort }) => hostPort === 0);
  if (requests === container.requests && !needsPort) return container;
  const ports = needsPort
    ? container.ports.map((port) => (port.hostPort === 0 ? { ...port, hostPort: port.containerPort } : port))
    : container.ports;
  return { ...container, requests, ports };
}

/** `amounts` with what `others` has and it has not; the same object when nothing is missing. */
function withMissing(amounts: Resources, others: Resources): Resources {
  for (const resource in others) if (!Object.hasOwn(amounts, resource)) return { ...others, ...amounts };
  return amounts;
}

/** defaultHugePagePodLimits, then defaultPodRequests. */
function podLevelResources(spec: PodSpec): ResourceNeeds | undefined {
  const written = spec.resources;
  if (written === undefined) return undefined;
  const empty = Object.keys(written.limits).length === 0 && Object.keys(written.requests).length === 0;
  const limits = empty ? written.limits : { ...missingHugePages(spec, written), ...written.limits };
  if (Object.keys(limits).length === 0) return written;
  const fromContainers = Object.entries(containerRequests(spec)).filter(
    ([name]) => isPodLevel(name) && !isHugePages(name),
  );
  const fromLimits = Object.entries(limits).filter(([name]) => isPodLevel(name));
  return {
    limits,
    requests: { ...Object.fromEntries(fromLimits), ...Object.fromEntries(fromContainers), ...written.requests },
  };
}

function missingHugePages(spec: PodSpec, written: ResourceNeeds): Resources {
  const missing = Object.entries(containerLimits(spec)).filter(
    ([name]) => isHugePages(name) && !Object.hasOwn(written.requests, name),
  );
  return Object.fromEntries(missing);
}

function withContainerDefaults(spec: PodSpec, defaults: ContainerDefaults): PodSpec {
  const fill = (container: Container): Container => {
    const limits = withMissing(container.limits, defaults.limits);
    const requests = withMissing(container.requests, defaults.requests);
    return limits === container.limits && requests === container.requests
      ? container
      : { ...container, limits, requests };
  };
  return { ...spec, containers: spec.containers.map(fill), initContainers: spec.initContainers.map(fill) };
}

/** The class that is named, else the global default with the lowest value, else 0: plugin/pkg/admission/priority. */
function withPriority(spec: PodSpec, classes: ReadonlyMap<string, PriorityClass>): PodSpec {
  if (spec.priorityClassName !== undefined) {
    const named =
      classes.get(spec.priorityClassName) ??
      SYSTEM_PRIORITY_CLASSES.find(({ name }) => name === spec.priorityClassName);
    if (named === undefined) return spec;
    return { ...spec, priority: named.value, preemptionPolicy: spec.preemptionPolicy ?? named.preemptionPolicy };
  }
  let fallback: PriorityClass | undefined;
  for (const known of classes.values()) {
    if (known.globalDefault && (fallback === undefined || known.value < fallback.value)) fallback = known;
  }
  if (fallback === undefined) return { ...spec, priority: spec.priority ?? 0 };
  return {
    ...spec,
    priorityClassName: fallback.name,
    priority: fallback.value,
    preemptionPolicy: spec.preemptionPolicy ?? fallback.preemptionPolicy,
  };
}

function withRuntimeClass(spec: PodSpec, classes: ReadonlyMap<string, RuntimeClass>): PodSpec {
  const known = spec.runtimeClassName === undefined ? undefined : classes.get(spec.runtimeClassName);
  if (known === undefined) return spec;
  return {
    ...spec,
    overhead: Object.keys(known.overhead).length > 0 ? known.overhead : spec.overhead,
    nodeSelector: { ...spec.nodeSelector, ...known.nodeSelector },
    tolerations: [...spec.tolerations, ...known.tolerations],
  };
}

/** A toleration of a taint's key, or of every key, with effect NoExecute or none keeps the plugin from adding its own. */
function withTolerationSeconds(spec: PodSpec, { notReadySeconds, unreachableSeconds }: Admission): PodSpec {
  const added: Toleration[] = [];
  const add = (key: string, seconds: number | undefined): void => {
    const covered = spec.tolerations.some(
      (toleration) =>
        (toleration.key === key || toleration.key === '') &&
        (toleration.effect === 'NoExecute' || toleration.effect === undefined),
    );
    if (seconds !== undefined && !covered)
      added.push({ key, operator: 'Exists', value: '', effect: 'NoExecute', seconds, byAdmission: true });
  };
  add(NOT_READY, notReadySeconds);
  add(UNREACHABLE, unreachableSeconds);
  return added.length === 0 ? spec : { ...spec, tolerations: [...spec.tolerations, ...added] };
}

function withLabelKeys(spec: PodSpec, labels: Labels): PodSpec {
  const spread = mapChanged(spec.spread, (constraint) => spreadWithLabelKeys(constraint, labels));
  const podAffinity = affinityWithLabelKeys(spec.podAffinity, labels);
  const podAntiAffinity = affinityWithLabelKeys(spec.podAntiAffinity, labels);
  if (spread === spec.spread && podAffinity === spec.podAffinity && podAntiAffinity === spec.podAntiAffinity)
    return spec;
  return { ...spec, spread, podAffinity, podAntiAffinity };
}

function spreadWithLabelKeys(constraint: SpreadConstraint, labels: Labels): SpreadConstraint {
  const selector = merged(constraint.selector, keyRequirements(constraint.matchLabelKeys, 'In', labels));
  return selector === constraint.selector ? constraint : { ...constraint, selector };
}

function affinityWithLabelKeys(affinity: PodAffinity, labels: Labels): PodAffinity {
  const change = (term: PodAffinityTerm): PodAffinityTerm => {
    const selector = merged(term.selector, [
      ...keyRequirements(term.matchLabelKeys, 'In', labels),
      ...keyRequirements(term.mismatchLabelKeys, 'NotIn', labels),
    ]);
    return selector === term.selector ? term : { ...term, selector };
  };
  const required = mapChanged(affinity.required, change);
  const preferred = mapChanged(affinity.preferred, (weighted) => {
    const term = change(weighted.term);
    return term === weighted.term ? weighted : { weight: weighted.weight, term };
  });
  return required === affinity.required && preferred === affinity.preferred ? affinity : { required, preferred };
}

function keyRequirements(keys: readonly string[], operator: 'In' | 'NotIn', labels: Labels): readonly Requirement[] {
  return keys
    .filter((key) => Object.hasOwn(labels, key))
    .map((key) => ({ key, operator, values: [labels[key] ?? ''] }));
}

/** Merging twice changes nothing: a live pod already carries what the API server merged. */
function merged(selector: Selector, more: readonly Requirement[]): Selector {
  if (selector.matches === 'nothing') return selector;
  const known = new Set(selector.requirements.map((requirement) => JSON.stringify(requirement)));
  return narrowed(
    selector,
    more.filter((requirement) => !known.has(JSON.stringify(requirement))),
  );
}

function mapChanged<T>(list: readonly T[], change: (item: T) => T): readonly T[] {
  const changed = list.map(change);
  return changed.every((item, index) => item === list[index]) ? list : changed;
}
