/** Snapshots: how often, where to, and how old the newest can be. */
import type { Millis } from '../../core/units.ts';
import type { EtcdFacts } from '../../facts.ts';
import type { Cluster } from '../../spec/cluster.ts';
import type { Section } from './section.ts';
import type { EtcdBackup } from './settings.ts';

const MINUTE: Millis = 60_000;
const DAY: Millis = 86_400_000;
const DEFAULT_INTERVAL: Millis = 60 * MINUTE;
/** A snapshot reads the whole database from one member; more often than this it would never rest. */
export const SHORTEST_INTERVAL: Millis = MINUTE;
const LONGEST_INTERVAL: Millis = DAY;
const DEFAULT_KEEP: Millis = 7 * DAY;

/** Half of the promised RPO, so that one failed or skipped snapshot does not break it; an hour when nothing is promised. */
export function snapshotIntervalOf(cluster: Cluster): Millis {
  const { rpo } = cluster.objectives;
  if (rpo === undefined) return DEFAULT_INTERVAL;
  const half = Math.floor(rpo / 2 / 1_000) * 1_000;
  return Math.min(LONGEST_INTERVAL, Math.max(SHORTEST_INTERVAL, half));
}

/** How often snapshots are taken, how old the newest can be, and where they stay. */
export function snapshotFactsOf(
  section: Section,
  cluster: Cluster,
): Pick<EtcdFacts, 'snapshotInterval' | 'longestSnapshotGap' | 'snapshotPlace'> {
  const interval = snapshotIntervalOf(cluster);
  const local = targetOf(section, cluster) === null;
  return {
    snapshotInterval: interval,
    // A member skips its turn when another sent a snapshot within half an interval; if that other member is the one lost next, its own turn comes a whole interval later.
    longestSnapshotGap: local ? interval : interval * 1.5,
    snapshotPlace: local ? 'members' : 'bucket',
  };
}

/** Where snapshots go and how long they stay. */
export function backupOf(section: Section, cluster: Cluster): EtcdBackup {
  return { target: targetOf(section, cluster), keep: section.backup.keep ?? DEFAULT_KEEP };
}

function targetOf({ backup }: Section, cluster: Cluster): EtcdBackup['target'] {
  const onAws = cluster.provider === 'aws';
  const bucket = backup.bucket ?? (onAws ? `${cluster.name}-etcd-snapshots` : undefined);
  if (bucket === undefined) return null;
  const home = cluster.regions[1]?.name ?? cluster.regions[0]?.name ?? null;
  return {
    bucket,
    prefix: (backup.prefix ?? cluster.name).replace(/\/+$/, ''),
    region: backup.region ?? (onAws && backup.endpoint === undefined ? home : null),
    endpoint: backup.endpoint ?? null,
  };
}
