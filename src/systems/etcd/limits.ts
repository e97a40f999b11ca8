/** What this system cannot do for a document, said plainly. */
import { sayDuration } from '../../core/duration.ts';
import { sayBytes } from '../../core/quantity.ts';
import type { Cluster } from '../../spec/cluster.ts';
import { FSYNC_GUIDELINE } from './load.ts';
import { lossesBy } from './members.ts';
import type { Settled } from './settings.ts';

/** One sentence each. */
export function limitsOf(facts: Settled, cluster: Cluster): readonly string[] {
  if (facts.topology === 'managed') return [...managedLimits(), ...capacityLimits(facts)];
  return [
    ...quorumLimits(facts, cluster),
    ...capacityLimits(facts),
    ...snapshotLimits(facts, cluster),
    ...placeLimits(facts),
  ];
}

function managedLimits(): readonly string[] {
  return [
    "EKS lets nothing of etcd be set or seen: members, timers, quota, compaction, defragmentation and snapshots are the provider's, and it restores etcd only for itself.",
  ];
}

function quorumLimits({ members, quorum }: Settled, { survive }: Cluster): readonly string[] {
  if (members.length === 1)
    return [
      'One etcd member survives no loss at all: the API stands still until it is back or restored from a snapshot.',
    ];
  const deadly = lossesBy('zone', members).filter(({ quorumKept }) => !quorumKept);
  if (deadly.length === 0 || survive !== 'node') return [];
  return [
    `Losing zone ${deadly.map(({ domain }) => domain).join(' or ')} stops every write: fewer than ${quorum} of ${members.length} etcd members are left. Three zones would end that.`,
  ];
}

function capacityLimits({ settings }: Settled): readonly string[] {
  const { verdict, data, load, quota } = settings;
  const limits: string[] = [];
  if (verdict === 'does not fit etcd') {
    limits.push(
      `The written load does not fit etcd: ${sayBytes(data)} of data and history against ${sayBytes(quota)}, at ${load.writesPerSecond} writes/s. More members do not change that.`,
    );
  }
  if (settings.eventsApart) {
    limits.push(
      'Events in an etcd of their own are a second quorum that every API server needs: without it /livez and /readyz of kube-apiserver fail, although only Events are missing.',
    );
  }
  if (load.fsyncP99 !== null && load.fsyncP99 > FSYNC_GUIDELINE) {
    limits.push(
      `The disk flushes in ${sayDuration(load.fsyncP99)} where etcd wants less than ${FSYNC_GUIDELINE} ms: every write waits for it, and no setting helps.`,
    );
  }
  if (load.origin === 'estimated') {
    limits.push(
      'The load on etcd is an estimate from the pools; custom controllers, Events and large objects are not in it until spec.etcd.load holds measured figures.',
    );
  }
  return limits;
}

function snapshotLimits(
  { settings, longestSnapshotGap: longestGap }: Settled,
  { objectives, survive }: Cluster,
): readonly string[] {
  const { target } = settings.backup;
  const limits: string[] = [];
  if (target === null) {
    limits.push(
      'Snapshots of etcd stay on its members: what takes all of them takes every snapshot. spec.etcd.backup.bucket sends them elsewhere.',
    );
  }
  if (objectives.rpo !== undefined && longestGap > objectives.rpo && survive !== 'region') {
    limits.push(
      `A disaster that takes all members can lose up to ${sayDuration(longestGap)} of changes, more than the rpo of ${sayDuration(objectives.rpo)}: snapshots cannot come that often.`,
    );
  }
  return limits;
}

function placeLimits({ settings }: Settled): readonly string[] {
  if (!settings.places) return [];
  return [
    'Cluster API names machines and gives them addresses itself: runbooks use variables for them, and the files under hosts/ have to be in the machine image or in the KubeadmControlPlane.',
  ];
}
