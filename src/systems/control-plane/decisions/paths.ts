/** Paths that decisions follow, and those of earlier plans' decisions. */
import { assert } from '../../../core/error.ts';
import type { DocumentPath, SystemPlan } from '../../../system.ts';

export const KIND = 'spec.controlPlane.kind';
export const PROVIDER = 'spec.provider';
/** What chooses the balancer. */
export const BALANCER: readonly DocumentPath[] = [KIND, PROVIDER, 'spec.controlPlane.balancer'];
/** What chooses the balancer among those whose address is ours: none on AWS, so the kind of control plane adds nothing. */
export const OWN_ADDRESS: readonly DocumentPath[] = [PROVIDER, 'spec.controlPlane.balancer'];
/** What the number of nodes follows. */
export const NODES: readonly DocumentPath[] = [
  'spec.regions[].zones',
  'spec.pools[].zones',
  'spec.pools[].nodesPerZone',
  'spec.pools[].maxNodesPerZone',
];

/** The paths of an earlier plan's decisions; a field that the plan does not decide for this document adds none. */
export function pathsOf(plan: Pick<SystemPlan, 'decisions'>, fields: readonly string[]): readonly DocumentPath[] {
  const found = plan.decisions.filter(({ field }) => fields.includes(field));
  assert(found.length > 0, `an earlier plan decides one of ${fields.join(', ')}`);
  return [...new Set(found.flatMap(({ from }) => from))];
}
