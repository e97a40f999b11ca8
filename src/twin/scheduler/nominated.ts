/**
 * Filters on a node to which other pods are nominated: first with those of at least the pod's priority on it, then
 * without; both must pass. Kubernetes v1.36.3 framework/runtime/framework.go (RunFilterPluginsWithNominatedPods).
 */
import type { NodeIndex, PodIndex } from '../model/cluster-state.ts';
import type { Cluster } from '../model/cluster.ts';
import type { Shape } from '../model/shape.ts';
import type { CrossState, SpreadOverlay } from './cross-filters.ts';
import { crossFailureWith } from './cross-filters.ts';
import { FITS } from './failures.ts';
import { dynamicFailure, staticFailure } from './node-filters.ts';

export function failureWithNominated(cluster: Cluster, pod: PodIndex, node: NodeIndex, state: CrossState): number {
  return failureIn(cluster, pod, node, { state, overlay: noOverlay(cluster.shapeOf(pod), node) });
}

export interface Situation {
  readonly state: CrossState;
  readonly overlay: SpreadOverlay;
}

export function noOverlay(shape: Shape, node: NodeIndex): SpreadOverlay {
  return { node, extra: new Int32Array(shape.hardSpread.length) };
}

/** The first failing filter in a situation that may differ from what the state holds. */
export function failureIn(cluster: Cluster, pod: PodIndex, node: NodeIndex, situation: Situation): number {
  const shape = cluster.shapeOf(pod);
  const others = (cluster.nominations.get(node) ?? []).filter(
    (other) => other !== pod && cluster.pods.nodeOf(other) < 0 && cluster.shapeOf(other).priority >= shape.priority,
  );
  if (others.length > 0) {
    const extra = situation.overlay.extra.slice();
    const { ports } = cluster.nodes;
    const before = ports[node] ?? [];
    for (const other of others) {
      cluster.place(other, node);
      addQuirk(shape, cluster.shapeOf(other), extra, 1);
    }
    const failure = allFilters(cluster, shape, node, { state: situation.state, overlay: { node, extra } });
    for (const other of others.reverse()) cluster.unplace(other);
    ports[node] = before;
    if (failure !== FITS) return failure;
  }
  return allFilters(cluster, shape, node, situation);
}

/** A pod that an empty selector matches is counted when it is moved, though not when it is there. */
export function addQuirk(shape: Shape, moved: Shape, extra: Int32Array, sign: 1 | -1): void {
  if (moved.namespace !== shape.namespace) return;
  shape.hardSpread.forEach(({ counts }, index) => {
    if (!counts) extra[index] = (extra[index] as number) + sign;
  });
}

function allFilters(cluster: Cluster, shape: Shape, node: NodeIndex, { state, overlay }: Situation): number {
  const { nodes } = cluster;
  let failure = staticFailure(shape, node, nodes);
  if (failure === FITS) failure = dynamicFailure(shape, node, nodes);
  if (failure === FITS) failure = cluster.volumeFailure(shape, node);
  if (failure === FITS) failure = crossFailureWith(shape, node, state, overlay);
  return cluster.lateFailure(shape, node, failure);
}
