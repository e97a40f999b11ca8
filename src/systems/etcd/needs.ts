/** What the members take: processor, memory for the whole file, disk for file, log and local snapshots, traffic between zones. */
import type { Bytes, MilliCpu } from '../../core/units.ts';
import type { Cluster } from '../../spec/cluster.ts';
import type { Need } from '../../system.ts';
import { type Instance, instancesOf, MAIN } from './endpoints.ts';
import { sizesOf } from './load.ts';
import { lossesBy } from './members.ts';
import type { Settled } from './settings.ts';

const GIB = 2 ** 30;
/** Five files of the log of 64 MB, and one being written (etcd v3.6.14: max-wals, wal.SegmentSizeBytes), rounded up. */
const LOG: Bytes = GIB / 2;
/** The file, and the copy that a defragmentation writes. */
const FILES = 2;
/** The script keeps two snapshots on the member, and one is being written. */
export const LOCAL_SNAPSHOTS = 2;
const SECONDS_PER_MONTH = 730 * 3_600;

/** Members as pods on the control-plane machines, or as machines of their own; nothing when the provider has them. */
export function needsOf(facts: Settled, cluster: Cluster): readonly Need[] {
  if (facts.topology === 'managed') return [];
  if (facts.settings.machine !== null) return [machines(facts)];
  return instancesOf(facts).map((instance) => pods(facts, cluster, instance));
}

function machines(facts: Settled): Need {
  const { machine } = facts.settings;
  const type = machine?.type ?? null;
  const disks = instancesOf(facts).reduce((sum, instance) => sum + storageOf(facts, instance), 0);
  return {
    component: 'etcd',
    form: 'machine',
    replicas: facts.members.length,
    zones: zonesOfMembers(facts),
    cpu: machine?.cpu ?? 0,
    memory: machine?.memory ?? 0,
    storage: disks,
    trafficPerMonth:
      replication(facts, MAIN) +
      instancesOf(facts)
        .slice(1)
        .reduce((sum, one) => sum + replication(facts, one), 0),
    ...(type === null ? {} : { offer: `ec2/${type}` }),
  };
}

function pods(facts: Settled, cluster: Cluster, instance: Instance): Need {
  const { nodes } = sizesOf(cluster);
  return {
    component: instance.name,
    form: 'pod',
    replicas: facts.members.length,
    zones: zonesOfMembers(facts),
    cpu: instance === MAIN ? cpuFor(nodes) : 500,
    memory: GIB / 2 + (instance === MAIN ? facts.settings.quota : eventsQuota(facts)),
    storage: storageOf(facts, instance),
    trafficPerMonth: replication(facts, instance),
  };
}

/** Of the 2 to 4 cores that etcd's documentation gives a machine of its own, what it uses beside an API server: our estimate. */
function cpuFor(nodes: number): MilliCpu {
  if (nodes <= 100) return 500;
  return nodes <= 500 ? 1_000 : 2_000;
}

function storageOf(facts: Settled, instance: Instance): Bytes {
  if (instance !== MAIN) return FILES * eventsQuota(facts) + LOG;
  return (FILES + LOCAL_SNAPSHOTS + 1) * facts.settings.quota + LOG;
}

/** Events live for an hour at most; their etcd gets the quota of the main one. */
export function eventsQuota({ settings }: Pick<Settled, 'settings'>): Bytes {
  return settings.quota;
}

/** The leader sends each write to every member; those in other zones are paid for. The leader stands in the largest zone. */
function replication({ members, settings }: Settled, instance: Instance): Bytes {
  const largest = Math.max(0, ...lossesBy('zone', members).map(({ lost }) => lost));
  const { writesPerSecond, bytesPerWrite, eventShare } = settings.load;
  const events = settings.eventsApart ? eventShare : 0;
  const share = instance === MAIN ? 1 - events : events;
  return Math.round(writesPerSecond * bytesPerWrite * share * (members.length - largest) * SECONDS_PER_MONTH);
}

function zonesOfMembers({ members }: Settled): readonly string[] {
  return [...new Set(members.map(({ zone }) => zone))];
}
