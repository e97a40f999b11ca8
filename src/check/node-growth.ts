/** Who adds nodes for pods that wait, and how many at most: from a plan, from Karpenter's pools, or from what runs. */
import { nodesOfPools } from '../inventory/nodes.ts';
import type { World, WorldNode } from '../inventory/world.ts';
import { at } from '../kubernetes/objects.ts';
import type { RuleContext } from './context.ts';
import { imageNames } from './workload-programs.ts';

/**
 * `none`: nobody. `pools`: a plan's, whose machines are known. `karpenter`: by the limits of its pools. `hidden`: somebody
 * may, and how many is not shown.
 */
export type NodeGrowth = 'none' | 'pools' | 'karpenter' | 'hidden';

export function nodeGrowth(world: World, { plan }: RuleContext): NodeGrowth {
  if (plan !== undefined) return plan.systems.autoscaling.facts.engine === 'none' ? 'none' : 'pools';
  if (world.nodePools.length > 0) return 'karpenter';
  return hasClusterAutoscaler(world) || world.nodes.some(isOfProvider) ? 'hidden' : 'none';
}

export function hasClusterAutoscaler({ workloads }: World): boolean {
  return workloads.some((workload) => imageNames(workload).has('cluster-autoscaler'));
}

/** Managed clusters grow by programs that run outside of them. */
function isOfProvider({ sourced }: WorldNode): boolean {
  return typeof at(sourced?.object, 'spec', 'providerID') === 'string';
}

/** The machines that the plan's pools may have at most, those that always run among them. */
export function nodesAtMost({ plan }: RuleContext): readonly WorldNode[] {
  if (plan === undefined) return [];
  const { facts } = plan.systems.autoscaling;
  const pools = facts.pools.map((pool) => ({ ...pool, minNodesPerZone: pool.maxNodesPerZone }));
  const autoscaling = { ...plan.systems.autoscaling, facts: { ...facts, pools } };
  return nodesOfPools({ cluster: plan.cluster, systems: { ...plan.systems, autoscaling } });
}
