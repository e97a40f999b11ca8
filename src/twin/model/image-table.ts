/**
 * Which images which nodes have: Kubernetes v1.36.3 pkg/scheduler/backend/cache/cache.go (addNodeImageStates) and
 * plugins/imagelocality. An image that nodes list with different sizes counts with that of the first node.
 */
import type { NodeIndex } from './cluster-state.ts';
import type { NodeTable } from './node-table.ts';
import { SparseCounts } from './sparse-counts.ts';

interface Image {
  readonly bytes: number;
  /** 1 for nodes that have it. */
  readonly has: SparseCounts;
  nodes: number;
}

const NO_IMAGES: readonly Image[] = [];

export class ImageTable {
  readonly #images = new Map<string, Image>();
  readonly #nodes: NodeTable;
  /** Images of the list that some node has, as far as they were asked for since nodes last came or went. */
  #known = new Map<readonly string[], readonly Image[]>();

  constructor(nodes: NodeTable) {
    this.#nodes = nodes;
  }

  /** True while no node lists an image: every pod then scores 0. */
  get empty(): boolean {
    return this.#images.size === 0;
  }

  addNode(node: NodeIndex): void {
    this.#known = new Map();
    for (const { names, bytes } of this.#nodes.sources[node]?.images ?? []) {
      for (const name of names) {
        const image = this.#images.get(name) ?? { bytes, has: new SparseCounts(this.#nodes.capacity), nodes: 0 };
        this.#images.set(name, image);
        if (image.has.at(node) === 1) continue;
        image.has.add(node, 1);
        image.nodes += 1;
      }
    }
  }

  removeNode(node: NodeIndex): void {
    this.#known = new Map();
    for (const { names } of this.#nodes.sources[node]?.images ?? []) {
      for (const name of names) {
        const image = this.#images.get(name);
        if (image?.has.at(node) !== 1) continue;
        image.has.add(node, -1);
        image.nodes -= 1;
        if (image.nodes === 0) this.#images.delete(name);
      }
    }
  }

  /** Bytes of the images that the node has, each times the share of nodes that have it. */
  scaledBytes(names: readonly string[], node: NodeIndex): number {
    let known = this.#known.get(names);
    if (known === undefined) {
      known = names.flatMap((name) => this.#images.get(name) ?? NO_IMAGES);
      this.#known.set(names, known);
    }
    let sum = 0;
    for (let index = 0; index < known.length; index += 1) {
      const { has, bytes, nodes } = known[index] as Image;
      if (has.at(node) === 1) sum += Math.trunc(bytes * (nodes / this.#nodes.present));
    }
    return sum;
  }

  has(name: string, node: NodeIndex): boolean {
    return this.#images.get(name)?.has.at(node) === 1;
  }

  /** Whether some node lists one of the images; all nodes score 0 for a pod of which none does. */
  knowsOneOf(names: readonly string[]): boolean {
    return this.#images.size > 0 && names.some((name) => this.#images.has(name));
  }
}
