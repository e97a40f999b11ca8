/** Flags of the three components as kubeadm's extraArgs take them; only those that differ from kubeadm's own. */
import type { ClientLimit } from '../../availability/recovery-timers.ts';
import type { Millis } from '../../core/units.ts';
import type { Argument, EtcdFacts, SchedulingFacts } from '../../facts.ts';
import { watchGraceFor } from './shutdown.ts';

/** Where the files that every member shares lie on a member; mounted read-only into the API server. */
export const FILES = '/etc/kubernetes/holdfast';
export const AUDIT_LOGS = '/var/log/kubernetes/audit';
const DAY = 86_400_000;
const AUDIT_FILES = 10;
const AUDIT_FILE_MEGABYTES = 100;

export interface ApiServerChoices {
  readonly scheduling: SchedulingFacts;
  readonly etcd: EtcdFacts;
  readonly shutdownDelay: Millis;
  readonly goawayChance: number;
  readonly auditKeep: Millis;
}

/** kube-apiserver's flags (v1.36.3). */
export function apiServerArguments(choices: ApiServerChoices): readonly Argument[] {
  const { scheduling, shutdownDelay, goawayChance } = choices;
  const tolerations = scheduling.tolerationByApiServer
    ? [
        argument('default-not-ready-toleration-seconds', wholeSeconds(scheduling.toleration)),
        argument('default-unreachable-toleration-seconds', wholeSeconds(scheduling.toleration)),
      ]
    : [];
  return [
    argument('audit-log-maxage', Math.ceil(choices.auditKeep / DAY)),
    argument('audit-log-maxbackup', AUDIT_FILES),
    argument('audit-log-maxsize', AUDIT_FILE_MEGABYTES),
    argument('audit-log-path', `${AUDIT_LOGS}/audit.log`),
    argument('audit-policy-file', `${FILES}/audit-policy.yaml`),
    argument('authentication-config', `${FILES}/authentication.yaml`),
    ...tolerations,
    argument('encryption-provider-config', `${FILES}/encryption.yaml`),
    argument('encryption-provider-config-automatic-reload', true),
    ...(goawayChance > 0 ? [argument('goaway-chance', goawayChance)] : []),
    argument('profiling', false),
    argument('shutdown-delay-duration', `${shutdownDelay / 1_000}s`),
    argument('shutdown-send-retry-after', true),
    argument('shutdown-watch-termination-grace-period', `${watchGraceFor(shutdownDelay) / 1_000}s`),
    ...choices.etcd.apiServerArguments,
  ];
}

/**
 * kube-controller-manager's flags: failure detection from the scheduling plan, and its client's limits. Metrics are
 * served beyond loopback, over TLS and only to clients with the right: the alerts on leaders need them.
 */
export function controllerManagerArguments(
  scheduling: SchedulingFacts,
  client: ClientLimit,
  anyAddress: string,
): readonly Argument[] {
  return [
    argument('bind-address', anyAddress),
    argument('kube-api-burst', client.burst),
    argument('kube-api-qps', client.qps),
    argument('large-cluster-size-threshold', scheduling.largeClusterSizeThreshold),
    argument('node-eviction-rate', scheduling.nodeEvictionRate),
    argument('node-monitor-grace-period', `${wholeSeconds(scheduling.nodeMonitorGracePeriod)}s`),
    argument('node-monitor-period', `${wholeSeconds(scheduling.nodeMonitorPeriod)}s`),
    argument('profiling', false),
    argument('secondary-node-eviction-rate', scheduling.secondaryNodeEvictionRate),
    argument('unhealthy-zone-threshold', scheduling.unhealthyZoneThreshold),
  ];
}

/** kube-scheduler's flags; the client's limits only when they differ from its defaults, since their flags are deprecated. */
export function schedulerArguments(client: ClientLimit, anyAddress: string): readonly Argument[] {
  const limits =
    client.qps === 50 ? [] : [argument('kube-api-burst', client.burst), argument('kube-api-qps', client.qps)];
  return [argument('bind-address', anyAddress), ...limits, argument('profiling', false)];
}

function argument(name: string, value: string | number | boolean): Argument {
  return { name, value: String(value) };
}

function wholeSeconds(millis: Millis): number {
  return Math.max(1, Math.ceil(millis / 1_000));
}
