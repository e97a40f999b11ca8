/**
 * Pods counted where they are: per node and per domain, kept up to date by every move, so that spreading and affinity
 * are look-ups in place of walks over all pods.
 */
import type { NodeIndex } from './cluster-state.ts';
import { grown } from './grown.ts';
import type { Topology } from './topology.ts';

/** Which nodes take part in a count. */
export class Inclusion {
  /** 1 for nodes that take part. */
  included: Uint8Array;
  readonly counts: DomainCount[] = [];
  readonly #judge: (node: NodeIndex) => boolean;
  /** True when taints decide, so that a change of taints must ask again. */
  readonly followsTaints: boolean;

  constructor(capacity: number, judge: (node: NodeIndex) => boolean, followsTaints: boolean) {
    this.included = new Uint8Array(capacity);
    this.#judge = judge;
    this.followsTaints = followsTaints;
  }

  /** Asks again whether the node takes part and moves its pods in or out of the counts. */
  refresh(node: NodeIndex, exists: boolean): void {
    const now = exists && this.#judge(node) ? 1 : 0;
    if (this.included[node] === now) return;
    this.included[node] = now;
    for (const count of this.counts) count.include(node, now === 1 ? 1 : -1);
  }

  grow(capacity: number): void {
    this.included = grown(this.included, capacity);
  }
}

/** A counter summed over the domains of one topology key, over the nodes that take part. */
export class DomainCount {
  readonly topology: Topology;
  readonly inclusion: Inclusion;
  /** By domain. */
  counts = new Int32Array(8);
  /** Nodes that take part, by domain; a domain without any does not exist for this count. */
  nodesIn = new Int32Array(8);
  /** Domains with a node. */
  domains = 0;
  /** Sum of all domains. */
  total = 0;
  readonly #counter: Counter;

  constructor(topology: Topology, inclusion: Inclusion, counter: Counter) {
    this.topology = topology;
    this.inclusion = inclusion;
    this.#counter = counter;
  }

  /** The node joins (1) or leaves (-1) with the pods that are on it. */
  include(node: NodeIndex, sign: 1 | -1): void {
    const domain = this.topology.domainOf[node] as number;
    if (domain < 0) return;
    this.#reserve(domain);
    const pods = (this.#counter.perNode[node] as number) * sign;
    this.counts[domain] = (this.counts[domain] as number) + pods;
    this.total += pods;
    const before = this.nodesIn[domain] as number;
    this.nodesIn[domain] = before + sign;
    if (before === 0) this.domains += 1;
    else if (before + sign === 0) this.domains -= 1;
  }

  add(node: NodeIndex, amount: number): void {
    if (this.inclusion.included[node] === 0) return;
    const domain = this.topology.domainOf[node] as number;
    if (domain < 0) return;
    this.counts[domain] = (this.counts[domain] as number) + amount;
    this.total += amount;
  }

  /** The fewest pods of any domain that exists; `Infinity` when there is none. */
  least(): number {
    let least = Number.POSITIVE_INFINITY;
    const { counts, nodesIn } = this;
    const length = this.topology.values.length;
    for (let domain = 0; domain < length && domain < counts.length; domain += 1) {
      if ((nodesIn[domain] as number) > 0 && (counts[domain] as number) < least) least = counts[domain] as number;
    }
    return least;
  }

  /** The pods of the node's domain; 0 when it lacks the key. */
  at(node: NodeIndex): number {
    const domain = this.topology.domainOf[node] as number;
    return domain < 0 || domain >= this.counts.length ? 0 : (this.counts[domain] as number);
  }

  #reserve(domain: number): void {
    if (domain < this.counts.length) return;
    const capacity = Math.max(domain + 1, this.counts.length * 2);
    this.counts = grown(this.counts, capacity);
    this.nodesIn = grown(this.nodesIn, capacity);
  }
}

/** Pods of some description, per node, with their sums per domain. */
export class Counter {
  /** Whether pods that are being deleted count: affinity counts them, spreading does not. */
  readonly terminatingCount: boolean;
  perNode: Int32Array;
  readonly domains: DomainCount[] = [];

  constructor(capacity: number, terminatingCount: boolean) {
    this.terminatingCount = terminatingCount;
    this.perNode = new Int32Array(capacity);
  }

  add(node: NodeIndex, amount: number): void {
    this.perNode[node] = (this.perNode[node] as number) + amount;
    const { domains } = this;
    for (let index = 0; index < domains.length; index += 1) (domains[index] as DomainCount).add(node, amount);
  }

  grow(capacity: number): void {
    this.perNode = grown(this.perNode, capacity);
  }
}
