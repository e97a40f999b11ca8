/**
 * Scores that one pod and one node decide alone, 0 to 100, in whole numbers as the scheduler computes them. After
 * Kubernetes v1.36.3 plugins/noderesources (least_allocated.go, balanced_allocation.go), imagelocality, tainttoleration,
 * nodeaffinity.
 */
import { termMatches } from '../../kubernetes/selectors.ts';
import { tolerates } from '../../kubernetes/tolerations.ts';
import type { ImageTable } from '../model/image-table.ts';
import type { NodeIndex } from '../model/cluster-state.ts';
import type { NodeTable } from '../model/node-table.ts';
import { CPU, MEMORY } from '../model/node-table.ts';
import type { Shape } from '../model/shape.ts';

export const MAX_SCORE = 100;

/** NodeResourcesFit with LeastAllocated over cpu and memory, both of weight 1. */
export function leastAllocated(shape: Shape, node: NodeIndex, nodes: NodeTable): number {
  const cpu = (nodes.allocatable[CPU] as Float64Array)[node] as number;
  const memory = (nodes.allocatable[MEMORY] as Float64Array)[node] as number;
  let score = 0;
  let weights = 0;
  if (cpu !== 0) {
    score += unused((nodes.nonZeroCpu[node] as number) + shape.nonZeroCpu, cpu);
    weights += 1;
  }
  if (memory !== 0) {
    score += unused((nodes.nonZeroMemory[node] as number) + shape.nonZeroMemory, memory);
    weights += 1;
  }
  return weights === 0 ? 0 : Math.trunc(score / weights);
}

function unused(requested: number, capacity: number): number {
  return requested > capacity ? 0 : Math.trunc(((capacity - requested) * MAX_SCORE) / capacity);
}

/** True when BalancedAllocation leaves the pod alone: it asks for neither cpu nor memory. */
export function skipsBalance(shape: Shape): boolean {
  return shape.requestedCpu === 0 && shape.requestedMemory === 0;
}

/** NodeResourcesBalancedAllocation: how much evener the node gets, 50 to 100; before 1.36 how even it then is. */
export function balancedAllocation(shape: Shape, node: NodeIndex, nodes: NodeTable, scoresGain: boolean): number {
  const cpu = (nodes.allocatable[CPU] as Float64Array)[node] as number;
  const memory = (nodes.allocatable[MEMORY] as Float64Array)[node] as number;
  const usedCpu = (nodes.requested[CPU] as Float64Array)[node] as number;
  const usedMemory = (nodes.requested[MEMORY] as Float64Array)[node] as number;
  let with_ = MAX_SCORE;
  let without = MAX_SCORE;
  // With one of the two missing there is nothing to balance: the deviation is 0.
  if (cpu !== 0 && memory !== 0) {
    with_ = evenness((usedCpu + shape.requestedCpu) / cpu, (usedMemory + shape.requestedMemory) / memory);
    without = evenness(usedCpu / cpu, usedMemory / memory);
  }
  return scoresGain ? MAX_SCORE / 2 + Math.trunc((MAX_SCORE / 2 + with_ - without) / 2) : with_;
}

function evenness(cpu: number, memory: number): number {
  const deviation = Math.abs(((cpu > 1 ? 1 : cpu) - (memory > 1 ? 1 : memory)) / 2);
  return Math.trunc((1 - deviation) * MAX_SCORE);
}

const MEBIBYTE = 1024 * 1024;
const LEAST_IMAGE_BYTES = 23 * MEBIBYTE;
const MOST_IMAGE_BYTES = 1000 * MEBIBYTE;

/** ImageLocality: bytes of the pod's images that the node has, each by the share of nodes that have it. */
export function imageLocality(shape: Shape, node: NodeIndex, images: ImageTable): number {
  const sum = images.scaledBytes(shape.images, node);
  const most = MOST_IMAGE_BYTES * shape.containers;
  const clamped = Math.min(Math.max(sum, LEAST_IMAGE_BYTES), Math.max(most, LEAST_IMAGE_BYTES));
  return Math.trunc((MAX_SCORE * (clamped - LEAST_IMAGE_BYTES)) / (most - LEAST_IMAGE_BYTES));
}

/** TaintToleration before normalisation: PreferNoSchedule taints that the pod does not tolerate. */
export function unwantedTaints(shape: Shape, node: NodeIndex, nodes: NodeTable): number {
  let count = 0;
  for (const taint of nodes.taints[node] ?? []) {
    if (taint.effect !== 'PreferNoSchedule') continue;
    if (!shape.tolerations.some((toleration) => tolerates(toleration, taint))) count += 1;
  }
  return count;
}

/** NodeAffinity before normalisation: weights of the preferred terms that fit the node. */
export function preferredWeight(shape: Shape, node: NodeIndex, nodes: NodeTable): number {
  const source = nodes.sources[node];
  let sum = 0;
  if (source === undefined) return sum;
  for (const { weight, term } of shape.spec.preferredNodeTerms) if (termMatches(term, source)) sum += weight;
  return sum;
}
