/** The domains that a topology key makes of the nodes: which node lies in which, by number. */
import type { Labels } from '../../kubernetes/objects.ts';
import type { NodeIndex } from './cluster-state.ts';
import { grown } from './grown.ts';

/** A node without the key lies in no domain. */
export const NO_DOMAIN = -1;

/** One topology key: every value that a node has for it is a domain. */
export class Topology {
  readonly key: string;
  /** By node; NO_DOMAIN where the node lacks the key. */
  domainOf: Int32Array;
  readonly values: string[] = [];
  readonly #byValue = new Map<string, number>();

  constructor(key: string, capacity: number) {
    this.key = key;
    this.domainOf = new Int32Array(capacity).fill(NO_DOMAIN);
  }

  addNode(node: NodeIndex, labels: Labels): void {
    if (!Object.hasOwn(labels, this.key)) return;
    const value = labels[this.key] ?? '';
    let domain = this.#byValue.get(value);
    if (domain === undefined) {
      domain = this.values.length;
      this.#byValue.set(value, domain);
      this.values.push(value);
    }
    this.domainOf[node] = domain;
  }

  forgetNode(node: NodeIndex): void {
    this.domainOf[node] = NO_DOMAIN;
  }

  grow(capacity: number): void {
    this.domainOf = grown(this.domainOf, capacity, NO_DOMAIN);
  }
}
