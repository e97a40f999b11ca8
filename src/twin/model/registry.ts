/**
 * All counters of a state, each with who is in it. A counter that comes later finds the shapes that are there, a shape
 * that comes later finds the counters.
 */
import type { PodTable } from './pod-table.ts';
import { Counter, DomainCount, Inclusion } from './counters.ts';
import type { NodeTable } from './node-table.ts';
import type { Shape } from './shape.ts';
import type { Matcher } from './terms.ts';
import type { NodeIndex } from './cluster-state.ts';

interface Known {
  readonly counter: Counter;
  /** How many times a pod of the shape is in it. */
  readonly times: (shape: Shape) => number;
  readonly domains: Map<string, DomainCount>;
  readonly namespace: string | undefined;
}

/** A term that running pods have, asked about shapes that come. */
interface TermOfOthers {
  readonly matcher: Matcher;
  readonly apply: (shape: Shape) => void;
}

export class Registry {
  readonly #nodes: NodeTable;
  readonly #pods: PodTable;
  readonly #shapes: Shape[];
  readonly #byKey = new Map<string, Known>();
  readonly #inclusions = new Map<string, Inclusion>();
  readonly #inNamespace = new Map<string, Known[]>();
  readonly #anywhere: Known[] = [];
  readonly #terms = new Map<string, TermOfOthers>();

  constructor(nodes: NodeTable, pods: PodTable, shapes: Shape[]) {
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
    return this.#counter(`${terminatingCount} ${matcher.key}`, {
      terminatingCount,
      namespace: matcher.namespace,
      times: (shape) => (matcher.matches(shape) ? 1 : 0),
    });
  }

  /** Pods that have something; `times` says how often a shape has it. */
  having(key: string, times: (shape: Shape) => number): Known {
    return this.#counter(key, { terminatingCount: true, namespace: undefined, times });
  }

  /** The sums of a counter over the domains of a key. */
  domains(known: Known, topologyKey: string, inclusion: { readonly key: string; readonly of: Inclusion }): DomainCount {
    const key = `${topologyKey} ${inclusion.key}`;
    const made = known.domains.get(key);
    if (made !== undefined) return made;
    const count = new DomainCount(this.#nodes.topology(topologyKey), inclusion.of, known.counter);
    for (let node = 0; node < this.#nodes.count; node += 1)
      if (inclusion.of.included[node] === 1) count.include(node, 1);
    inclusion.of.counts.push(count);
    known.counter.domains.push(count);
    known.domains.set(key, count);
    return count;
  }

  /** Tells every shape, those to come too, of a term that some pods have. */
  termOfOthers(key: string, matcher: Matcher, apply: (shape: Shape) => void): void {
    if (this.#terms.has(key)) return;
    this.#terms.set(key, { matcher, apply });
    for (const shape of this.#shapes) if (matcher.matches(shape)) apply(shape);
  }

  /** A new shape joins the counters and hears of the terms; it must not be in the list of shapes yet. */
  join(shape: Shape): void {
    for (const known of [...(this.#inNamespace.get(shape.namespace) ?? []), ...this.#anywhere]) enrol(shape, known);
    for (const { matcher, apply } of this.#terms.values()) if (matcher.matches(shape)) apply(shape);
  }

  nodeChanged(node: NodeIndex, what: 'taints' | 'existence'): void {
    const exists = this.#nodes.exists[node] === 1;
    for (const inclusion of this.#inclusions.values())
      if (what === 'existence' || inclusion.followsTaints) inclusion.refresh(node, exists);
  }

  /** All counts by the key of their counter: equal states have equal ones. */
  counts(): Readonly<Record<string, { readonly perNode: readonly number[]; readonly domains: readonly number[][] }>> {
    const all = [...this.#byKey].map(([key, { counter, domains }]) => [
      key,
      {
        perNode: [...counter.perNode.subarray(0, this.#nodes.count)],
        domains: [...domains.values()].map(({ counts, total, domains: present }) => [
          total,
          present,
          ...trimmed(counts),
        ]),
      },
    ]);
    return Object.fromEntries(all) as ReturnType<Registry['counts']>;
  }

  grow(capacity: number): void {
    for (const inclusion of this.#inclusions.values()) inclusion.grow(capacity);
    for (const { counter } of this.#byKey.values()) counter.grow(capacity);
  }

  #counter(key: string, { terminatingCount, namespace, times }: Description): Known {
    const made = this.#byKey.get(key);
    if (made !== undefined) return made;
    const known: Known = {
      counter: new Counter(this.#nodes.capacity, terminatingCount),
      times,
      domains: new Map(),
      namespace,
    };
    this.#byKey.set(key, known);
    if (namespace === undefined) this.#anywhere.push(known);
    else pushTo(this.#inNamespace, namespace, known);
    for (const shape of this.#shapes) enrol(shape, known);
    this.#countPlaced(known);
    return known;
  }

  /** Pods that were placed before the counter came. */
  #countPlaced({ counter, times }: Known): void {
    const counted = this.#shapes.map((shape) => times(shape));
    if (!counted.some((amount) => amount > 0)) return;
    const { count, shape, node } = this.#pods;
    for (let pod = 0; pod < count; pod += 1) {
      const on = node[pod] as number;
      const amount = counted[shape[pod] as number] ?? 0;
      if (amount === 0 || on < 0 || !this.#pods.lives(pod)) continue;
      if (counter.terminatingCount || !this.#pods.isTerminating(pod)) counter.add(on, amount);
    }
  }
}

interface Description {
  readonly terminatingCount: boolean;
  readonly namespace: string | undefined;
  readonly times: (shape: Shape) => number;
}

function enrol(shape: Shape, { counter, times, namespace }: Known): void {
  if (namespace !== undefined && namespace !== shape.namespace) return;
  for (let left = times(shape); left > 0; left -= 1) {
    shape.counters.push(counter);
    if (!counter.terminatingCount) shape.activeCounters.push(counter);
  }
}

/** Without the zeros at the end, which only tell how far the table has grown. */
function trimmed(counts: Int32Array): readonly number[] {
  const last = counts.findLastIndex((count) => count !== 0);
  return [...counts.subarray(0, last + 1)];
}

function pushTo<T>(map: Map<string, T[]>, key: string, value: T): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}
