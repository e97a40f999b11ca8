/** What the workloads of a namespace use of a quota when all of their pods run; added up once for each world. */
import type { Workload, World } from '../inventory/world.ts';
import { at } from '../kubernetes/objects.ts';
import { quotaCounts, quotaUseOf } from '../kubernetes/quota.ts';
import type { Resources } from '../kubernetes/resources.ts';
import { workloadsIn } from './lookups.ts';
import { podPath, podSpecOf } from './reach.ts';

export interface QuotaUse {
  readonly total: Resources;
  /** One pod of each workload that has some. */
  readonly each: readonly { readonly workload: Workload; readonly use: Resources }[];
}

const known = new WeakMap<readonly Workload[], Map<string, QuotaUse>>();

/** What of the namespace a quota counts, by its scopes; `undecided` where one of them is not known. */
export function quotaUseOfQuota(
  world: Pick<World, 'workloads'>,
  quota: unknown,
  namespace: string,
): QuotaUse & { readonly undecided: boolean } {
  if (!isScoped(quota)) return { ...quotaUseIn(world, namespace), undecided: false };
  const inside = workloadsIn(world, namespace).filter(({ replicas }) => replicas > 0);
  const answers = inside.map((workload) => countedBy(quota, workload));
  return { ...summed(inside.filter((_, index) => answers[index] === true)), undecided: answers.includes(undefined) };
}

/** True when the quota counts the workload's pods; undefined for a scope that is not known. */
export function countedBy(quota: unknown, workload: Workload): boolean | undefined {
  const terminating = at(workload.sourced?.object, ...podPath(workload), 'activeDeadlineSeconds') !== undefined;
  return quotaCounts(quota, { spec: podSpecOf(workload), terminating });
}

function isScoped(quota: unknown): boolean {
  return ['scopes', 'scopeSelector'].some((field) => (at(quota, 'spec', field) ?? undefined) !== undefined);
}

function quotaUseIn(world: Pick<World, 'workloads'>, namespace: string): QuotaUse {
  const ofWorld = known.get(world.workloads) ?? new Map<string, QuotaUse>();
  known.set(world.workloads, ofWorld);
  const found = ofWorld.get(namespace) ?? summed(workloadsIn(world, namespace));
  ofWorld.set(namespace, found);
  return found;
}

function summed(workloads: readonly Workload[]): QuotaUse {
  const total: Record<string, number> = {};
  const each = workloads
    .filter(({ replicas }) => replicas > 0)
    .map((workload) => ({ workload, use: quotaUseOf(podSpecOf(workload)) }));
  for (const { workload, use } of each)
    for (const name in use) total[name] = (total[name] ?? 0) + workload.replicas * (use[name] ?? 0);
  return { total, each };
}
