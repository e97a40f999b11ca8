/**
 * Nodes that no selector, taint or cordon tells apart are of one class: what a pod's selection says of one holds for all.
 * A cluster of 5,000 nodes has a few dozen classes, so a new shape is judged in no time. Selections that name single nodes
 * (by hostname, by name) would make every node a class of its own; their shapes are judged node by node.
 */
import { NO_LABELS } from '../../kubernetes/objects.ts';
import { grown } from './grown.ts';
import type { NodeTable } from './node-table.ts';
import type { Shape } from './shape.ts';

const UNKNOWN = -1;
/** A label with more values than this tells single nodes apart. */
const MOST_VALUES = 128;

export class NodeClasses {
  /** Classes so far. */
  count = 0;
  /** Counts up when a new key tells nodes apart: classes that were asked for before then mean nothing. */
  generation = 0;
  #classOf: Int32Array;
  readonly #nodes: NodeTable;
  readonly #byKey = new Map<string, number>();
  /** Labels that selectors of shapes name, but for those that tell single nodes apart. */
  readonly #keys = new Set<string>();
  readonly #singling = new Map<string, boolean>();

  constructor(nodes: NodeTable) {
    this.#nodes = nodes;
    this.#classOf = new Int32Array(nodes.capacity).fill(UNKNOWN);
  }

  /** Learns which labels the shape's selection reads. False when it tells single nodes apart: classes say nothing then. */
  learn({ spec }: Pick<Shape, 'spec'>): boolean {
    const terms = [...(spec.requiredNodeTerms ?? []), ...spec.preferredNodeTerms.map(({ term }) => term)];
    const keys = [...Object.keys(spec.nodeSelector), ...terms.flatMap(({ labels }) => labels.map(({ key }) => key))];
    if (terms.some(({ fields }) => fields.length > 0) || keys.some((key) => this.#singlesOut(key))) return false;
    const before = this.#keys.size;
    for (const key of keys) this.#keys.add(key);
    if (this.#keys.size > before) {
      this.generation += 1;
      this.count = 0;
      this.#byKey.clear();
      this.#classOf.fill(UNKNOWN);
    }
    return true;
  }

  of(node: number): number {
    const known = this.#classOf[node] as number;
    if (known !== UNKNOWN) return known;
    const key = this.#keyOf(node);
    let found = this.#byKey.get(key);
    if (found === undefined) {
      found = this.count;
      this.count += 1;
      this.#byKey.set(key, found);
    }
    this.#classOf[node] = found;
    return found;
  }

  /** The node's taints or cordon changed, or it is another node now. */
  forget(node: number): void {
    this.#classOf[node] = UNKNOWN;
  }

  grow(capacity: number): void {
    this.#classOf = grown(this.#classOf, capacity, UNKNOWN);
  }

  #singlesOut(key: string): boolean {
    const known = this.#singling.get(key);
    if (known !== undefined) return known;
    const values = new Set<string | undefined>();
    for (let node = 0; node < this.#nodes.count && values.size <= MOST_VALUES; node += 1)
      values.add(this.#nodes.sources[node]?.labels[key]);
    const singles = values.size > MOST_VALUES;
    this.#singling.set(key, singles);
    return singles;
  }

  #keyOf(node: number): string {
    const labels = this.#nodes.sources[node]?.labels ?? NO_LABELS;
    const values = [...this.#keys].map((key) => (Object.hasOwn(labels, key) ? labels[key] : null));
    return JSON.stringify([this.#nodes.unschedulable[node], this.#nodes.taints[node], values]);
  }
}
