/**
 * Who matches an affinity term. The scheduler asks in two ways that differ: terms of pods that run are asked about the
 * incoming pod with the labels of its namespace; terms of the incoming pod have their namespace selector turned into
 * names first, and what is left of the selector is asked about no labels at all, so that NotIn and DoesNotExist select
 * every namespace (Kubernetes v1.36.3 plugins/interpodaffinity/plugin.go, mergeAffinityTermNamespacesIfNotEmpty).
 */
import { stableJson } from '../../core/json.ts';
import type { Labels } from '../../kubernetes/objects.ts';
import type { PodAffinityTerm } from '../../kubernetes/pod-spec.ts';
import type { Requirement, Selector } from '../../kubernetes/selectors.ts';
import { selects, selectsEverything } from '../../kubernetes/selectors.ts';

/** What a matcher reads of a pod. */
export interface Matched {
  readonly namespace: string;
  readonly labels: Labels;
}

export interface Matcher {
  /** Equal keys match the same pods. */
  readonly key: string;
  /** The only namespace in which it can match, when there is one. */
  readonly namespace: string | undefined;
  /** Hold for every pod that matches. */
  readonly requirements: readonly Requirement[];
  readonly matches: (pod: Matched) => boolean;
}

export type NamespaceLabels = ReadonlyMap<string, Labels>;

const NONE: Labels = {};

/** Pods that spreading counts: of the namespace, selected; an empty selector counts none (countPodsMatchSelector). */
export function spreadMatcher(namespace: string, selector: Selector): Matcher {
  const counts = !selectsEverything(selector);
  return {
    key: `spread ${namespace} ${stableJson(selector)}`,
    namespace,
    requirements: requirementsOf(selector),
    matches: (pod) => counts && pod.namespace === namespace && selects(selector, pod.labels),
  };
}

/** A term of a pod that runs, asked about an incoming pod. */
export function existingTermMatcher(term: PodAffinityTerm, owner: string, labelsOf: NamespaceLabels): Matcher {
  const names = namesOf(term, owner);
  return {
    key: `existing ${names.join(',')} ${stableJson(term.namespaceSelector)} ${stableJson(term.selector)}`,
    namespace: term.namespaceSelector.matches === 'nothing' && names.length === 1 ? names[0] : undefined,
    requirements: requirementsOf(term.selector),
    matches: ({ namespace, labels }) =>
      (names.includes(namespace) || selects(term.namespaceSelector, labelsOf.get(namespace) ?? NONE)) &&
      selects(term.selector, labels),
  };
}

/** A term of an incoming pod, asked about a pod that runs. */
export function incomingTermMatcher(term: PodAffinityTerm, owner: string, labelsOf: NamespaceLabels): Matcher {
  const names = new Set(namesOf(term, owner));
  const { namespaceSelector: selector } = term;
  const all = selectsEverything(selector) || selects(selector, NONE);
  if (!all && selector.matches === 'all-of') {
    for (const [name, labels] of labelsOf) if (selects(selector, labels)) names.add(name);
  }
  const sorted = [...names].sort();
  return {
    key: `incoming ${all ? '*' : sorted.join(',')} ${stableJson(term.selector)}`,
    namespace: !all && sorted.length === 1 ? sorted[0] : undefined,
    requirements: requirementsOf(term.selector),
    matches: ({ namespace, labels }) => (all || names.has(namespace)) && selects(term.selector, labels),
  };
}

/** Pods that match every one of the terms. */
export function allOfMatcher(matchers: readonly Matcher[]): Matcher {
  return {
    key: `all ${matchers.map(({ key }) => key).join(' & ')}`,
    namespace: matchers.find(({ namespace }) => namespace !== undefined)?.namespace,
    requirements: matchers.flatMap(({ requirements }) => requirements),
    matches: (pod) => matchers.every((matcher) => matcher.matches(pod)),
  };
}

function requirementsOf(selector: Selector): readonly Requirement[] {
  return selector.matches === 'all-of' ? selector.requirements : [];
}

/** The namespaces of a term: those it names, else its pod's own when it has no selector either. */
function namesOf(term: PodAffinityTerm, owner: string): readonly string[] {
  return term.namespaces.length === 0 && term.namespaceSelector.matches === 'nothing'
    ? [owner]
    : [...term.namespaces].sort();
}
