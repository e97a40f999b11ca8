/**
 * Pods of DaemonSets: one on every node that its selector and taints allow. After Kubernetes v1.36.3
 * pkg/controller/daemon/daemon_controller.go (NodeShouldRunDaemonPod) and util/daemonset_util.go
 * (AddOrUpdateDaemonPodTolerations).
 */
import { matchesNodeSelection } from '../kubernetes/feasibility.ts';
import type { PodDemand } from '../kubernetes/feasibility.ts';
import type { NodeSpec } from '../kubernetes/nodes.ts';
import type { PodSpec } from '../kubernetes/pod-spec.ts';
import type { TaintEffect, Toleration } from '../kubernetes/tolerations.ts';
import { NOT_READY, UNREACHABLE, UNSCHEDULABLE, firstUntolerated } from '../kubernetes/tolerations.ts';

/** The template with the tolerations that the controller adds to every pod: node problems do not move it. */
export function daemonPodSpec(spec: PodSpec): PodSpec {
  const added = [
    exists(NOT_READY, 'NoExecute'),
    exists(UNREACHABLE, 'NoExecute'),
    exists('node.kubernetes.io/disk-pressure', 'NoSchedule'),
    exists('node.kubernetes.io/memory-pressure', 'NoSchedule'),
    exists('node.kubernetes.io/pid-pressure', 'NoSchedule'),
    exists(UNSCHEDULABLE, 'NoSchedule'),
    ...(spec.hostNetwork ? [exists('node.kubernetes.io/network-unavailable', 'NoSchedule')] : []),
  ];
  const kept = spec.tolerations.filter((written) => !added.some((toleration) => isSame(written, toleration)));
  return { ...spec, tolerations: [...kept, ...added] };
}

/** True if the controller makes a pod for this node: name, selector, affinity and taints; never its room. */
export function runsDaemon(pod: PodDemand, node: NodeSpec): boolean {
  if (pod.nodeName !== undefined && pod.nodeName !== node.name) return false;
  return (
    matchesNodeSelection(pod, node) &&
    firstUntolerated(node.taints, pod.tolerations, ['NoSchedule', 'NoExecute']) === undefined
  );
}

/** The specification without the affinity to one node's name that the controller gives to each pod (ReplaceDaemonSetPodNodeNameNodeAffinity). */
export function withoutNodePin(spec: PodSpec): PodSpec {
  const terms = spec.requiredNodeTerms?.map((term) => ({ ...term, fields: [], valid: term.labels.length > 0 }));
  const all = terms === undefined || terms.some(({ valid }) => !valid);
  return { ...spec, requiredNodeTerms: all ? undefined : terms };
}

function exists(key: string, effect: TaintEffect): Toleration {
  return { key, operator: 'Exists', value: '', effect, seconds: undefined };
}

/** MatchToleration of api core/v1/toleration.go: the time is not compared. */
function isSame(a: Toleration, b: Toleration): boolean {
  return a.key === b.key && a.effect === b.effect && a.operator === b.operator && a.value === b.value;
}
