/** Decisions about what is written, whether it fits, and what bounds it. */
import { formatBytes, sayBytes } from '../../../core/quantity.ts';
import { sayDuration } from '../../../core/duration.ts';
import { formatPercent } from '../../../core/percent.ts';
import type { Cluster } from '../../../spec/cluster.ts';
import type { Decision } from '../../../system.ts';
import { DEFAULT_MAX_REQUEST } from '../arguments.ts';
import { BENCHMARK_WRITES_PER_SECOND, DEFAULT_COMPACTION, FSYNC_GUIDELINE, sizesOf, wildReserve } from '../load.ts';
import type { Settled } from '../settings.ts';
import { KIND, LOAD } from './paths.ts';

/** The load, what it needs, and the limits that are set. */
export function capacityDecisions(facts: Settled, cluster: Cluster): readonly Decision[] {
  const own = [compaction(facts), requestLimit(facts), disk(facts)];
  return [load(facts, cluster), quota(facts), ...(facts.topology === 'managed' ? [] : own)];
}

function load({ settings }: Settled, cluster: Cluster): Decision {
  const { origin, writesPerSecond, bytesPerWrite, liveData, eventShare } = settings.load;
  const { nodes, pods } = sizesOf(cluster);
  const rate =
    origin === 'written'
      ? `The document says ${writesPerSecond} writes/s.`
      : `${nodes} nodes renew a lease every 10 s and write their status every 5 minutes, two leaders renew theirs every 2 s, and each of ${pods} pods is replaced once a day with 8 writes: ${nodes}/10 + ${nodes}/300 + 1 + ${pods} x 8/86400 = ${writesPerSecond} writes/s. It is an estimate; write the measured rate into spec.etcd.load.`;
  const events =
    eventShare === 0 ? 'The share of Events is not known.' : `${formatPercent(eventShare)} of them are Events.`;
  return {
    field: 'load',
    value: {
      writesPerSecond,
      bytesPerWrite: formatBytes(bytesPerWrite),
      liveData: formatBytes(liveData),
      eventShare: formatPercent(eventShare),
    },
    because: `${rate} ${events} An average write of ${sayBytes(bytesPerWrite)} makes ${sayBytes(Math.round(writesPerSecond * bytesPerWrite))}/s; all objects together take ${sayBytes(liveData)}.`,
    source: {
      project: 'Kubernetes v1.36.3',
      where: 'pkg/kubelet/apis/config: lease and status periods; client-go leaderelection; estimates of this project',
    },
    from: LOAD,
  };
}

function quota(facts: Settled): Decision {
  const { settings, topology } = facts;
  const { quota: value } = settings;
  const { data, eventsData, eventsApart, verdict } = settings;
  return {
    field: 'quota',
    value: {
      quota: formatBytes(value),
      data: formatBytes(data),
      eventsData: formatBytes(eventsData),
      events: eventsApart ? 'apart' : 'shared',
      verdict,
    },
    because: `${history(facts)} ${judgement(facts)} ${topology === 'managed' ? 'EKS allows 8 GiB; at the limit the API is read-only until objects are deleted.' : reason(facts)}`,
    source: {
      project: 'etcd v3.6.14',
      where:
        'server/storage/quota.go (2 GiB default, 8 GiB suggested at most); apiserver v0.36.3 pkg/storage/etcd3/compact.go',
    },
    from: [
      ...LOAD,
      KIND,
      'spec.etcd.quota',
      ...(topology === 'managed' ? [] : ['spec.etcd.compactionInterval', 'spec.etcd.events']),
    ],
  };
}

function history({ settings }: Settled): string {
  const { load: written, compactionInterval, data, eventsData, eventsApart } = settings;
  const perSecond = Math.round(written.writesPerSecond * written.bytesPerWrite);
  const seconds = (2 * compactionInterval) / 1_000;
  const apart = eventsApart
    ? ` less ${sayBytes(eventsData)} of Events, which have an etcd of their own on the same machines,`
    : '';
  return `History lives for up to two compaction intervals: ${sayBytes(perSecond)}/s x ${seconds} s = ${sayBytes(perSecond * seconds)}, with ${sayBytes(written.liveData)} of live data${apart} ${sayBytes(data)}.`;
}

function judgement({ settings }: Settled): string {
  const { verdict, data, load: written, compactionInterval, quota: limit } = settings;
  if (verdict !== 'does not fit etcd') return `That fits into ${sayBytes(limit)}.`;
  if (written.writesPerSecond > BENCHMARK_WRITES_PER_SECOND) {
    return `${written.writesPerSecond} writes/s are more than the ${BENCHMARK_WRITES_PER_SECOND} that etcd's own benchmark reaches with 256-byte values on three members: this load does not fit etcd, and more members make it slower.`;
  }
  const perSecond = written.writesPerSecond * written.bytesPerWrite;
  const shorter = written.liveData + (perSecond * 2 * compactionInterval) / 5_000;
  return `${sayBytes(data)} do not fit into ${sayBytes(limit)}: at ${sayBytes(Math.round(perSecond))}/s a quota of 2 GiB is full after ${sayDuration((2 ** 31 / perSecond) * 1_000)}. More members do not help, since each holds everything. Keep what is not cluster state out of the API; compacting five times as often would leave ${sayBytes(Math.round(shorter))}.`;
}

function reason({ settings }: Settled): string {
  const { load: written, data, quota: limit } = settings;
  const reserve = wildReserve(written.bytesPerWrite);
  return `The quota is the least of 2, 4 and 8 GiB that holds the data twice, since freed pages stay in the file until it is defragmented, and ${sayBytes(reserve)} that a client at 100 writes/s leaves before people stop it within an hour: 2 x ${sayBytes(data)} + ${sayBytes(reserve)} = ${sayBytes(2 * data + reserve)}, unless the document sets it: ${sayBytes(limit)}. A full quota is the alarm NOSPACE: every write is refused.`;
}

function compaction({ settings }: Settled): Decision {
  const { compactionInterval: interval } = settings;
  const flag =
    interval === DEFAULT_COMPACTION
      ? 'the default, so no flag is set'
      : `--etcd-compaction-interval=${interval / 1_000}s`;
  return {
    field: 'compaction',
    value: { by: 'kube-apiserver', interval: `${interval / 1_000}s`, etcd: 'off' },
    because: `kube-apiserver compacts every ${sayDuration(interval)} (${flag}) what was there at its last visit, in every etcd that it writes to. etcd's own auto-compaction stays off: it could remove what a watch still needs.`,
    source: {
      project: 'kube-apiserver v1.36.3',
      where: 'apiserver v0.36.3 pkg/storage/etcd3/compact.go, pkg/storage/storagebackend/config.go',
    },
    from: [KIND, 'spec.etcd.compactionInterval'],
  };
}

function requestLimit({ settings }: Settled): Decision {
  const { maxRequestBytes: value } = settings;
  const left = value === DEFAULT_MAX_REQUEST ? "etcd's default, so no flag is set" : `--max-request-bytes=${value}`;
  return {
    field: 'requestLimit',
    value: formatBytes(value),
    because: `One request may have ${sayBytes(value)} (${left}). It is a limit, not a throughput: kube-apiserver refuses bodies above 3 MiB itself, Kubernetes supports objects up to 1.5 MB, and a large request holds up all others. --snapshot-count stays at its default of 10000 as well: it trims the Raft log and has nothing to do with backups or speed.`,
    source: {
      project: 'etcd v3.6.14',
      where:
        'server/embed/config.go: DefaultMaxRequestBytes; apiserver v0.36.3 pkg/server/config.go: MaxRequestBodyBytes',
    },
    from: [KIND, 'spec.etcd.maxRequestBytes'],
  };
}

function disk({ settings }: Settled): Decision {
  const { fsyncP99 } = settings.load;
  const measured =
    fsyncP99 === null
      ? 'Nobody measured it yet; the runbook for slow disks has the command.'
      : fsyncP99 <= FSYNC_GUIDELINE
        ? `Measured: ${sayDuration(fsyncP99)}, within the guideline.`
        : `Measured: ${sayDuration(fsyncP99)}, above the guideline: every write waits that long, and no setting of etcd makes a disk faster.`;
  return {
    field: 'disk',
    value: fsyncP99 === null ? 'unknown' : { fsyncP99: `${fsyncP99} ms`, withinGuideline: fsyncP99 <= FSYNC_GUIDELINE },
    because: `A write waits for one flush of the leader's log and one of another member's: 99 of 100 shall take less than ${FSYNC_GUIDELINE} ms, commits to the database less than 25 ms. ${measured}`,
    source: { project: 'etcd', where: 'documentation v3.6: FAQ, Hardware recommendations' },
    from: [KIND, 'spec.etcd.load.fsyncP99'],
  };
}
