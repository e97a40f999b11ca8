/**
 * ResourceQuotas: what a namespace may take. After Kubernetes v1.36.3 pkg/quota/v1/evaluator/core/pods.go (podUsageHelper:
 * `cpu` is `requests.cpu`; pods that have ended do not count).
 */
import { isObject } from '../core/json.ts';
import { at } from './objects.ts';
import type { PodSpec } from './pod-spec.ts';
import { containerLimits, podRequests, qualityOfService } from './requests.ts';
import type { Resources } from './resources.ts';
import { amountOf } from './resources.ts';

/** Limits by name: `pods`, `requests.cpu`, `limits.memory`; `cpu` in thousandths. */
export function readQuota(object: unknown): Resources {
  const hard = at(object, 'spec', 'hard');
  if (!isObject(hard)) return {};
  const amounts: Record<string, number> = {};
  for (const [name, written] of Object.entries(hard)) {
    const bare = name.startsWith('requests.') || name.startsWith('limits.') ? name : BARE[name];
    if (bare === undefined) continue;
    const amount = amountOf(bare.slice(bare.indexOf('.') + 1), written);
    if (amount !== undefined) amounts[bare] = Math.min(amount, amounts[bare] ?? amount);
  }
  return amounts;
}

/** The key under which a limit is written: `cpu` for `requests.cpu`. */
export function quotaKey(object: unknown, name: string): string {
  const hard = at(object, 'spec', 'hard');
  const keys = isObject(hard) ? Object.keys(hard) : [];
  return keys.includes(name) ? name : (keys.find((key) => BARE[key] === name) ?? name);
}

/** What scopes ask of a pod beside its specification. */
export interface QuotaPod {
  readonly spec: PodSpec;
  /** It, or its Job's template, has `activeDeadlineSeconds`. */
  readonly terminating: boolean;
}

/** True when the quota counts the pod: all its scopes hold (pods.go, podMatchesScopeFunc). Undefined for a scope that is not known. */
export function quotaCounts(object: unknown, pod: QuotaPod): boolean | undefined {
  const scopes = at(object, 'spec', 'scopes');
  const expressions = at(object, 'spec', 'scopeSelector', 'matchExpressions');
  const asked = [
    ...(Array.isArray(scopes) ? scopes.map((scopeName: unknown) => ({ scopeName, operator: 'Exists' })) : []),
    ...(Array.isArray(expressions) ? (expressions as unknown[]) : []),
  ];
  const answers = asked.map((one) => inScope(one, pod));
  return answers.includes(false) ? false : answers.includes(undefined) ? undefined : true;
}

function inScope(asked: unknown, { spec, terminating }: QuotaPod): boolean | undefined {
  const bestEffort = qualityOfService(spec) === 'BestEffort';
  switch (at(asked, 'scopeName')) {
    case 'Terminating':
      return terminating;
    case 'NotTerminating':
      return !terminating;
    case 'BestEffort':
      return bestEffort;
    case 'NotBestEffort':
      return !bestEffort;
    case 'PriorityClass':
      return hasClass(asked, spec.priorityClassName);
    case 'CrossNamespacePodAffinity':
      return [spec.podAffinity, spec.podAntiAffinity].some(({ required, preferred }) =>
        [...required, ...preferred.map(({ term }) => term)].some(
          ({ namespaces, namespaceSelector }) => namespaces.length > 0 || namespaceSelector.matches !== 'nothing',
        ),
      );
    default:
      return undefined;
  }
}

function hasClass(asked: unknown, name: string | undefined): boolean {
  const values = at(asked, 'values');
  const among = Array.isArray(values) && name !== undefined && values.includes(name);
  switch (at(asked, 'operator')) {
    case 'In':
      return among;
    case 'NotIn':
      return name !== undefined && !among;
    case 'DoesNotExist':
      return name === undefined;
    default:
      return name !== undefined;
  }
}

const BARE: Readonly<Record<string, string>> = {
  pods: 'pods',
  'count/pods': 'pods',
  cpu: 'requests.cpu',
  memory: 'requests.memory',
};

/** What one pod counts for in a quota, by the same names. */
export function quotaUseOf(spec: PodSpec): Resources {
  const use: Record<string, number> = { pods: 1 };
  const requests = podRequests(spec);
  for (const name in requests) use[`requests.${name}`] = requests[name] ?? 0;
  const limits = containerLimits(spec);
  for (const name in limits) use[`limits.${name}`] = limits[name] ?? 0;
  return use;
}
