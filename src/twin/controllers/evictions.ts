/**
 * The eviction API, which asks disruption budgets: Kubernetes v1.36.3 pkg/registry/core/pod/storage/eviction.go. The
 * disruption controller's counts are kept with every change, as its status and the API server's map of disrupted pods
 * together do.
 */
import { placeOf } from '../../inventory/origin.ts';
import type { Cause } from '../control-plane/timeline.ts';
import { disruptionsAllowed } from '../engine/cluster.ts';
import type { Run } from '../engine/run.ts';
import type { PodIndex } from '../model/cluster-state.ts';
import type { Trouble } from '../outcomes/losses.ts';

/** Evicts the pod, or says why it may not be. */
export function evict(run: Run, pod: PodIndex, trouble: Trouble): Cause | undefined {
  const refusal = refusalOf(run, pod);
  if (refusal === undefined) run.cluster.terminate(pod, trouble);
  return refusal;
}

export function refusalOf({ state, tables, world }: Run, pod: PodIndex): Cause | undefined {
  const template = state.shapeSource(state.shapeOfPod(pod)).template.id;
  const [first, ...more] = tables.budgets.ofTemplate.get(template) ?? [];
  const budget = first === undefined ? undefined : world.budgets[first];
  if (first === undefined || budget === undefined) return undefined;
  const origin = placeOf(budget.sourced.origin, ['spec']);
  if (more.length > 0) return { say: 'more than one budget selects the pod: no eviction is ever granted', origin };
  const healthy = tables.budgets.healthy.get(first);
  const desired = tables.budgets.desired[first];
  if (tables.pods.healthy.get(pod) === 0) {
    const enough = desired !== undefined && healthy >= desired && desired > 0;
    if (budget.spec.unhealthyPodEvictionPolicy === 'AlwaysAllow' || enough) return undefined;
  }
  if (disruptionsAllowed(tables, first) > 0) return undefined;
  return {
    say: `budget ${budget.name} grants no eviction: it wants ${desired ?? 'an unknown number of'} healthy pods and has ${healthy}`,
    origin,
  };
}
