/** What is written to etcd, what that leaves on disk between compactions, and whether it fits. */
import type { Bytes, Millis } from '../../core/units.ts';
import { type Cluster, poolMaxPerZone, poolZones } from '../../spec/cluster.ts';
import type { Section } from './section.ts';
import type { EtcdLoad, EtcdSettings } from './settings.ts';

const KIB = 2 ** 10;
const GIB = 2 ** 30;

/** kubelet: a lease is renewed every 10 s, an unchanged node status is written every 5 minutes (Kubernetes v1.36 pkg/kubelet/apis/config). */
const LEASE_PERIOD_SECONDS = 10;
const STATUS_PERIOD_SECONDS = 300;
/** Controller manager and scheduler renew their lease every 2 s each. */
const LEADER_RENEWALS_PER_SECOND = 1;
/** Create, bind, status changes and events of one start: our estimate. */
const WRITES_PER_POD = 8;
const DAY_SECONDS = 86_400;
/** The pod, and what comes with it (its part of Services, slices, Secrets, its recent events): our estimate. */
const OBJECTS_PER_POD = 3;
const BYTES_PER_WRITE = 4 * KIB;
/** Kubernetes, Considerations for large clusters. */
const MOST_PODS = 150_000;

/** kube-apiserver v1.36.3 compacts every 5 minutes (apiserver storagebackend/config.go: DefaultCompactInterval). */
export const DEFAULT_COMPACTION: Millis = 300_000;
/** A revision lives for one to two intervals: the compactor removes what is older than its last visit (apiserver etcd3/compact.go). */
const INTERVALS_OF_HISTORY = 2;
/** etcd v3.6.14 server/storage/quota.go: 2 GiB by default, 8 GiB is the largest that is suggested. */
const QUOTA_STEPS: readonly Bytes[] = [2 * GIB, 4 * GIB, 8 * GIB];
export const LARGEST_QUOTA = 8 * GIB;
/** A client that runs wild at this rate is stopped by people within an hour: room for what it leaves. */
const WILD_WRITES_PER_SECOND = 100;
const WILD_SECONDS = 3_600;
/** The file keeps its freed pages until it is defragmented; the alert comes when half of it is free. */
const FREE_PAGES = 2;
/** etcd documentation, Performance: 3 members, 8 vCPU, 16 GB, SSD, 256-byte values, 1000 clients, writes to the leader. */
export const BENCHMARK_WRITES_PER_SECOND = 44_341;
/** etcd documentation, Hardware and FAQ: the 99th percentile of the flush stays below it. */
export const FSYNC_GUIDELINE: Millis = 10;

/** The load as written, else as estimated from the pools at their largest. */
export function loadOf(section: Section, cluster: Cluster): EtcdLoad {
  const { writesPerSecond, bytesPerWrite = BYTES_PER_WRITE, liveData, eventShare = 0, fsyncP99 } = section.load;
  const { nodes, pods } = sizesOf(cluster);
  const estimated =
    nodes / LEASE_PERIOD_SECONDS +
    nodes / STATUS_PERIOD_SECONDS +
    LEADER_RENEWALS_PER_SECOND +
    (pods * WRITES_PER_POD) / DAY_SECONDS;
  return {
    origin: writesPerSecond === undefined ? 'estimated' : 'written',
    writesPerSecond: writesPerSecond ?? Math.ceil(estimated * 100) / 100,
    bytesPerWrite,
    liveData: liveData ?? OBJECTS_PER_POD * pods * bytesPerWrite,
    eventShare,
    fsyncP99: fsyncP99 ?? null,
  };
}

/** Nodes that the pools may grow to, and the pods that fit on them. */
export function sizesOf(cluster: Cluster): { readonly nodes: number; readonly pods: number } {
  let nodes = 0;
  let pods = 0;
  for (const pool of cluster.pools) {
    const machines = poolMaxPerZone(pool) * poolZones(pool, cluster).length;
    nodes += machines;
    pods += machines * pool.machine.pods;
  }
  return { nodes, pods: Math.min(pods, MOST_PODS) };
}

export type Capacity = Pick<EtcdSettings, 'quota' | 'data' | 'eventsData' | 'verdict' | 'eventsApart'> & {
  /** Bytes per second, events with them. */
  readonly bytesPerSecond: Bytes;
};

/** Whether events can move to an etcd of their own: not where machines have no fixed addresses, nor where etcd is the provider's. */
function canSplit(cluster: Cluster): boolean {
  return cluster.controlPlane.kind === 'kubeadm';
}

/**
 * Live data plus the history between compactions against the quota; events apart when that is asked for, or when
 * only that makes the rest fit.
 */
export function capacityOf(section: Section, cluster: Cluster): Capacity {
  const load = loadOf(section, cluster);
  const interval = section.compactionInterval ?? DEFAULT_COMPACTION;
  const bytesPerSecond = load.writesPerSecond * load.bytesPerWrite;
  const history = (INTERVALS_OF_HISTORY * bytesPerSecond * interval) / 1_000;
  const eventsData = Math.ceil(history * load.eventShare);
  const all = Math.ceil(load.liveData + history);
  const most = section.quota ?? LARGEST_QUOTA;
  const fast = load.writesPerSecond <= BENCHMARK_WRITES_PER_SECOND;
  const splits = fast && canSplit(cluster) && all >= most && all - eventsData < most && eventsData < most;
  const eventsApart = section.events === 'separate' || (section.events === undefined && splits);
  const data = eventsApart ? all - eventsData : all;
  const fits = fast && data < most && (!eventsApart || eventsData < most);
  return {
    data,
    eventsData,
    eventsApart,
    bytesPerSecond,
    quota: section.quota ?? quotaFor(data, load.bytesPerWrite),
    verdict: fits ? (eventsApart ? 'fits with events apart' : 'fits') : 'does not fit etcd',
  };
}

/** The least step that holds the data twice and an hour of a client that runs wild. */
function quotaFor(data: Bytes, bytesPerWrite: Bytes): Bytes {
  const wanted = FREE_PAGES * data + wildReserve(bytesPerWrite);
  return QUOTA_STEPS.find((step) => step >= wanted) ?? LARGEST_QUOTA;
}

/** By the same estimate, for a cluster that no document describes. */
export function quotaForPods(pods: number): Bytes {
  return quotaFor(OBJECTS_PER_POD * pods * BYTES_PER_WRITE, BYTES_PER_WRITE);
}

/** What a client that runs wild leaves before it is stopped. */
export function wildReserve(bytesPerWrite: Bytes): Bytes {
  return WILD_WRITES_PER_SECOND * WILD_SECONDS * bytesPerWrite;
}
