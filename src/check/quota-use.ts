/** What the workloads of a namespace use of a quota when all of their pods run; added up once for each world. */
import type { Workload, World } from '../inventory/world.ts';
import { quotaUseOf } from '../kubernetes/quota.ts';
import type { Resources } from '../kubernetes/resources.ts';
import { workloadsIn } from './lookups.ts';
import { podSpecOf } from './reach.ts';

export interface QuotaUse {
  readonly total: Resources;
  /** One pod of each workload that has some. */
  readonly each: readonly { readonly workload: Workload; readonly use: Resources }[];
}

const known = new WeakMap<readonly Workload[], Map<string, QuotaUse>>();

export function quotaUseIn(world: Pick<World, 'workloads'>, namespace: string): QuotaUse {
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
