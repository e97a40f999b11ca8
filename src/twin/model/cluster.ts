/**
 * The tables behind a state and the moves on them, without a log: every move has its exact inverse here, and
 * `logged-state.ts` writes down which was made.
 */
import type { World, WorldNode, WorldPod } from '../../inventory/world.ts';
import type { HostPort } from '../../kubernetes/feasibility.ts';
import type { Taint } from '../../kubernetes/tolerations.ts';
import { DECLARED_FEATURES, FITS } from '../scheduler/failures.ts';
import { BudgetTable } from './budget-table.ts';
import type { NodeIndex, PodIndex } from './cluster-state.ts';
import type { Counter } from './counters.ts';
import { ImageTable } from './image-table.ts';
import { NodeClasses } from './node-classes.ts';
import { NodeTable } from './node-table.ts';
import { PodTable } from './pod-table.ts';
import { Registry } from './registry.ts';
import type { Amounts, Shape } from './shape.ts';
import type { VolumeSettings } from './volume-table.ts';
import { VolumeTable } from './volume-table.ts';

export class Cluster {
  readonly nodes: NodeTable;
  readonly pods: PodTable;
  readonly shapes: Shape[] = [];
  readonly registry: Registry;
  readonly classes: NodeClasses;
  readonly images: ImageTable;
  readonly volumes: VolumeTable;
  /** Taints of effect PreferNoSchedule on nodes that are there. */
  preferNoScheduleTaints = 0;
  /** Pods nominated to a node, by node. */
  readonly nominations = new Map<NodeIndex, PodIndex[]>();

  readonly budgets: BudgetTable;
  /** Whether the scheduler has the filter NodeDeclaredFeatures. */
  readsDeclaredFeatures = true;
  /** Pods of the world by number; undefined for those that controllers made. */
  readonly worldPods: (WorldPod | undefined)[] = [];
  readonly #byClass: boolean[] = [];
  /** Priorities that shapes have; preemption needs a lower one than the pod's. */
  #lowestPriority = Number.POSITIVE_INFINITY;

  constructor(world: World, capacity: { readonly nodes: number; readonly pods: number }, settings: VolumeSettings) {
    this.nodes = new NodeTable(capacity.nodes);
    this.pods = new PodTable(capacity.pods);
    this.registry = new Registry(this.nodes, this.pods, this.shapes);
    this.classes = new NodeClasses(this.nodes);
    this.images = new ImageTable(this.nodes);
    this.volumes = new VolumeTable(world, this, settings);
    this.budgets = new BudgetTable(world.budgets);
  }

  /** Takes a compiled shape into the list and the counters. */
  addShape(shape: Shape): void {
    this.registry.join(shape);
    this.#byClass.push(this.classes.learn(shape));
    this.shapes.push(shape);
    if (shape.priority < this.#lowestPriority) this.#lowestPriority = shape.priority;
  }

  /** Whether the class of a node decides what the shape's selection says of it. */
  followsClasses(shape: Shape): boolean {
    return this.#byClass[shape.index] === true;
  }

  hasLowerPriority(priority: number): boolean {
    return this.#lowestPriority < priority;
  }

  /** Being deleted to make room for another. */
  isVictim(pod: PodIndex): boolean {
    return this.pods.isTerminating(pod) && (this.pods.victim[pod] as number) === 1;
  }

  budgetViolations(ordered: readonly PodIndex[]): ReturnType<BudgetTable['split']> {
    return this.budgets.split(ordered, {
      shapeOf: (pod) => this.shapeOf(pod),
      nameOf: (pod) => this.worldPods[pod]?.name,
    });
  }

  shapeOf(pod: PodIndex): Shape {
    return this.shapes[this.pods.shape[pod] as number] as Shape;
  }

  nominatedOn(node: NodeIndex): number {
    return this.nominations.size === 0 ? 0 : (this.nominations.get(node)?.length ?? 0);
  }

  /** Filters of the volume plugins; FITS for pods without volumes. */
  volumeFailure(shape: Shape, node: NodeIndex): number {
    return shape.volumes === undefined ? FITS : this.volumes.failure(shape, node);
  }

  /** NodeDeclaredFeatures, the last filter. */
  lateFailure(shape: Shape, node: NodeIndex, soFar: number): number {
    if (soFar !== FITS || shape.spec.neededFeatures.length === 0 || !this.readsDeclaredFeatures) return soFar;
    const declared = this.nodes.sources[node]?.declaredFeatures ?? [];
    return shape.spec.neededFeatures.every((feature) => declared.includes(feature)) ? FITS : DECLARED_FEATURES;
  }

  /** The pod takes its room on the node; it is in the node's list already. */
  occupy(pod: PodIndex, node: NodeIndex): void {
    this.#count(pod, node, 1);
  }

  /** The inverse of `occupy`. */
  vacate(pod: PodIndex, node: NodeIndex): void {
    this.#count(pod, node, -1);
  }

  #count(pod: PodIndex, node: NodeIndex, sign: 1 | -1): void {
    const shape = this.shapeOf(pod);
    const { nodes } = this;
    addAmounts(nodes.requested, shape.placed, node, sign);
    nodes.nonZeroCpu[node] = (nodes.nonZeroCpu[node] as number) + sign * shape.placedNonZeroCpu;
    nodes.nonZeroMemory[node] = (nodes.nonZeroMemory[node] as number) + sign * shape.placedNonZeroMemory;
    if (shape.hostPorts.length > 0) nodes.ports[node] = portsAfter(nodes.ports[node] ?? [], shape.hostPorts, sign);
    if (shape.volumes !== undefined) this.volumes.count(shape, node, sign);
    const counters = this.pods.isTerminating(pod) ? undefined : shape.activeCounters;
    for (let index = 0; index < shape.counters.length; index += 1) {
      const counter = shape.counters[index] as Counter;
      if (counter.terminatingCount || counters !== undefined) counter.add(node, sign);
    }
    nodes.touch(node);
  }

  place(pod: PodIndex, node: NodeIndex): void {
    this.pods.node[pod] = node;
    this.nodes.append(node, pod, this.pods);
    this.occupy(pod, node);
  }

  /** The inverse of `place`, and what removal does; its links keep the place in the list. */
  unplace(pod: PodIndex): void {
    const node = this.pods.nodeOf(pod);
    this.nodes.unlink(node, pod, this.pods);
    this.vacate(pod, node);
    this.pods.node[pod] = -1;
  }

  /** The inverse of `unplace`, to the very place in the list. */
  replace(pod: PodIndex, node: NodeIndex): void {
    this.pods.node[pod] = node;
    this.nodes.relink(node, pod, this.pods);
    this.occupy(pod, node);
  }

  setTerminating(pod: PodIndex, terminating: boolean): void {
    if (this.pods.isTerminating(pod) === terminating) return;
    this.pods.setTerminating(pod, terminating);
    const node = this.pods.nodeOf(pod);
    if (node < 0) return;
    const sign = terminating ? -1 : 1;
    for (const counter of this.shapeOf(pod).activeCounters) counter.add(node, sign);
  }

  addNode(source: WorldNode): NodeIndex {
    const node = this.nodes.add(source);
    this.classes.forget(node);
    this.images.addNode(node);
    this.preferNoScheduleTaints += preferences(source.taints);
    this.registry.nodeChanged(node, 'existence');
    this.#imagesMoved();
    return node;
  }

  /** The inverse of `addNode` for the node that came last. */
  dropNode(previousOfName: NodeIndex | undefined): void {
    const node = this.nodes.count - 1;
    if (this.nodes.exists[node] === 1) this.#leave(node);
    this.nodes.dropLast(previousOfName);
    this.#imagesMoved();
  }

  /** Whether the Node object is there; pods of a node without one count nowhere. */
  setExists(node: NodeIndex, exists: boolean): void {
    if ((this.nodes.exists[node] === 1) === exists) return;
    if (exists) {
      this.nodes.setExists(node, true);
      this.images.addNode(node);
      this.preferNoScheduleTaints += preferences(this.nodes.taints[node] ?? []);
      this.registry.nodeChanged(node, 'existence');
    } else {
      this.#leave(node);
    }
    this.#imagesMoved();
  }

  #leave(node: NodeIndex): void {
    this.nodes.setExists(node, false);
    this.images.removeNode(node);
    this.preferNoScheduleTaints -= preferences(this.nodes.taints[node] ?? []);
    this.registry.nodeChanged(node, 'existence');
  }

  /** Scores of images follow the number of nodes. */
  #imagesMoved(): void {
    if (this.images.empty) return;
    for (let node = 0; node < this.nodes.count; node += 1) this.nodes.touch(node);
  }

  setTaints(node: NodeIndex, taints: readonly Taint[]): void {
    if (this.nodes.exists[node] === 1)
      this.preferNoScheduleTaints += preferences(taints) - preferences(this.nodes.taints[node] ?? []);
    this.nodes.taints[node] = taints;
    this.#changed(node);
    this.registry.nodeChanged(node, 'taints');
  }

  setUnschedulable(node: NodeIndex, unschedulable: number): void {
    this.nodes.unschedulable[node] = unschedulable;
    this.#changed(node);
  }

  /** What its object says is another. */
  #changed(node: NodeIndex): void {
    this.classes.forget(node);
    this.nodes.touch(node);
  }

  nominate(pod: PodIndex, node: NodeIndex): void {
    const before = this.pods.nominated[pod] as number;
    if (before >= 0) {
      const left = (this.nominations.get(before) ?? []).filter((one) => one !== pod);
      if (left.length === 0) this.nominations.delete(before);
      else this.nominations.set(before, left);
    }
    this.pods.nominated[pod] = node;
    if (node < 0) return;
    this.nominations.set(
      node,
      [...(this.nominations.get(node) ?? []), pod].sort((a, b) => a - b),
    );
  }

  grow(capacity: number): void {
    this.nodes.grow(capacity);
    this.registry.grow(capacity);
    this.classes.grow(capacity);
    this.volumes.grow(capacity);
  }
}

function addAmounts(
  table: readonly Float64Array[],
  { columns, amounts }: Amounts,
  node: NodeIndex,
  sign: 1 | -1,
): void {
  for (let index = 0; index < columns.length; index += 1) {
    const column = table[columns[index] as number] as Float64Array;
    column[node] = (column[node] as number) + sign * (amounts[index] as number);
  }
}

function preferences(taints: readonly Taint[]): number {
  let count = 0;
  for (const { effect } of taints) if (effect === 'PreferNoSchedule') count += 1;
  return count;
}

/**
 * Ports of a node are a set: when one of two pods with the same port leaves, the port is free, as in the scheduler's cache
 * (framework/types.go, HostPortInfo). Whoever takes a move back restores the list that was there.
 */
function portsAfter(taken: readonly HostPort[], own: readonly HostPort[], sign: 1 | -1): readonly HostPort[] {
  const others = taken.filter((port) => !own.some((one) => samePort(one, port)));
  if (sign < 0) return others;
  const distinct = own.filter((port, place) => own.findIndex((one) => samePort(one, port)) === place);
  return [...others, ...distinct];
}

function samePort(a: HostPort, b: HostPort): boolean {
  return a.port === b.port && a.protocol === b.protocol && a.ip === b.ip;
}
