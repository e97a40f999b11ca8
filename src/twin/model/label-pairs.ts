/**
 * Shapes and what asks for them, found from either side by namespace and label: with a selector per workload, asking every
 * shape about every selector would be a square.
 */
import type { Labels } from '../../kubernetes/objects.ts';
import type { Requirement } from '../../kubernetes/selectors.ts';
import { LabelIndex } from './label-index.ts';
import type { Matched } from './terms.ts';

/** What pods must have to be asked for. */
export interface Asking {
  /** The only namespace, when there is one. */
  readonly namespace: string | undefined;
  /** All hold for a pod that is asked for; others may be needed besides. */
  readonly requirements: readonly Requirement[];
}

/** Things that ask for pods, by what they ask for. */
export class AskingIndex<T> {
  readonly #inNamespace = new Map<string, LabelIndex<T>>();
  readonly #anywhere = new LabelIndex<T>();

  add(item: T, { namespace, requirements }: Asking): void {
    if (namespace === undefined) this.#anywhere.add(item, [requirements]);
    else madeFor(this.#inNamespace, namespace, () => new LabelIndex<T>()).add(item, [requirements]);
  }

  /** Every thing that may ask for the pod, once, and some that do not. */
  visit({ namespace, labels }: Matched, visit: (item: T) => void): void {
    this.#inNamespace.get(namespace)?.visit(labels, visit);
    this.#anywhere.visit(labels, visit);
  }
}

/** Pods, or what stands for them, by what they have. */
export class AskedIndex<T extends Matched> {
  readonly #byNamespace = new Map<string, { readonly all: T[]; readonly byPair: Map<string, T[]> }>();

  add(item: T): void {
    const { all, byPair } = madeFor(this.#byNamespace, item.namespace, () => ({ all: [], byPair: new Map() }));
    all.push(item);
    for (const pair of pairsOf(item.labels)) madeFor(byPair, pair, () => []).push(item);
  }

  /** Every thing that may be asked for, once, and some that are not. */
  visit({ namespace, requirements }: Asking, visit: (item: T) => void): void {
    const exact = requirements.find(({ operator, values }) => operator === 'In' && values.length === 1);
    const pair = exact === undefined ? undefined : pairOf(exact.key, exact.values[0] ?? '');
    const spaces = namespace === undefined ? this.#byNamespace.values() : [this.#byNamespace.get(namespace)];
    for (const space of spaces)
      for (const item of pair === undefined ? (space?.all ?? []) : (space?.byPair.get(pair) ?? [])) visit(item);
  }
}

function pairsOf(labels: Labels): readonly string[] {
  return Object.keys(labels).map((key) => pairOf(key, labels[key] ?? ''));
}

function pairOf(key: string, value: string): string {
  return `${key}=${value}`;
}

function madeFor<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}
