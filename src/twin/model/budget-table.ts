/**
 * Disruption budgets as preemption reads them: their status, nothing else. Kubernetes v1.36.3
 * plugins/defaultpreemption (filterPodsWithPDBViolation).
 */
import type { WorldBudget } from '../../inventory/world.ts';
import { selects, selectsEverything } from '../../kubernetes/selectors.ts';
import type { PodIndex } from './cluster-state.ts';
import type { Shape } from './shape.ts';

export interface BudgetPods {
  readonly shapeOf: (pod: PodIndex) => Shape;
  readonly nameOf: (pod: PodIndex) => string | undefined;
}

export class BudgetTable {
  readonly #budgets: readonly WorldBudget[];
  /** By place in the world's list. */
  readonly allowed: Int32Array;
  /** Budgets that select a shape, by shape. */
  readonly #ofShape: (readonly number[] | undefined)[] = [];

  constructor(budgets: readonly WorldBudget[]) {
    this.#budgets = budgets;
    this.allowed = Int32Array.from(budgets, ({ spec }) => spec.status?.disruptionsAllowed ?? 0);
  }

  /** Splits pods, in their order, into those whose removal some budget does not allow, and the others. */
  split(
    ordered: readonly PodIndex[],
    pods: BudgetPods,
  ): { readonly violating: readonly PodIndex[]; readonly others: readonly PodIndex[] } {
    const left = this.allowed.slice();
    const violating: PodIndex[] = [];
    const others: PodIndex[] = [];
    for (const pod of ordered) {
      let violated = false;
      for (const budget of this.#selecting(pods.shapeOf(pod))) {
        const name = pods.nameOf(pod);
        if (name !== undefined && this.#budgets[budget]?.spec.status?.disruptedPods.has(name) === true) continue;
        left[budget] = (left[budget] as number) - 1;
        if (left[budget] < 0) violated = true;
      }
      (violated ? violating : others).push(pod);
    }
    return { violating, others };
  }

  /** An empty selector selects nothing here, unlike in the budget's own controller; so do pods without labels. */
  #selecting(shape: Shape): readonly number[] {
    const known = this.#ofShape[shape.index];
    if (known !== undefined) return known;
    const labelled = Object.keys(shape.labels).length > 0;
    const found = this.#budgets.flatMap(({ namespace, spec }, place) =>
      labelled &&
      namespace === shape.namespace &&
      !selectsEverything(spec.selector) &&
      selects(spec.selector, shape.labels)
        ? [place]
        : [],
    );
    this.#ofShape[shape.index] = found;
    return found;
  }
}
