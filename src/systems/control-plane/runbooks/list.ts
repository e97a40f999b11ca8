/** The runbooks of this plan. */
import type { EtcdFacts } from '../../../facts.ts';
import type { Cluster } from '../../../spec/cluster.ts';
import type { Runbook } from '../../../system.ts';
import { deployRunbook } from './deploy.ts';
import { apiRunbook, balancerRunbook, leaderRunbook, memberRunbook, nodeRunbook } from './failure.ts';
import { approveRunbook, encryptionRunbook, renewRunbook, upgradeRunbook } from './lifecycle.ts';
import type { Settled } from '../settings.ts';

/** Every runbook that the kind of control plane needs. */
export function runbooksOf(facts: Settled, cluster: Cluster, etcd: EtcdFacts): readonly Runbook[] {
  const common = [
    deployRunbook(facts, cluster, etcd),
    upgradeRunbook(facts, cluster),
    apiRunbook(facts, cluster),
    nodeRunbook(facts, cluster),
  ];
  if (facts.kind === 'eks') return common;
  const moved = facts.settings.address === null ? [] : [balancerRunbook(facts, cluster)];
  return [
    ...common,
    memberRunbook(facts, cluster),
    leaderRunbook(facts, cluster),
    renewRunbook(facts, cluster),
    approveRunbook(cluster),
    encryptionRunbook(facts, cluster),
    ...moved,
  ];
}
