/**
 * Whole numbers and percentages of pods. The direction of rounding differs by field and decides whether a drain or a
 * rollout can move at all. After Kubernetes v1.36.3: apimachinery pkg/util/intstr/intstr.go
 * (GetScaledValueFromIntOrPercent) and the callers named below.
 */

/** A whole number, or text like `25%`. */
export type IntOrPercent = number | string;

export type Rounding = 'up' | 'down';

/** The number of pods that the value stands for; undefined when it is neither a whole number nor a whole percentage. */
export function scaled(value: IntOrPercent, total: number, rounding: Rounding): number | undefined {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? value : undefined;
  const match = /^([+-]?\d+)%$/.exec(value);
  if (!match) return undefined;
  const share = (Number(match[1]) * total) / 100;
  return (rounding === 'up' ? Math.ceil(share) : Math.floor(share)) + 0;
}

/**
 * Pods that a rolling update of a Deployment may have above and below the desired number: surge rounds up, unavailable
 * rounds down, and when both come to 0 one pod may be unavailable. pkg/controller/deployment/util/deployment_util.go
 * (ResolveFenceposts). Undefined when a value cannot be read.
 */
export function deploymentFenceposts(
  strategy: { readonly maxSurge: IntOrPercent; readonly maxUnavailable: IntOrPercent },
  replicas: number,
): { readonly surge: number; readonly unavailable: number } | undefined {
  const surge = scaled(strategy.maxSurge, replicas, 'up');
  const unavailable = scaled(strategy.maxUnavailable, replicas, 'down');
  if (surge === undefined || unavailable === undefined) return undefined;
  return { surge, unavailable: surge === 0 && unavailable === 0 ? 1 : unavailable };
}

/**
 * Pods of a DaemonSet that may be unavailable, and that may run twice, during its update; both round up.
 * pkg/controller/daemon/util/daemonset_util.go (SurgeCount, UnavailableCount), pkg/controller/daemon/update.go:
 * both 0 counts as one unavailable.
 */
export function daemonSetFenceposts(
  strategy: { readonly maxSurge: IntOrPercent; readonly maxUnavailable: IntOrPercent },
  nodes: number,
): { readonly surge: number; readonly unavailable: number } | undefined {
  const surge = scaled(strategy.maxSurge, nodes, 'up');
  const unavailable = scaled(strategy.maxUnavailable, nodes, 'up');
  if (surge === undefined || unavailable === undefined) return undefined;
  return { surge, unavailable: surge === 0 && unavailable === 0 ? 1 : unavailable };
}

/**
 * Pods of a StatefulSet that its update may take down at once: rounds down, at least one.
 * pkg/controller/statefulset/stateful_set_utils.go (getStatefulSetMaxUnavailable).
 */
export function statefulSetUnavailable(maxUnavailable: IntOrPercent | undefined, replicas: number): number | undefined {
  const count = scaled(maxUnavailable ?? 1, replicas, 'down');
  return count === undefined ? undefined : Math.max(1, count);
}

export interface BudgetForm {
  readonly minAvailable: IntOrPercent | undefined;
  readonly maxUnavailable: IntOrPercent | undefined;
}

/** What a disruption budget comes to over the pods that it selects. */
export interface BudgetCount {
  /** Pods that there should be. */
  readonly expected: number;
  readonly desiredHealthy: number;
  /** Evictions that are granted at once while every expected pod is healthy. */
  readonly allowedWhenHealthy: number;
}

/**
 * A PodDisruptionBudget over pods whose controllers want `scale` replicas in sum and of which `pods` exist. Percentages
 * round up both ways. A whole number in minAvailable counts the pods that exist, every other form the controllers'
 * scale. maxUnavailable wins when both are written. pkg/controller/disruption/disruption.go (getExpectedPodCount,
 * updatePdbStatus). Undefined when the budget says nothing that can be read.
 */
export function budgetCount(budget: BudgetForm, scale: number, pods: number): BudgetCount | undefined {
  if (budget.maxUnavailable !== undefined) {
    const unavailable = scaled(budget.maxUnavailable, scale, 'up');
    return unavailable === undefined ? undefined : counted(scale, Math.max(0, scale - unavailable));
  }
  if (budget.minAvailable === undefined) return undefined;
  const expected = typeof budget.minAvailable === 'number' ? pods : scale;
  const desired = scaled(budget.minAvailable, expected, 'up');
  return desired === undefined ? undefined : counted(expected, desired);
}

function counted(expected: number, desiredHealthy: number): BudgetCount {
  return { expected, desiredHealthy, allowedWhenHealthy: expected <= 0 ? 0 : Math.max(0, expected - desiredHealthy) };
}
