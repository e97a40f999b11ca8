/**
 * Things that reach certain nodes, found by a node's labels: local volumes and capacities come one per node, and a look at
 * each of them for each node would be a square.
 */
import type { Labels } from '../../kubernetes/objects.ts';
import type { Requirement } from '../../kubernetes/selectors.ts';

/** A requirement with more values than this is no help. */
const MOST_VALUES = 8;

export class LabelIndex<T> {
  readonly #byKey = new Map<string, Map<string, T[]>>();
  readonly #anywhere: T[] = [];

  /** `alternatives`: sets of requirements, one of which holds on the nodes that it reaches; undefined: all nodes. */
  add(item: T, alternatives: readonly (readonly Requirement[])[] | undefined): void {
    const helpful = alternatives?.map((all) => all.find(isHelpful));
    if (helpful === undefined || helpful.includes(undefined)) {
      this.#anywhere.push(item);
      return;
    }
    for (const requirement of helpful) {
      if (requirement === undefined) continue;
      const { key, values } = requirement;
      const byValue = this.#byKey.get(key) ?? new Map<string, T[]>();
      this.#byKey.set(key, byValue);
      for (const value of values) {
        const items = byValue.get(value);
        if (items === undefined) byValue.set(value, [item]);
        else if (items.at(-1) !== item) items.push(item);
      }
    }
  }

  /** Every thing that may reach what has these labels; some twice, when they have several alternatives. */
  visit(labels: Labels, visit: (item: T) => void): void {
    for (const key of Object.keys(labels))
      for (const item of this.#byKey.get(key)?.get(labels[key] ?? '') ?? []) visit(item);
    for (const item of this.#anywhere) visit(item);
  }

  /** True when the test holds for one of the things that may reach a node with these labels; some are asked twice. */
  some(labels: Labels, test: (item: T) => boolean): boolean {
    for (const [key, byValue] of this.#byKey) {
      const value = labels[key];
      if (value !== undefined && byValue.get(value)?.some(test) === true) return true;
    }
    return this.#anywhere.some(test);
  }
}

function isHelpful({ operator, values }: Requirement): boolean {
  return operator === 'In' && values.length <= MOST_VALUES;
}
