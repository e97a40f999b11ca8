/**
 * What a topology spread constraint lets happen, before any scheduler is asked. After Kubernetes v1.36.3
 * pkg/scheduler/framework/plugins/podtopologyspread (filtering.go: a domain may hold at most maxSkew more than the
 * emptiest; common.go: which nodes form domains, countPodsMatchSelector).
 */
import type { Labels } from './objects.ts';
import type { PodAffinityTerm, SpreadConstraint } from './pod-spec.ts';
import { selects, selectsEverything } from './selectors.ts';
import { tolerates, UNREACHABLE, type Toleration } from './tolerations.ts';

/** A pod in one namespace with its labels, and the labels of that namespace. */
export interface PodIdentity {
  readonly namespace: string;
  readonly labels: Labels;
  readonly namespaceLabels: Labels;
}

/** True when the constraint counts the pod itself; one without a selector, or with an empty one, counts no pod. */
export function countsItself({ selector }: Pick<SpreadConstraint, 'selector'>, { labels }: PodIdentity): boolean {
  return !countsNothing({ selector }) && selects(selector, labels);
}

/** An absent selector selects no pod; for an empty one the plugin counts none. */
export function countsNothing({ selector }: Pick<SpreadConstraint, 'selector'>): boolean {
  return selector.matches === 'nothing' || selectsEverything(selector);
}

/** True when the term is about pods like this one: it then keeps siblings apart, or together. */
export function isAboutItself(term: PodAffinityTerm, { namespace, labels, namespaceLabels }: PodIdentity): boolean {
  const { namespaces, namespaceSelector, selector } = term;
  const own = namespaces.length === 0 && namespaceSelector.matches === 'nothing';
  const here = own || namespaces.includes(namespace) || selects(namespaceSelector, namespaceLabels);
  return here && selects(selector, labels);
}

/** The most pods of `replicas` that one of `domains` can hold while no two domains differ by more than the skew. */
export function largestPile(replicas: number, domains: number, maxSkew: number): number {
  if (replicas <= maxSkew || domains <= 1) return replicas;
  return maxSkew + Math.floor((replicas - maxSkew) / domains);
}

/** True when nodes that are lost still form a domain, with no pod in it, so that the others may not fill up. */
export function countsLostNodes(
  { nodeTaintsPolicy }: Pick<SpreadConstraint, 'nodeTaintsPolicy'>,
  tolerations: readonly Toleration[],
): boolean {
  const lost = { key: UNREACHABLE, value: '', effect: 'NoSchedule' } as const;
  return nodeTaintsPolicy === 'Ignore' || tolerations.some((toleration) => tolerates(toleration, lost));
}

/**
 * Pods that can run in the other domains while one of `domains` is lost and counts as empty: because its nodes still
 * form a domain, or because minDomains asks for more than are left. Undefined: as many as fit.
 */
export function roomAfterLoss(
  constraint: SpreadConstraint,
  domains: number,
  tolerations: readonly Toleration[],
): number | undefined {
  const { maxSkew, minDomains, whenUnsatisfiable } = constraint;
  if (whenUnsatisfiable !== 'DoNotSchedule' || domains < 2) return undefined;
  const empty = countsLostNodes(constraint, tolerations) || (minDomains ?? 1) > domains - 1;
  return empty ? maxSkew * (domains - 1) : undefined;
}
