/** Alerts about the size of the database and about snapshots that do not come. */
import { sayDuration } from '../../../core/duration.ts';
import { sayBytes } from '../../../core/quantity.ts';
import type { Alert } from '../../../system.ts';
import { LARGEST_QUOTA } from '../load.ts';
import type { Settled } from '../settings.ts';
import { JOBS, MEMBER, memberSeries, MINUTE, MIXIN } from './series.ts';

const TOTAL = 'etcd_mvcc_db_total_size_in_bytes';
const IN_USE = 'etcd_mvcc_db_total_size_in_use_in_bytes';
const QUOTA = 'etcd_server_quota_backend_bytes';
/** Written by the snapshot script for node_exporter's textfile collector; `since epoch` in seconds. */
export const SNAPSHOT_METRIC = 'holdfast_etcd_snapshot_success_timestamp_seconds';
const GIB = 2 ** 30;

/** Quota, growth, fragmentation, snapshots. */
export function spaceAlerts(facts: Settled): readonly Alert[] {
  return [lowSpace(), growth(), fragmentation(), snapshotOld(facts)];
}

/** What can be seen of a provider's etcd: the size that the API server reports. */
export function managedAlerts(): readonly Alert[] {
  const above = 0.8 * LARGEST_QUOTA;
  const series = (values: string) => [{ series: 'apiserver_storage_size_bytes{storage_cluster_id="etcd-0"}', values }];
  return [
    {
      name: 'etcdManagedDatabaseLarge',
      expr: `max by (storage_cluster_id) (apiserver_storage_size_bytes) > ${above}`,
      for: 10 * MINUTE,
      severity: 'critical',
      summary: `The provider's database is above 80% of the ${sayBytes(LARGEST_QUOTA)} that it may have: at the limit the API takes no writes.`,
      runbook: 'too-much-data',
      source: { project: 'kube-apiserver v1.36.3', where: 'apiserver v0.36.3 pkg/storage/etcd3/metrics/metrics.go' },
      test: {
        interval: MINUTE,
        at: 15 * MINUTE,
        firing: series(`${7.5 * GIB}x20`),
        quiet: series(`${GIB}x20`),
        labels: { storage_cluster_id: 'etcd-0' },
      },
    },
  ];
}

function lowSpace(): Alert {
  return {
    name: 'etcdDatabaseQuotaLowSpace',
    expr: `last_over_time(${TOTAL}{${JOBS}}[5m]) / last_over_time(${QUOTA}{${JOBS}}[5m]) * 100 > 95`,
    for: 10 * MINUTE,
    severity: 'critical',
    summary:
      'The database of {{ $labels.instance }} fills more than 95% of its quota: when it is full, every write is refused.',
    runbook: 'no-space',
    source: MIXIN,
    test: {
      interval: MINUTE,
      at: 15 * MINUTE,
      firing: [memberSeries(TOTAL, '97x20'), memberSeries(QUOTA, '100x20')],
      quiet: [memberSeries(TOTAL, '90x20'), memberSeries(QUOTA, '100x20')],
      labels: MEMBER,
    },
  };
}

function growth(): Alert {
  return {
    name: 'etcdExcessiveDatabaseGrowth',
    expr: `predict_linear(${TOTAL}{${JOBS}}[4h], 4 * 60 * 60) > ${QUOTA}{${JOBS}}`,
    for: 10 * MINUTE,
    severity: 'warning',
    summary: 'At its present growth the database of {{ $labels.instance }} reaches its quota within four hours.',
    runbook: 'no-space',
    source: MIXIN,
    test: {
      interval: MINUTE,
      at: 300 * MINUTE,
      firing: [memberSeries(TOTAL, '0+10x320'), memberSeries(QUOTA, '4000x320')],
      quiet: [memberSeries(TOTAL, '1000x320'), memberSeries(QUOTA, '4000x320')],
      labels: MEMBER,
    },
  };
}

function fragmentation(): Alert {
  return {
    name: 'etcdDatabaseHighFragmentationRatio',
    expr: `last_over_time(${IN_USE}{${JOBS}}[5m]) / last_over_time(${TOTAL}{${JOBS}}[5m]) < 0.5 and ${IN_USE}{${JOBS}} > 104857600`,
    for: 10 * MINUTE,
    severity: 'warning',
    summary: 'Less than half of the file of {{ $labels.instance }} is in use: a defragmentation gives the rest back.',
    runbook: 'defragment',
    source: MIXIN,
    test: {
      interval: MINUTE,
      at: 15 * MINUTE,
      firing: [memberSeries(IN_USE, '200000000x20'), memberSeries(TOTAL, '600000000x20')],
      quiet: [memberSeries(IN_USE, '500000000x20'), memberSeries(TOTAL, '600000000x20')],
      labels: MEMBER,
    },
  };
}

/** The longest gap that the plan allows, and half an interval for the snapshot itself. */
function snapshotOld({ longestSnapshotGap, snapshotInterval }: Settled): Alert {
  const allowed = longestSnapshotGap + snapshotInterval / 2;
  const seconds = Math.ceil(allowed / 1_000);
  const minutes = Math.ceil(seconds / 60) + 30;
  return {
    name: 'etcdSnapshotTooOld',
    expr: `time() - (max(${SNAPSHOT_METRIC}) or vector(0)) > ${seconds}`,
    for: 5 * MINUTE,
    severity: 'critical',
    summary: `The newest snapshot of etcd is older than ${sayDuration(allowed)}, or no member reports one: a disaster now loses more than the plan allows.`,
    runbook: 'snapshot-failed',
    source: { project: 'holdfast', where: 'arithmetic: longest gap between two snapshots' },
    test: {
      interval: MINUTE,
      at: minutes * MINUTE,
      firing: [memberSeries(SNAPSHOT_METRIC, `0x${minutes + 5}`)],
      quiet: [memberSeries(SNAPSHOT_METRIC, `0+60x${minutes + 5}`)],
    },
  };
}
