/**
 * What a pod asks of its node. After Kubernetes v1.36.3: component-helpers resource/helpers.go (PodRequests,
 * AggregateContainerRequests), scheduler framework/types.go (Resource.Add) and plugins/noderesources/resource_allocation.go.
 */
import type { Container, PodSpec } from './pod-spec.ts';
import type { Resources } from './resources.ts';
import { NO_RESOURCES, addTo, isHugePages, isScalarResource, raiseTo, rounded } from './resources.ts';

/** What LeastAllocated counts for a container without a request: scheduler util/pod_resources.go. */
export const DEFAULT_CPU_REQUEST = 100;
export const DEFAULT_MEMORY_REQUEST = 200 * 1024 * 1024;
const NON_ZERO: Resources = { cpu: DEFAULT_CPU_REQUEST, memory: DEFAULT_MEMORY_REQUEST };

/**
 * Requests of the whole pod in whole units: the sum of containers and sidecars, or the largest moment while init
 * containers run, whichever is more; what the pod asks as a whole replaces that; then overhead is added.
 */
export function podRequests(spec: PodSpec): Resources {
  return rounded(withPodLevel(aggregate(spec, requestsOf), spec));
}

/** As podRequests, but only what the scheduler holds against a node's allocatable. */
export function countedRequests(spec: PodSpec): Resources {
  const counted: Record<string, number> = {};
  for (const [resource, amount] of Object.entries(podRequests(spec))) {
    if (isCounted(resource)) counted[resource] = amount;
  }
  return counted;
}

/**
 * What LeastAllocated asks for a pending pod: 100m and 200Mi for every container that names none; an explicit 0 stays 0.
 * What the pod asks as a whole is left out: the scorer of NodeResourcesFit is made without the switch for it (Kubernetes
 * v1.36.3 plugins/noderesources/fit.go, NewFit). Only cpu and memory of it are used.
 */
export function nonZeroRequests(spec: PodSpec): Resources {
  const sum = aggregate(spec, nonZeroOf);
  addTo(sum, spec.overhead);
  const all = rounded(sum);
  return { cpu: all['cpu'] ?? 0, memory: all['memory'] ?? 0 };
}

/** What a running pod's status tells of resources: what its kubelet set, and what it has granted. */
export interface ResourceState {
  readonly actuated: Resources;
  readonly allocated: Resources;
}

export interface ResourceStates {
  /** By the container's name. */
  readonly containers: ReadonlyMap<string, ResourceState>;
  readonly pod: ResourceState | undefined;
  /** The last resize can never be granted: what was asked then does not count. */
  readonly infeasible: boolean;
}

/**
 * What the pod holds of its node, where it may have been resized in place: of each container and sidecar, and of the pod
 * as a whole, the most of what is asked, set and granted. Plain init containers count as asked.
 */
export function placedRequests(spec: PodSpec, states?: ResourceStates): Resources {
  const counted: Record<string, number> = {};
  const all = rounded(withPodLevel(aggregate(spec, heldBy(spec, states)), spec, states));
  for (const resource in all) if (isCounted(resource)) counted[resource] = all[resource] ?? 0;
  return counted;
}

/**
 * What LeastAllocated adds up of a pod that is on a node: with 100m and 200Mi for each container that names none; when the
 * pod asks as a whole, only for what neither it nor any container names. A pending pod is counted otherwise
 * (`nonZeroRequests`). scheduler framework/types.go (CalculateResource, getNonMissingContainerRequests).
 */
export function placedNonZeroRequests(spec: PodSpec, states?: ResourceStates): Resources {
  const held = heldBy(spec, states);
  const asksAsWhole = Object.keys(spec.resources?.requests ?? NO_RESOURCES).some(isPodLevel);
  const named = asksAsWhole ? withPodLevel(aggregate(spec, held), spec, states) : {};
  const missing: Record<string, number> = {};
  for (const resource in NON_ZERO) if (!Object.hasOwn(named, resource)) missing[resource] = NON_ZERO[resource] ?? 0;
  const all = rounded(
    withPodLevel(
      aggregate(spec, (container) => ({ ...missing, ...held(container) })),
      spec,
      states,
    ),
  );
  return { cpu: all['cpu'] ?? 0, memory: all['memory'] ?? 0 };
}

function heldBy(spec: PodSpec, states: ResourceStates | undefined): (container: Container) => Resources {
  if (states === undefined || states.containers.size === 0) return requestsOf;
  const plain = new Set(spec.initContainers.filter(({ sidecar }) => !sidecar));
  return (container) => {
    const state = plain.has(container) ? undefined : states.containers.get(container.name);
    return state === undefined ? container.requests : mostOf(container.requests, state, states.infeasible);
  };
}

function mostOf(asked: Resources, { actuated, allocated }: ResourceState, infeasible: boolean): Resources {
  const most: Record<string, number> = infeasible ? {} : { ...asked };
  raiseTo(most, actuated);
  raiseTo(most, allocated);
  return most;
}

/** Limits of the whole pod; overhead is added only where there is a limit. */
export function podLimits(spec: PodSpec): Resources {
  const limits = aggregate(spec, ({ limits: written }) => written);
  for (const [resource, amount] of Object.entries(spec.resources?.limits ?? NO_RESOURCES)) {
    if (isPodLevel(resource)) limits[resource] = amount;
  }
  for (const [resource, amount] of Object.entries(spec.overhead)) {
    if ((limits[resource] ?? 0) > 0) limits[resource] = (limits[resource] ?? 0) + amount;
  }
  return rounded(limits);
}

/** Requests of the containers alone, not rounded; defaulting of pod-level requests needs them. */
export function containerRequests(spec: Pick<PodSpec, 'containers' | 'initContainers'>): Resources {
  return aggregate(spec, requestsOf);
}

/** Limits of the containers alone, not rounded; defaulting of pod-level huge pages needs them. */
export function containerLimits(spec: Pick<PodSpec, 'containers' | 'initContainers'>): Resources {
  return aggregate(spec, ({ limits }) => limits);
}

/** True for what a pod may ask as a whole: cpu, memory, huge pages (IsSupportedPodLevelResource). */
export function isPodLevel(resource: string): boolean {
  return resource === 'cpu' || resource === 'memory' || isHugePages(resource);
}

/** The quality-of-service class, by requests and limits of cpu and memory: pkg/apis/core/v1/helper/qos/qos.go (ComputePodQOS). */
export function qualityOfService(spec: PodSpec): 'Guaranteed' | 'Burstable' | 'BestEffort' {
  const parts = spec.resources !== undefined ? [spec.resources] : [...spec.initContainers, ...spec.containers];
  if (!parts.some(hasAmounts)) return 'BestEffort';
  const guaranteed = parts.every((part) =>
    ['cpu', 'memory'].every(
      (resource) => (part.limits[resource] ?? 0) > 0 && part.requests[resource] === part.limits[resource],
    ),
  );
  return guaranteed ? 'Guaranteed' : 'Burstable';
}

function hasAmounts({ requests, limits }: Pick<Container, 'requests' | 'limits'>): boolean {
  return ['cpu', 'memory'].some((resource) => (requests[resource] ?? 0) > 0 || (limits[resource] ?? 0) > 0);
}

function isCounted(resource: string): boolean {
  return resource === 'cpu' || resource === 'memory' || resource === 'ephemeral-storage' || isScalarResource(resource);
}

function requestsOf({ requests }: Container): Resources {
  return requests;
}

function nonZeroOf({ requests }: Container): Resources {
  return { ...NON_ZERO, ...requests };
}

function aggregate(
  spec: Pick<PodSpec, 'containers' | 'initContainers'>,
  of: (container: Container) => Resources,
): Record<string, number> {
  const sum: Record<string, number> = {};
  for (const container of spec.containers) addTo(sum, of(container));
  const sidecars: Record<string, number> = {};
  const starting: Record<string, number> = {};
  for (const container of spec.initContainers) {
    const own = of(container);
    if (container.sidecar) {
      addTo(sum, own);
      addTo(sidecars, own);
      raiseTo(starting, sidecars);
    } else {
      const moment = { ...own };
      addTo(moment, sidecars);
      raiseTo(starting, moment);
    }
  }
  raiseTo(sum, starting);
  return sum;
}

function withPodLevel(sum: Record<string, number>, spec: PodSpec, states?: ResourceStates): Record<string, number> {
  const asked = spec.resources?.requests ?? NO_RESOURCES;
  const held = states?.pod === undefined ? undefined : mostOf(asked, states.pod, states.infeasible);
  for (const resource in asked) if (isPodLevel(resource)) sum[resource] = (held ?? asked)[resource] ?? 0;
  addTo(sum, spec.overhead);
  return sum;
}
