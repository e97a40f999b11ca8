/** Decisions about what is done with a running etcd: snapshots, defragmentation, metrics, and machines of its own. */
import { formatDuration, sayDuration } from '../../../core/duration.ts';
import { formatBytes, formatCpu, sayBytes } from '../../../core/quantity.ts';
import type { Cluster } from '../../../spec/cluster.ts';
import type { Decision } from '../../../system.ts';
import { SHORTEST_INTERVAL } from '../backup.ts';
import { sizesOf } from '../load.ts';
import type { Settled } from '../settings.ts';
import { KIND, LOAD, TOPOLOGY } from './paths.ts';

/** Snapshots, defragmentation, who reads metrics, and the machines when they are etcd's alone. */
export function operationDecisions(facts: Settled, cluster: Cluster): readonly Decision[] {
  if (facts.topology === 'managed') return [managedSnapshots()];
  return [snapshots(facts, cluster), defragmentation(facts), metrics(facts), ...machine(facts, cluster)];
}

function managedSnapshots(): Decision {
  return {
    field: 'snapshots',
    value: 'none of ours',
    because:
      'AWS backs its etcd up and gives nobody a snapshot, and restores it only for itself. What you delete or overwrite comes back from a backup of objects alone, so the recovery point of the cluster is that of the object backup.',
    source: { project: 'Amazon EKS', where: 'User Guide: resilience in Amazon EKS' },
    from: [KIND],
  };
}

function snapshots(facts: Settled, cluster: Cluster): Decision {
  const { snapshotInterval: interval, longestSnapshotGap: longestGap, settings } = facts;
  const { target, keep } = settings.backup;
  const where = target === null ? 'on the members' : `${target.endpoint ?? 's3'}/${target.bucket}/${target.prefix}`;
  return {
    field: 'snapshots',
    value: {
      interval: formatDuration(interval),
      keep: `${keep / 86_400_000}d`,
      target: where,
      region: target?.region ?? null,
    },
    because: `${intervalReason(facts, cluster)} ${targetReason(facts, cluster)} The newest snapshot is at most ${sayDuration(longestGap)} old, even when the member that sent it is lost next, plus the time that one takes. A timer of the host takes them, not a CronJob: a snapshot must not need the API server that it protects. Restored with etcdutl on every member; without the key of the encryption provider its Secrets cannot be read.`,
    source: {
      project: 'etcd v3.6.14',
      where: 'documentation: Disaster recovery; etcdctl snapshot save, etcdutl snapshot restore',
    },
    from: [
      KIND,
      'metadata.name',
      'spec.provider',
      'spec.objectives.rpo',
      'spec.regions[].name',
      ...['bucket', 'prefix', 'region', 'endpoint', 'keep'].map((field) => `spec.etcd.backup.${field}`),
    ],
  };
}

function intervalReason({ snapshotInterval: interval }: Settled, { objectives: { rpo } }: Cluster): string {
  if (rpo === undefined) return `No rpo is promised, so a snapshot every ${sayDuration(interval)}.`;
  if (rpo < 2 * SHORTEST_INTERVAL) {
    return `rpo promises ${sayDuration(rpo)}, and snapshots cannot come more often than every ${sayDuration(SHORTEST_INTERVAL)}: only members that outlive the disaster, in three regions, keep such a promise.`;
  }
  return `rpo promises ${sayDuration(rpo)}: a snapshot every ${sayDuration(interval)}, at most half of it, so that one that fails breaks nothing.`;
}

function targetReason({ settings }: Settled, cluster: Cluster): string {
  const { target } = settings.backup;
  const [home] = cluster.regions;
  if (target === null) {
    return 'No bucket is given, so each member keeps its own snapshots: any zone may be lost, but what takes all members takes the snapshots too.';
  }
  if (target.region !== null && target.region === home?.name) {
    return `Bucket ${target.bucket} in ${target.region} outlives every machine and zone of it, not the region; backup.region names another.`;
  }
  return `Bucket ${target.bucket} stands outside every zone of the members${target.region === null ? '' : `, in ${target.region}`}.`;
}

function defragmentation({ settings }: Settled): Decision {
  return {
    field: 'defragmentation',
    value: ['one member at a time', 'followers first', 'the leader last, after it handed over'],
    because: `Compaction frees pages inside the file, only a defragmentation gives them back to the disk. It blocks reads and writes of its member for about ${Math.max(1, Math.ceil(settings.data / 100e6))} s at 100 MB/s, so one member at a time and only when less than half of the file is in use; a script does the order and waits for health, a person starts it: a timer on every member could meet itself.`,
    source: { project: 'etcd v3.6.14', where: 'documentation: Maintenance, Defragmentation' },
    from: [KIND],
  };
}

function metrics({ settings, topology }: Settled): Decision {
  const nodes = settings.metrics === 'nodes';
  return {
    field: 'metrics',
    value: nodes ? 'all addresses of the member' : 'loopback only',
    because: nodes
      ? `Alerts need the metrics of every member, and Prometheus runs on nodes: the listener for metrics and health is open on every address, in plain text, without keys or values of the data. Let the firewall admit only the nodes' range. ${topology === 'stacked' ? "kubeadm's own default is loopback, where no alert would ever see a member." : ''}`.trim()
      : 'Only a collector on the member itself reaches the metrics: the scrape objects that are rendered do not, and the alert for missing members fires until such a collector sends them on.',
    source: {
      project: 'etcd v3.6.14',
      where: 'server/embed/config.go: listen-metrics-urls; kubeadm v1.36.3 cmd/kubeadm/app/phases/etcd/local.go',
    },
    from: [KIND, 'spec.etcd.metrics'],
  };
}

function machine({ settings }: Settled, cluster: Cluster): readonly Decision[] {
  if (settings.machine === null) return [];
  const { type, cpu, memory } = settings.machine;
  const { nodes } = sizesOf(cluster);
  return [
    {
      field: 'machine',
      value: { type, cpu: formatCpu(cpu), memory: formatBytes(memory), nodes },
      because: `The pools may grow to ${nodes} nodes: 2 cores and 8 GiB serve up to 100, 4 and 16 up to 500, 8 and 32 above. ${sayBytes(memory)} hold the whole database in memory, which reads need. The disk must flush within 10 ms.`,
      source: { project: 'etcd', where: 'documentation v3.6: Hardware recommendations' },
      from: [
        KIND,
        TOPOLOGY,
        'spec.provider',
        'spec.etcd.machine.type',
        'spec.etcd.machine.cpu',
        'spec.etcd.machine.memory',
        ...LOAD.slice(0, 4),
      ],
    },
  ];
}
