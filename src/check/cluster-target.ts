/** What findings about the cluster as a whole are reported on. */
import type { RuleContext } from './context.ts';
import type { NamedTarget } from './rule.ts';

/** By the name of the document; without one nobody has named it. */
export function clusterTarget({ plan }: Pick<RuleContext, 'plan'>): NamedTarget {
  return { kind: 'Cluster', name: plan?.cluster.name ?? 'cluster', sourced: undefined };
}
