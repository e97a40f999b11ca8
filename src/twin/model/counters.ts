/**
 * Pods counted where they are: per node and per domain, kept up to date by every move, so that spreading and affinity
 * are look-ups in place of walks over all pods. There are as many counts as workloads, so that none may cost more than the
 * pods that are in it: neither memory, nor the time that a node takes to come or go.
 */
import type { NodeIndex } from './cluster-state.ts';
import { grown } from './grown.ts';
import { SparseCounts } from './sparse-counts.ts';
import type { Topology } from './topology.ts';

/** Which nodes take part in a count. */
export class Inclusion {
  /** 1 for nodes that take part. */
  included: Uint8Array;
  readonly #domains = new Map<Topology, PresentDomains>();
  readonly #judge: (node: NodeIndex) => boolean;
  /** True when taints decide, so that a change of taints must ask again. */
  readonly followsTaints: boolean;

  constructor(capacity: number, judge: (node: NodeIndex) => boolean, followsTaints: boolean) {
    this.included = new Uint8Array(capacity);
    this.#judge = judge;
    this.followsTaints = followsTaints;
  }

  /** Asks again whether the node takes part: 1 when it joins, -1 when it leaves. Its pods are for the caller to move. */
  refresh(node: NodeIndex, exists: boolean): 1 | 0 | -1 {
    const now = exists && this.#judge(node) ? 1 : 0;
    if (this.included[node] === now) return 0;
    this.included[node] = now;
    const sign = now === 1 ? 1 : -1;
    for (const domains of this.#domains.values()) domains.include(node, sign);
    return sign;
  }

  /** The domains of a topology that its nodes make: one for all counts over both. */
  domainsOf(topology: Topology, nodes: number): PresentDomains {
    const known = this.#domains.get(topology);
    if (known !== undefined) return known;
    const made = new PresentDomains(topology);
    for (let node = 0; node < nodes; node += 1) if (this.included[node] === 1) made.include(node, 1);
    this.#domains.set(topology, made);
    return made;
  }

  grow(capacity: number): void {
    this.included = grown(this.included, capacity);
  }
}

/** The domains of one topology in which nodes take part; without any a domain does not exist. */
export class PresentDomains {
  readonly topology: Topology;
  /** Nodes that take part, by domain. */
  nodesIn = new Int32Array(8);
  /** Domains with a node. */
  count = 0;

  constructor(topology: Topology) {
    this.topology = topology;
  }

  /** The node joins (1) or leaves (-1). */
  include(node: NodeIndex, sign: 1 | -1): void {
    const domain = this.topology.domainOf[node] as number;
    if (domain < 0) return;
    if (domain >= this.nodesIn.length)
      this.nodesIn = grown(this.nodesIn, Math.max(domain + 1, this.nodesIn.length * 2));
    const before = this.nodesIn[domain] as number;
    this.nodesIn[domain] = before + sign;
    if (before === 0) this.count += 1;
    else if (before + sign === 0) this.count -= 1;
  }

  has(domain: number): boolean {
    return domain < this.nodesIn.length && (this.nodesIn[domain] as number) > 0;
  }
}

/** A counter summed over the domains of one topology key, over the nodes that take part. */
export class DomainCount {
  readonly topology: Topology;
  readonly inclusion: Inclusion;
  readonly present: PresentDomains;
  /** By domain. */
  readonly counts: SparseCounts;
  /** Sum of all domains. */
  total = 0;
  readonly #counter: Counter;

  constructor(present: PresentDomains, inclusion: Inclusion, counter: Counter) {
    this.topology = present.topology;
    this.present = present;
    this.inclusion = inclusion;
    this.#counter = counter;
    this.counts = new SparseCounts(present.topology.values.length);
    counter.perNode.forEach((node, amount) => this.add(node, amount));
  }

  /** Domains with a node. */
  get domains(): number {
    return this.present.count;
  }

  /** The node joins (1) or leaves (-1) with the pods that are on it. */
  include(node: NodeIndex, sign: 1 | -1): void {
    this.#add(node, this.#counter.perNode.at(node) * sign);
  }

  add(node: NodeIndex, amount: number): void {
    if (this.inclusion.included[node] === 1) this.#add(node, amount);
  }

  #add(node: NodeIndex, amount: number): void {
    const domain = this.topology.domainOf[node] as number;
    if (domain < 0) return;
    this.counts.add(domain, amount);
    this.total += amount;
  }

  /** The fewest pods of any domain that exists; `Infinity` when there is none. */
  least(): number {
    const { present, counts } = this;
    let least = Number.POSITIVE_INFINITY;
    let counted = 0;
    counts.forEach((domain, amount) => {
      if (!present.has(domain)) return;
      counted += 1;
      if (amount < least) least = amount;
    });
    return counted < present.count ? Math.min(0, least) : least;
  }

  /** The pods of the node's domain; 0 when it lacks the key. */
  at(node: NodeIndex): number {
    const domain = this.topology.domainOf[node] as number;
    return domain < 0 ? 0 : this.counts.at(domain);
  }
}

/** Pods of some description, per node, with their sums per domain. */
export class Counter {
  /** Whether pods that are being deleted count: affinity counts them, spreading does not. */
  readonly terminatingCount: boolean;
  readonly perNode: SparseCounts;
  readonly domains: DomainCount[] = [];

  constructor(capacity: number, terminatingCount: boolean) {
    this.perNode = new SparseCounts(capacity);
    this.terminatingCount = terminatingCount;
  }

  add(node: NodeIndex, amount: number): void {
    this.perNode.add(node, amount);
    const { domains } = this;
    for (let index = 0; index < domains.length; index += 1) (domains[index] as DomainCount).add(node, amount);
  }
}
