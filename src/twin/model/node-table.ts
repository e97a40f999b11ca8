/** Nodes as columns: what they have, what is taken, who is on them. */
import type { WorldNode } from '../../inventory/world.ts';
import type { HostPort } from '../../kubernetes/feasibility.ts';
import { UNSCHEDULABLE } from '../../kubernetes/tolerations.ts';
import type { Taint } from '../../kubernetes/tolerations.ts';
import type { NodeIndex, PodIndex } from './cluster-state.ts';
import { grown } from './grown.ts';
import { Topology } from './topology.ts';

export const CPU = 0;
export const MEMORY = 1;
export const EPHEMERAL_STORAGE = 2;

/** The taint that a cordon stands for: NodeUnschedulable asks whether the pod tolerates it. */
export const CORDON: Taint = { key: UNSCHEDULABLE, value: '', effect: 'NoSchedule' };

const NO_TAINTS: readonly Taint[] = [];
const NO_PORTS: readonly HostPort[] = [];

export class NodeTable {
  count = 0;
  capacity: number;
  /** Nodes whose objects are there. */
  present = 0;
  /** Pods that are on nodes. */
  placed = 0;
  readonly names: string[] = [];
  readonly sources: WorldNode[] = [];
  readonly taints: (readonly Taint[])[] = [];
  /** Ports that pods hold on the host, by node. */
  readonly ports: (readonly HostPort[])[] = [];
  exists: Uint8Array;
  unschedulable: Uint8Array;
  allowedPods: Int32Array;
  pods: Int32Array;
  /** By resource column. */
  readonly allocatable: Float64Array[] = [];
  readonly requested: Float64Array[] = [];
  /** Requests with 100m and 200Mi for containers that name none. */
  nonZeroCpu: Float64Array;
  nonZeroMemory: Float64Array;
  /** Counts up with every change of what is on the node; caches compare it. */
  version: Int32Array;
  /** The list of pods on each node. */
  firstPod: Int32Array;
  lastPod: Int32Array;
  readonly resourceNames: string[] = [];
  readonly #columns = new Map<string, number>();
  readonly #byName = new Map<string, NodeIndex>();
  readonly #topologies = new Map<string, Topology>();

  constructor(capacity: number) {
    this.capacity = capacity;
    this.exists = new Uint8Array(capacity);
    this.unschedulable = new Uint8Array(capacity);
    this.allowedPods = new Int32Array(capacity);
    this.pods = new Int32Array(capacity);
    this.nonZeroCpu = new Float64Array(capacity);
    this.nonZeroMemory = new Float64Array(capacity);
    this.version = new Int32Array(capacity).fill(1);
    this.firstPod = new Int32Array(capacity).fill(-1);
    this.lastPod = new Int32Array(capacity).fill(-1);
    for (const resource of ['cpu', 'memory', 'ephemeral-storage']) this.column(resource);
  }

  /** The column of a resource, made when it is new. */
  column(resource: string): number {
    const known = this.#columns.get(resource);
    if (known !== undefined) return known;
    const column = this.resourceNames.length;
    this.resourceNames.push(resource);
    this.#columns.set(resource, column);
    const has = new Float64Array(this.capacity);
    for (let node = 0; node < this.count; node += 1) has[node] = this.sources[node]?.allocatable[resource] ?? 0;
    this.allocatable.push(has);
    this.requested.push(new Float64Array(this.capacity));
    return column;
  }

  topology(key: string): Topology {
    const known = this.#topologies.get(key);
    if (known !== undefined) return known;
    const topology = new Topology(key, this.capacity);
    for (let node = 0; node < this.count; node += 1) {
      const source = this.sources[node];
      if (source !== undefined) topology.addNode(node, source.labels);
    }
    this.#topologies.set(key, topology);
    return topology;
  }

  named(name: string): NodeIndex | undefined {
    return this.#byName.get(name);
  }

  /** Appends a node; the table must have room. */
  add(source: WorldNode): NodeIndex {
    const node = this.count;
    this.count += 1;
    this.present += 1;
    this.names[node] = source.name;
    this.sources[node] = source;
    this.taints[node] = source.taints.length === 0 ? NO_TAINTS : source.taints;
    this.ports[node] = NO_PORTS;
    this.exists[node] = 1;
    this.unschedulable[node] = source.unschedulable ? 1 : 0;
    this.allowedPods[node] = source.allocatable['pods'] ?? 0;
    for (let column = 0; column < this.resourceNames.length; column += 1) {
      (this.allocatable[column] as Float64Array)[node] = source.allocatable[this.resourceNames[column] ?? ''] ?? 0;
    }
    this.#byName.set(source.name, node);
    for (const topology of this.#topologies.values()) topology.addNode(node, source.labels);
    this.touch(node);
    return node;
  }

  /** Takes the last node back, as if it had never been added. */
  dropLast(previousOfName: NodeIndex | undefined): void {
    const node = this.count - 1;
    const name = this.names[node] ?? '';
    for (const topology of this.#topologies.values()) topology.forgetNode(node);
    if (previousOfName === undefined) this.#byName.delete(name);
    else this.#byName.set(name, previousOfName);
    if (this.exists[node] === 1) this.present -= 1;
    this.exists[node] = 0;
    this.count = node;
    this.names.length = node;
    this.sources.length = node;
    this.taints.length = node;
    this.ports.length = node;
    this.touch(node);
  }

  setExists(node: NodeIndex, exists: boolean): void {
    this.exists[node] = exists ? 1 : 0;
    this.present += exists ? 1 : -1;
    this.touch(node);
  }

  touch(node: NodeIndex): void {
    this.version[node] = (this.version[node] as number) + 1;
  }

  grow(capacity: number): void {
    this.capacity = capacity;
    this.exists = grown(this.exists, capacity);
    this.unschedulable = grown(this.unschedulable, capacity);
    this.allowedPods = grown(this.allowedPods, capacity);
    this.pods = grown(this.pods, capacity);
    this.nonZeroCpu = grown(this.nonZeroCpu, capacity);
    this.nonZeroMemory = grown(this.nonZeroMemory, capacity);
    this.version = grown(this.version, capacity, 1);
    this.firstPod = grown(this.firstPod, capacity, -1);
    this.lastPod = grown(this.lastPod, capacity, -1);
    for (let column = 0; column < this.allocatable.length; column += 1) {
      this.allocatable[column] = grown(this.allocatable[column] as Float64Array, capacity);
      this.requested[column] = grown(this.requested[column] as Float64Array, capacity);
    }
    for (const topology of this.#topologies.values()) topology.grow(capacity);
  }

  /** Puts a pod at the end of the node's list. */
  append(node: NodeIndex, pod: PodIndex, links: PodLinks): void {
    const last = this.lastPod[node] as number;
    links.previous[pod] = last;
    links.next[pod] = -1;
    if (last === -1) this.firstPod[node] = pod;
    else links.next[last] = pod;
    this.lastPod[node] = pod;
    this.pods[node] = (this.pods[node] as number) + 1;
    this.placed += 1;
  }

  /**
   * Takes a pod out of the node's list; the last one takes its place, as in the scheduler's cache (framework/types.go,
   * removeFromSlice), where the order decides among equal victims. The pod's own links keep its place for `relink`.
   */
  unlink(node: NodeIndex, pod: PodIndex, links: PodLinks): void {
    this.pods[node] = (this.pods[node] as number) - 1;
    this.placed -= 1;
    const last = this.lastPod[node] as number;
    const beforeLast = links.previous[last] as number;
    this.lastPod[node] = beforeLast;
    if (beforeLast === -1) this.firstPod[node] = -1;
    else links.next[beforeLast] = -1;
    if (last === pod) return;
    this.#stand(node, last, links.previous[pod] as number, links);
    // The pod may have been the last but one: then nothing comes after the one that took its place.
    const next = beforeLast === pod ? -1 : (links.next[pod] as number);
    links.next[last] = next;
    if (next === -1) this.lastPod[node] = last;
    else links.previous[next] = last;
    if (beforeLast === pod) links.next[pod] = last;
  }

  /** Puts a pod back where `unlink` took it from; only in the reverse order of the moves. */
  relink(node: NodeIndex, pod: PodIndex, links: PodLinks): void {
    const previous = links.previous[pod] as number;
    const wasLast = links.next[pod] === -1;
    const stands = previous === -1 ? (this.firstPod[node] as number) : (links.next[previous] as number);
    if (wasLast || stands === -1) {
      this.append(node, pod, links);
      return;
    }
    const next = links.next[stands] as number;
    this.#stand(node, pod, previous, links);
    links.next[pod] = next;
    if (next === -1) this.lastPod[node] = pod;
    else links.previous[next] = pod;
    this.append(node, stands, links);
  }

  /** The pod comes after `previous`, or first. */
  #stand(node: NodeIndex, pod: PodIndex, previous: number, links: PodLinks): void {
    links.previous[pod] = previous;
    if (previous === -1) this.firstPod[node] = pod;
    else links.next[previous] = pod;
  }
}

/** The lists of pods on nodes, by pod. */
export interface PodLinks {
  next: Int32Array;
  previous: Int32Array;
}
