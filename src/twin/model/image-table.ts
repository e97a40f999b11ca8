/**
 * Which images which nodes have: Kubernetes v1.36.3 pkg/scheduler/backend/cache/cache.go (addNodeImageStates) and
 * plugins/imagelocality. An image that nodes list with different sizes counts with that of the first node.
 */
import type { NodeIndex } from './cluster-state.ts';
import type { NodeTable } from './node-table.ts';

interface Image {
  readonly bytes: number;
  readonly nodes: Set<NodeIndex>;
}

export class ImageTable {
  readonly #images = new Map<string, Image>();
  readonly #nodes: NodeTable;

  constructor(nodes: NodeTable) {
    this.#nodes = nodes;
  }

  /** True while no node lists an image: every pod then scores 0. */
  get empty(): boolean {
    return this.#images.size === 0;
  }

  addNode(node: NodeIndex): void {
    for (const { names, bytes } of this.#nodes.sources[node]?.images ?? []) {
      for (const name of names) {
        const known = this.#images.get(name);
        if (known === undefined) this.#images.set(name, { bytes, nodes: new Set([node]) });
        else known.nodes.add(node);
      }
    }
  }

  removeNode(node: NodeIndex): void {
    for (const { names } of this.#nodes.sources[node]?.images ?? []) {
      for (const name of names) {
        const known = this.#images.get(name);
        known?.nodes.delete(node);
        if (known?.nodes.size === 0) this.#images.delete(name);
      }
    }
  }

  /** Bytes of the image on the node, times the share of nodes that have it; 0 when the node has it not. */
  scaledBytes(name: string, node: NodeIndex): number {
    const image = this.#images.get(name);
    if (image === undefined || !image.nodes.has(node)) return 0;
    return Math.trunc(image.bytes * (image.nodes.size / this.#nodes.present));
  }

  has(name: string, node: NodeIndex): boolean {
    return this.#images.get(name)?.nodes.has(node) ?? false;
  }
}
