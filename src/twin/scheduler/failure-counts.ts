/** How many nodes each failure refused in one cycle. */
import { grown } from '../model/grown.ts';

export class FailureCounts {
  #counts = new Int32Array(64);
  #seen: number[] = [];

  clear(): void {
    for (const failure of this.#seen) this.#counts[failure] = 0;
    this.#seen.length = 0;
  }

  add(failure: number): void {
    if (failure >= this.#counts.length) this.#counts = grown(this.#counts, failure * 2);
    const before = this.#counts[failure] as number;
    if (before === 0) this.#seen.push(failure);
    this.#counts[failure] = before + 1;
  }

  /** Failures with their nodes, in the order in which they were met. */
  *entries(): Iterable<readonly [failure: number, nodes: number]> {
    for (const failure of this.#seen) yield [failure, this.#counts[failure] as number];
  }
}
