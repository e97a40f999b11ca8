/**
 * All counters of a state, each with who is in it. A counter that comes later finds the shapes that are there, a shape
 * that comes later finds the counters.
 */
import type { PodTable } from './pod-table.ts';
import { Counter, DomainCount, Inclusion } from './counters.ts';
import { AskedIndex, AskingIndex } from './label-pairs.ts';
import type { NodeTable } from './node-table.ts';
import type { Shape } from './shape.ts';
import type { Matcher } from './terms.ts';
import type { NodeIndex } from './cluster-state.ts';

interface Known {
  readonly counter: Counter;
  readonly domains: Map<string, DomainCount>;
}

/** A counter of pods that match. */
interface Matching {
  readonly matcher: Matcher;
  readonly counter: Counter;
}

/** A term that running pods have, asked about shapes that come. */
interface TermOfOthers {
  readonly matcher: Matcher;
  readonly apply: (shape: Shape) => void;
}

export class Registry {
  readonly #nodes: NodeTable;
  readonly #pods: PodTable;
  readonly #shapes: readonly Shape[];
  readonly #byKey = new Map<string, Known>();
  readonly #inclusions = new Map<string, Inclusion>();
  readonly #matching = new AskingIndex<Matching>();
  readonly #terms = new AskingIndex<TermOfOthers>();
  readonly #knownTerms = new Set<string>();
  readonly #byLabels = new AskedIndex<Shape>();

  constructor(nodes: NodeTable, pods: PodTable, shapes: readonly Shape[]) {
    this.#nodes = nodes;
    this.#pods = pods;
    this.#shapes = shapes;
  }

  /** Nodes that take part, by a key that says why. */
  inclusion(key: string, judge: (node: NodeIndex) => boolean, followsTaints: boolean): Inclusion {
    const known = this.#inclusions.get(key);
    if (known !== undefined) return known;
    const inclusion = new Inclusion(this.#nodes.capacity, judge, followsTaints);
    for (let node = 0; node < this.#nodes.count; node += 1) inclusion.refresh(node, this.#nodes.exists[node] === 1);
    this.#inclusions.set(key, inclusion);
    return inclusion;
  }

  /** All nodes whose objects are there. */
  everyNode(): Inclusion {
    return this.inclusion('every', () => true, false);
  }

  /** Pods that match. */
  matching(matcher: Matcher, terminatingCount: boolean): Known {
    const key = `${terminatingCount} ${matcher.key}`;
    const known = this.#byKey.get(key);
    if (known !== undefined) return known;
    const made = this.#make(key, terminatingCount);
    const { counter } = made;
    this.#matching.add({ matcher, counter }, matcher);
    const members = new Set<number>();
    this.#byLabels.visit(matcher, (shape) => {
      if (!matcher.matches(shape)) return;
      enrol(shape, counter);
      members.add(shape.index);
    });
    if (members.size > 0) this.#countPlaced(counter, members);
    return made;
  }

  /** Pods that have a term, once for each time; it is asked for before the first of them joins. */
  having(key: string): Known {
    return this.#byKey.get(key) ?? this.#make(key, true);
  }

  /** The sums of a counter over the domains of a key. */
  domains(known: Known, topologyKey: string, inclusion: { readonly key: string; readonly of: Inclusion }): DomainCount {
    const key = `${topologyKey} ${inclusion.key}`;
    const made = known.domains.get(key);
    if (made !== undefined) return made;
    const present = inclusion.of.domainsOf(this.#nodes.topology(topologyKey), this.#nodes.count);
    const count = new DomainCount(present, inclusion.of, known.counter);
    known.counter.domains.push(count);
    known.domains.set(key, count);
    return count;
  }

  /** Tells every shape, those to come too, of a term that some pods have. */
  termOfOthers(key: string, matcher: Matcher, apply: (shape: Shape) => void): void {
    if (this.#knownTerms.has(key)) return;
    this.#knownTerms.add(key);
    this.#terms.add({ matcher, apply }, matcher);
    this.#byLabels.visit(matcher, (shape) => {
      if (matcher.matches(shape)) apply(shape);
    });
  }

  /** A new shape joins the counters and hears of the terms. */
  join(shape: Shape): void {
    this.#matching.visit(shape, ({ matcher, counter }) => {
      if (matcher.matches(shape)) enrol(shape, counter);
    });
    for (const key of shape.terms) enrol(shape, this.having(key).counter);
    this.#terms.visit(shape, ({ matcher, apply }) => {
      if (matcher.matches(shape)) apply(shape);
    });
    this.#byLabels.add(shape);
  }

  nodeChanged(node: NodeIndex, what: 'taints' | 'existence'): void {
    const exists = this.#nodes.exists[node] === 1;
    for (const inclusion of this.#inclusions.values()) {
      if (what === 'taints' && !inclusion.followsTaints) continue;
      const sign = inclusion.refresh(node, exists);
      if (sign !== 0) this.#movePods(node, inclusion, sign);
    }
  }

  /** The pods of a node that joins or leaves come into the counts or go out of them. */
  #movePods(node: NodeIndex, inclusion: Inclusion, sign: 1 | -1): void {
    const counters = new Set<Counter>();
    for (let pod = this.#nodes.firstPod[node] as number; pod >= 0; pod = this.#pods.next[pod] as number)
      for (const counter of (this.#shapes[this.#pods.shape[pod] as number] as Shape).counters) counters.add(counter);
    for (const { domains } of counters)
      for (const count of domains) if (count.inclusion === inclusion) count.include(node, sign);
  }

  /** All counts by the key of their counter: equal states have equal ones. */
  counts(): Readonly<Record<string, { readonly perNode: readonly number[]; readonly domains: readonly number[][] }>> {
    const all = [...this.#byKey].map(([key, { counter, domains }]) => [
      key,
      {
        perNode: trimmed(counter.perNode.asTable(this.#nodes.count)),
        domains: [...domains.values()].map(({ counts, total, domains: present, topology }) => [
          total,
          present,
          ...trimmed(counts.asTable(topology.values.length)),
        ]),
      },
    ]);
    return Object.fromEntries(all) as ReturnType<Registry['counts']>;
  }

  grow(capacity: number): void {
    for (const inclusion of this.#inclusions.values()) inclusion.grow(capacity);
  }

  #make(key: string, terminatingCount: boolean): Known {
    const known: Known = { counter: new Counter(this.#nodes.capacity, terminatingCount), domains: new Map() };
    this.#byKey.set(key, known);
    return known;
  }

  /** Pods that were placed before the counter came. */
  #countPlaced(counter: Counter, members: ReadonlySet<number>): void {
    if (this.#nodes.placed === 0) return;
    const { count, shape, node } = this.#pods;
    for (let pod = 0; pod < count; pod += 1) {
      const on = node[pod] as number;
      if (on < 0 || !members.has(shape[pod] as number) || !this.#pods.lives(pod)) continue;
      if (counter.terminatingCount || !this.#pods.isTerminating(pod)) counter.add(on, 1);
    }
  }
}

function enrol(shape: Shape, counter: Counter): void {
  shape.counters.push(counter);
  if (!counter.terminatingCount) shape.activeCounters.push(counter);
}

/** Without the zeros at the end, which only tell how far the table has grown. */
function trimmed(counts: Int32Array): readonly number[] {
  const last = counts.findLastIndex((count) => count !== 0);
  return [...counts.subarray(0, last + 1)];
}
