/**
 * Whether one pod fits on one node, as far as that is decided by the two alone: the scheduler's filters NodeUnschedulable,
 * NodeName, TaintToleration, NodeAffinity, NodePorts and NodeResourcesFit, in its order; the first that fails decides.
 * After Kubernetes v1.36.3 pkg/scheduler/framework/plugins; the reasons are its words, the details are ours.
 */
import { formatBytes, formatCpu } from '../core/quantity.ts';
import type { Labels } from './objects.ts';
import type { ContainerPort, PodSpec } from './pod-spec.ts';
import { runningContainers } from './pod-spec.ts';
import { countedRequests } from './requests.ts';
import type { Resources } from './resources.ts';
import type { NodeSelectorTerm } from './selectors.ts';
import { termMatches } from './selectors.ts';
import type { Taint, Toleration } from './tolerations.ts';
import { UNSCHEDULABLE, firstUntolerated, formatTaint, tolerates } from './tolerations.ts';

export type FilterPlugin =
  | 'NodeUnschedulable'
  | 'NodeName'
  | 'TaintToleration'
  | 'NodeAffinity'
  | 'NodePorts'
  | 'NodeResourcesFit';

/** Unschedulable: removing other pods could help. UnschedulableAndUnresolvable: it could not. */
export type FilterCode = 'Unschedulable' | 'UnschedulableAndUnresolvable';

export interface Rejection {
  readonly plugin: FilterPlugin;
  readonly code: FilterCode;
  /** The scheduler's own words. */
  readonly reasons: readonly string[];
  /** What it does not say: which taint, which port, how much is missing. */
  readonly details: readonly string[];
}

/** What the filters read of a node; `used` and `ports` are those of the pods that are on it. */
export interface NodeFacts {
  readonly name: string;
  readonly labels: Labels;
  readonly taints: readonly Taint[];
  readonly unschedulable: boolean;
  /** `pods` is how many the kubelet accepts. */
  readonly allocatable: Resources;
}

export interface NodeUse {
  readonly pods: number;
  readonly requested: Resources;
  readonly ports: readonly HostPort[];
}

export interface HostPort {
  readonly ip: string;
  readonly protocol: string;
  readonly port: number;
}

export const EMPTY_USE: NodeUse = { pods: 0, requested: {}, ports: [] };

/** What the filters read of a pod, computed once per template. */
export interface PodDemand {
  readonly nodeName: string | undefined;
  readonly nodeSelector: Labels;
  readonly requiredNodeTerms: readonly NodeSelectorTerm[] | undefined;
  readonly tolerations: readonly Toleration[];
  readonly requests: Resources;
  readonly hostPorts: readonly HostPort[];
}

/** The demand of a pod as the API server stores it (`createdPod`). */
export function demandOf(spec: PodSpec): PodDemand {
  return {
    nodeName: spec.nodeName,
    nodeSelector: spec.nodeSelector,
    requiredNodeTerms: spec.requiredNodeTerms,
    tolerations: spec.tolerations,
    requests: countedRequests(spec),
    hostPorts: hostPortsOf(spec),
  };
}

/** Host ports of the containers and sidecars: pkg/scheduler/util/utils.go (GetHostPorts). */
export function hostPortsOf(spec: PodSpec): readonly HostPort[] {
  const used = (port: ContainerPort): boolean => port.hostPort > 0;
  return runningContainers(spec).flatMap(({ ports }) =>
    ports.filter(used).map((port) => ({ ip: port.hostIp, protocol: port.protocol, port: port.hostPort })),
  );
}

/** Why the node cannot take the pod; undefined when it can. */
export function rejection(pod: PodDemand, node: NodeFacts, use: NodeUse = EMPTY_USE): Rejection | undefined {
  return rejectedByNode(pod, node) ?? rejectedByPorts(pod, use) ?? rejectedByResources(pod, node, use);
}

/** Filters that do not depend on other pods: cordon, name, taints, selector and affinity. */
export function rejectedByNode(pod: PodDemand, node: NodeFacts): Rejection | undefined {
  if (node.unschedulable && !pod.tolerations.some((toleration) => tolerates(toleration, CORDON))) {
    return unresolvable('NodeUnschedulable', 'node(s) were unschedulable', `node ${node.name} is cordoned`);
  }
  if (pod.nodeName !== undefined && pod.nodeName !== node.name) {
    return unresolvable(
      'NodeName',
      "node(s) didn't match the requested node name",
      `the pod asks for node ${pod.nodeName}`,
    );
  }
  const taint = firstUntolerated(node.taints, pod.tolerations, ['NoSchedule', 'NoExecute']);
  if (taint !== undefined) {
    return unresolvable(
      'TaintToleration',
      'node(s) had untolerated taint(s)',
      `the pod does not tolerate ${formatTaint(taint)}`,
    );
  }
  return matchesNodeSelection(pod, node) ? undefined : wrongSelection(pod, node);
}

/** nodeSelector and required node affinity together; an empty list of terms fits no node. */
export function matchesNodeSelection(
  pod: Pick<PodDemand, 'nodeSelector' | 'requiredNodeTerms'>,
  node: Pick<NodeFacts, 'name' | 'labels'>,
): boolean {
  for (const key in pod.nodeSelector) if (node.labels[key] !== pod.nodeSelector[key]) return false;
  return pod.requiredNodeTerms === undefined || pod.requiredNodeTerms.some((term) => termMatches(term, node));
}

/** A host port is taken when protocol and port are equal and the addresses are, or one of them is 0.0.0.0. */
export function portsCollide(a: HostPort, b: HostPort): boolean {
  return (
    a.port === b.port && a.protocol === b.protocol && (a.ip === b.ip || a.ip === ANY_ADDRESS || b.ip === ANY_ADDRESS)
  );
}

const ANY_ADDRESS = '0.0.0.0';
const CORDON: Taint = { key: UNSCHEDULABLE, value: '', effect: 'NoSchedule' };

function unresolvable(plugin: FilterPlugin, reason: string, detail: string): Rejection {
  return { plugin, code: 'UnschedulableAndUnresolvable', reasons: [reason], details: [detail] };
}

function wrongSelection(pod: PodDemand, node: NodeFacts): Rejection {
  const key = Object.keys(pod.nodeSelector).find((label) => node.labels[label] !== pod.nodeSelector[label]);
  const detail =
    key === undefined
      ? 'no term of its required node affinity fits the node'
      : `its nodeSelector asks for ${key}=${pod.nodeSelector[key] ?? ''}, the node has ${node.labels[key] === undefined ? 'no such label' : `${key}=${node.labels[key]}`}`;
  return unresolvable('NodeAffinity', "node(s) didn't match Pod's node affinity/selector", detail);
}

function rejectedByPorts(pod: PodDemand, use: NodeUse): Rejection | undefined {
  const taken = pod.hostPorts.find((wanted) => use.ports.some((used) => portsCollide(wanted, used)));
  if (taken === undefined) return undefined;
  return {
    plugin: 'NodePorts',
    code: 'Unschedulable',
    reasons: ["node(s) didn't have free ports for the requested pod ports"],
    details: [`host port ${taken.port}/${taken.protocol} is taken`],
  };
}

/**
 * plugins/noderesources/fit.go (fitsRequest): the pod count first, then cpu, memory, ephemeral-storage, then the others
 * by name. A request above the node's whole allocatable cannot be helped by removing pods.
 */
function rejectedByResources(pod: PodDemand, node: NodeFacts, use: NodeUse): Rejection | undefined {
  const reasons: string[] = [];
  const details: string[] = [];
  let code: FilterCode = 'Unschedulable';
  const allowedPods = node.allocatable['pods'] ?? 0;
  if (use.pods + 1 > allowedPods) {
    reasons.push('Too many pods');
    details.push(`the node takes ${allowedPods} pods and has ${use.pods}`);
  }
  for (const resource of inOrder(pod.requests)) {
    const asked = pod.requests[resource] ?? 0;
    const whole = node.allocatable[resource] ?? 0;
    const used = use.requested[resource] ?? 0;
    if (asked <= 0 || asked <= whole - used) continue;
    reasons.push(`Insufficient ${resource}`);
    details.push(
      `asks for ${say(resource, asked)} of ${resource}, ${say(resource, Math.max(0, whole - used))} of ${say(resource, whole)} is free`,
    );
    if (asked > whole) code = 'UnschedulableAndUnresolvable';
  }
  return reasons.length === 0 ? undefined : { plugin: 'NodeResourcesFit', code, reasons, details };
}

const FIRST = ['cpu', 'memory', 'ephemeral-storage'];

function inOrder(requests: Resources): readonly string[] {
  const others = Object.keys(requests).filter((resource) => !FIRST.includes(resource));
  return [...FIRST.filter((resource) => Object.hasOwn(requests, resource)), ...others.sort()];
}

function say(resource: string, amount: number): string {
  if (resource === 'cpu') return formatCpu(amount);
  return resource === 'memory' || resource === 'ephemeral-storage' || resource.startsWith('hugepages-')
    ? formatBytes(amount)
    : String(amount);
}
