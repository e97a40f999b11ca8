/**
 * ResourceQuotas: what a namespace may take. After Kubernetes v1.36.3 pkg/quota/v1/evaluator/core/pods.go (podUsageHelper:
 * `cpu` is `requests.cpu`; pods that have ended do not count).
 */
import { isObject } from '../core/json.ts';
import { at } from './objects.ts';
import type { PodSpec } from './pod-spec.ts';
import { containerLimits, podRequests } from './requests.ts';
import type { Resources } from './resources.ts';
import { amountOf } from './resources.ts';

/** Limits by name: `pods`, `requests.cpu`, `limits.memory`; `cpu` in thousandths. Undefined when it counts only some pods. */
export function readQuota(object: unknown): Resources | undefined {
  const scoped = at(object, 'spec', 'scopes') ?? at(object, 'spec', 'scopeSelector');
  if (scoped !== undefined && scoped !== null) return undefined;
  const hard = at(object, 'spec', 'hard');
  if (!isObject(hard)) return {};
  const amounts: Record<string, number> = {};
  for (const [name, written] of Object.entries(hard)) {
    const bare = name.startsWith('requests.') || name.startsWith('limits.') ? name : BARE[name];
    if (bare === undefined) continue;
    const amount = amountOf(bare.slice(bare.indexOf('.') + 1), written);
    if (amount !== undefined) amounts[bare] = amount;
  }
  return amounts;
}

const BARE: Readonly<Record<string, string>> = { pods: 'pods', cpu: 'requests.cpu', memory: 'requests.memory' };

/** What one pod counts for in a quota, by the same names. */
export function quotaUseOf(spec: PodSpec): Resources {
  const use: Record<string, number> = { pods: 1 };
  const requests = podRequests(spec);
  for (const name in requests) use[`requests.${name}`] = requests[name] ?? 0;
  const limits = containerLimits(spec);
  for (const name in limits) use[`limits.${name}`] = limits[name] ?? 0;
  return use;
}
