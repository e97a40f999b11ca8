/** Everything that the plan settles, from the section and the document, before anything is said about it. */
import { assert } from '../../core/error.ts';
import type { Bytes } from '../../core/units.ts';
import { type Cluster, versionOf } from '../../spec/cluster.ts';
import { machineTypes } from '../../spec/machine-types.ts';
import { apiServerArguments, DEFAULT_MAX_REQUEST, etcdArguments } from './arguments.ts';
import { backupOf, snapshotFactsOf } from './backup.ts';
import { capacityOf, DEFAULT_COMPACTION, LARGEST_QUOTA, loadOf, sizesOf } from './load.ts';
import { membersOf, quorumOf, topologyOf } from './members.ts';
import type { Section } from './section.ts';
import type { EtcdSettings, Settled } from './settings.ts';
import { leaderLossOf, timersOf } from './timers.ts';

/** The settled values. */
export function settle(section: Section, cluster: Cluster): Settled {
  return topologyOf(section, cluster) === 'managed' ? managed(section, cluster) : own(section, cluster);
}

function own(section: Section, cluster: Cluster): Settled {
  const members = membersOf(section, cluster);
  const timers = timersOf(section, cluster);
  const bare = {
    topology: topologyOf(section, cluster),
    members,
    quorum: quorumOf(members),
    electionTimeout: timers.election,
    arguments: [],
    apiServerArguments: [],
    ...snapshotFactsOf(section, cluster),
    leaderLoss: leaderLossOf(timers),
    settings: settingsOf(section, cluster),
  };
  return { ...bare, arguments: etcdArguments(bare), apiServerArguments: apiServerArguments(bare) };
}

/** The provider's etcd: its size limit is published, everything else is not. */
function managed(section: Section, cluster: Cluster): Settled {
  return {
    topology: 'managed',
    members: [],
    quorum: 0,
    electionTimeout: 0,
    arguments: [],
    apiServerArguments: [],
    snapshotInterval: 0,
    longestSnapshotGap: 0,
    snapshotPlace: 'provider',
    leaderLoss: { least: 0, most: 0 },
    settings: {
      ...settingsOf(section, cluster),
      heartbeatInterval: 0,
      quota: LARGEST_QUOTA,
      backup: { target: null, keep: 0 },
    },
  };
}

function settingsOf(section: Section, cluster: Cluster): EtcdSettings {
  const { quota, data, eventsData, eventsApart, verdict } = capacityOf(section, cluster);
  const { roundTrip, heartbeat } = timersOf(section, cluster);
  return {
    version: versionOf(cluster, 'etcd'),
    places: cluster.controlPlane.kind === 'cluster-api',
    roundTrip,
    heartbeatInterval: heartbeat,
    quota,
    compactionInterval: section.compactionInterval ?? DEFAULT_COMPACTION,
    maxRequestBytes: section.maxRequestBytes ?? DEFAULT_MAX_REQUEST,
    metrics: section.metrics ?? 'nodes',
    load: loadOf(section, cluster),
    data,
    eventsData,
    eventsApart,
    verdict,
    backup: backupOf(section, cluster),
    machine: topologyOf(section, cluster) === 'external' ? machineOf(section, cluster) : null,
  };
}

/** Sizes for members on machines of their own, after etcd's documentation, Hardware: small, medium, large clusters by nodes. */
const STEPS = [
  { nodes: 100, type: 'm7i.large' },
  { nodes: 500, type: 'm7i.xlarge' },
  { nodes: Number.POSITIVE_INFINITY, type: 'm7i.2xlarge' },
] as const;

function machineOf({ machine }: Section, cluster: Cluster): EtcdSettings['machine'] {
  const { nodes } = sizesOf(cluster);
  const step = STEPS.find((one) => nodes <= one.nodes)?.type ?? 'm7i.2xlarge';
  const type = machine.type ?? (machine.cpu === undefined && machine.memory === undefined ? step : undefined);
  const known = machineTypes[type ?? step];
  const size: { readonly cpu: number; readonly memory: Bytes } | undefined = known ?? machineTypes[step];
  assert(size, 'the steps are known types');
  return {
    type: cluster.provider === 'aws' ? (type ?? null) : (machine.type ?? null),
    cpu: machine.cpu ?? size.cpu,
    memory: machine.memory ?? size.memory,
  };
}
