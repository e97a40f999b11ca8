/** What filters answer, as small numbers: 0 fits, every other number stands for a plugin, a code and its reasons. */
import type { FailureCode } from '../explanation.ts';

export interface Failure {
  readonly plugin: string;
  readonly code: FailureCode;
  readonly reasons: readonly string[];
}

export const FITS = 0;

const known: Failure[] = [{ plugin: '', code: 'Unschedulable', reasons: [] }];
const byKey = new Map<string, number>();

/** The number of a failure; equal failures have equal numbers for the life of the process. */
export function failureId(failure: Failure): number {
  const key = `${failure.plugin} ${failure.code} ${failure.reasons.join('|')}`;
  const made = byKey.get(key);
  if (made !== undefined) return made;
  known.push(failure);
  byKey.set(key, known.length - 1);
  return known.length - 1;
}

export function failureOf(id: number): Failure {
  return known[id] ?? { plugin: '', code: 'Unschedulable', reasons: [] };
}

function unresolvable(plugin: string, reason: string): number {
  return failureId({ plugin, code: 'UnschedulableAndUnresolvable', reasons: [reason] });
}

function unschedulable(plugin: string, reason: string): number {
  return failureId({ plugin, code: 'Unschedulable', reasons: [reason] });
}

/** The scheduler's words: Kubernetes v1.36.3 pkg/scheduler/framework/plugins, by plugin. */
export const NODE_UNSCHEDULABLE = unresolvable('NodeUnschedulable', 'node(s) were unschedulable');
export const NODE_NAME = unresolvable('NodeName', "node(s) didn't match the requested node name");
export const TAINT_TOLERATION = unresolvable('TaintToleration', 'node(s) had untolerated taint(s)');
export const NODE_AFFINITY = unresolvable('NodeAffinity', "node(s) didn't match Pod's node affinity/selector");
export const NODE_PORTS = unschedulable('NodePorts', "node(s) didn't have free ports for the requested pod ports");
export const SPREAD_KEY_MISSING = unresolvable(
  'PodTopologySpread',
  "node(s) didn't match pod topology spread constraints (missing required label)",
);
export const SPREAD_SKEW = unschedulable('PodTopologySpread', "node(s) didn't match pod topology spread constraints");
export const AFFINITY = unresolvable('InterPodAffinity', "node(s) didn't match pod affinity rules");
export const ANTI_AFFINITY = unschedulable('InterPodAffinity', "node(s) didn't match pod anti-affinity rules");
export const ANTI_AFFINITY_OF_OTHERS = unschedulable(
  'InterPodAffinity',
  "node(s) didn't satisfy existing pods anti-affinity rules",
);
export const DECLARED_FEATURES = unresolvable('NodeDeclaredFeatures', "node(s) didn't match Pod's required features");
