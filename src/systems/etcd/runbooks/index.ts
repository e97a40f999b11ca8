/** Runbooks of etcd. */
import type { Runbook } from '../../../system.ts';
import type { Settled } from '../settings.ts';
import { deployRunbook } from './deploy.ts';
import { managedRunbook } from './managed.ts';
import { quorumRunbook, replaceRunbook } from './members.ts';
import { restoreRunbook } from './restore.ts';
import { defragmentRunbook, noSpaceRunbook, slowRunbook, snapshotRunbook } from './upkeep.ts';

/** All runbooks for these facts. */
export function runbooksOf(facts: Settled, cluster: string): readonly Runbook[] {
  if (facts.topology === 'managed') return [managedRunbook(cluster)];
  return [
    deployRunbook(facts),
    ...replaceRunbook(facts),
    quorumRunbook(facts),
    restoreRunbook(facts, cluster),
    defragmentRunbook(facts),
    noSpaceRunbook(facts),
    slowRunbook(facts),
    snapshotRunbook(facts),
  ];
}
