/** Who repairs a lost node, how soon, and when it stops because too much is lost at once. */
import type { Fraction, Millis } from '../../core/units.ts';
import type { NodeRepairFacts } from '../../facts.ts';
import type { Cluster } from '../../spec/cluster.ts';
import { smallestZoneShare } from './sizing.ts';
import type { Section } from './section.ts';

const MINUTE = 60_000;
/** medik8s and Cluster API both wait so long where nothing else is said. */
const USUAL: Millis = 5 * MINUTE;
/** Amazon EKS user guide, "Automatically repair nodes in EKS clusters": Ready, repair after 30 m, replace. */
export const EKS_WAITS: Millis = 30 * MINUTE;
const MOST_UNHEALTHY: Fraction = 0.4;

/** Repair of this cluster's nodes. */
export function nodeRepairFor(section: Section, cluster: Cluster): NodeRepairFacts {
  return {
    by: repairer(section.kind),
    after: repairAfter(section, cluster),
    maxUnhealthy: section.repair.maxUnhealthy ?? defaultMaxUnhealthy(cluster),
  };
}

function repairer(kind: Section['kind']): NodeRepairFacts['by'] {
  if (kind === 'eks') return 'eks-node-repair';
  return kind === 'cluster-api' ? 'machine-healthcheck' : 'node-healthcheck';
}

function repairAfter({ kind, repair }: Section, { objectives }: Cluster): Millis {
  if (kind === 'eks') return EKS_WAITS;
  if (repair.after !== undefined) return repair.after;
  const promised = objectives.nodeFailureRecovery;
  return promised === undefined ? USUAL : Math.min(USUAL, Math.max(MINUTE, Math.round(promised / 2_000) * 1_000));
}

/**
 * One percentage point under the smallest zone's share, so that the loss of a zone stops repair: from inside, a zone
 * that is cut off looks like one that is dead. At least one node, at most 40 %.
 */
export function defaultMaxUnhealthy(cluster: Cluster): Fraction {
  const { share, nodes, zones } = smallestZoneShare(cluster);
  const oneNode = nodes === 0 ? MOST_UNHEALTHY : Math.ceil(100 / nodes) / 100;
  const underZone = zones < 2 ? MOST_UNHEALTHY : (Math.ceil(share * 100) - 1) / 100;
  return Math.min(1, Math.max(oneNode, Math.min(MOST_UNHEALTHY, underZone)));
}
