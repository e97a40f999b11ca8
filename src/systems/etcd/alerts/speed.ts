/** Alerts about slow disks and slow ways between members; thresholds in seconds, as plain numbers. */
import type { Alert } from '../../../system.ts';
import type { Settled } from '../settings.ts';
import { GUIDELINE, histogram, JOBS, MEMBER, MINUTE, MIXIN, quickHistogram } from './series.ts';

const FSYNC = 'etcd_disk_wal_fsync_duration_seconds';
const COMMIT = 'etcd_disk_backend_commit_duration_seconds';
const PEER = 'etcd_network_peer_round_trip_time_seconds';
/** The mixin's threshold for a round trip. */
const PEER_THRESHOLD_SECONDS = 0.15;
const PEER_MARGIN = 1.5;

interface Threshold {
  readonly name: string;
  readonly metric: string;
  /** Seconds. */
  readonly above: number;
  readonly severity: Alert['severity'];
  readonly summary: string;
  readonly source: Alert['source'];
}

/** Flush, commit and round trip: 99th percentile over five minutes, for ten. */
export function speedAlerts({ settings }: Settled): readonly Alert[] {
  const peer = Math.max(PEER_THRESHOLD_SECONDS, (PEER_MARGIN * settings.roundTrip) / 1_000);
  const thresholds: readonly Threshold[] = [
    {
      name: 'etcdFsyncAboveGuideline',
      metric: FSYNC,
      above: 0.01,
      severity: 'info',
      summary: 'Flushes of the log of {{ $labels.instance }} take more than 10 ms: every write waits for them.',
      source: GUIDELINE,
    },
    {
      name: 'etcdHighFsyncDurations',
      metric: FSYNC,
      above: 0.5,
      severity: 'warning',
      summary:
        'Flushes of the log of {{ $labels.instance }} take more than half a second: heartbeats come late and leaders change.',
      source: MIXIN,
    },
    {
      name: 'etcdVeryHighFsyncDurations',
      metric: FSYNC,
      above: 1,
      severity: 'critical',
      summary: 'Flushes of the log of {{ $labels.instance }} take more than a second: longer than an election timeout.',
      source: MIXIN,
    },
    {
      name: 'etcdHighCommitDurations',
      metric: COMMIT,
      above: 0.25,
      severity: 'warning',
      summary: 'Commits to the database of {{ $labels.instance }} take more than a quarter of a second.',
      source: MIXIN,
    },
  ];
  return [...thresholds.map(alertOf), peerAlert(Number(peer.toFixed(3)))];
}

function alertOf({ name, metric, above, severity, summary, source }: Threshold): Alert {
  return {
    name,
    expr: `histogram_quantile(0.99, rate(${metric}_bucket{${JOBS}}[5m])) > ${above}`,
    for: 10 * MINUTE,
    severity,
    summary,
    runbook: 'slow-etcd',
    source,
    test: {
      interval: MINUTE,
      at: 20 * MINUTE,
      firing: histogram(metric, '8.192'),
      quiet: quickHistogram(metric),
      labels: MEMBER,
    },
  };
}

function peerAlert(above: number): Alert {
  const more = { To: '8e9e05c52164694d' };
  return {
    name: 'etcdMemberCommunicationSlow',
    expr: `histogram_quantile(0.99, rate(${PEER}_bucket{${JOBS}}[5m])) > ${above}`,
    for: 10 * MINUTE,
    severity: 'warning',
    summary: `Round trips from {{ $labels.instance }} to member {{ $labels.To }} take more than ${above} s: the timers of the plan assume less.`,
    runbook: 'slow-etcd',
    source: MIXIN,
    test: {
      interval: MINUTE,
      at: 20 * MINUTE,
      firing: histogram(PEER, String(above * 8), more),
      quiet: quickHistogram(PEER, more),
      labels: { ...MEMBER, ...more },
    },
  };
}
