/** Flags of etcd (v3.6) and of kube-apiserver (v1.36) that the plan settles; what equals a default of etcd is left out. */
import type { Bytes } from '../../core/units.ts';
import type { Argument } from '../../facts.ts';
import { clientUrl, EVENTS, MAIN, metricsUrl } from './endpoints.ts';
import { DEFAULT_COMPACTION } from './load.ts';
import type { Settled } from './settings.ts';

/** etcd v3.6.14 server/embed/config.go: DefaultMaxRequestBytes. */
export const DEFAULT_MAX_REQUEST: Bytes = 1_572_864;

/**
 * etcd's flags besides names, addresses and certificates. Timers are whole milliseconds without a unit: the flags are
 * unsigned integers. Snapshot count, auto-compaction and the request limit keep etcd's defaults unless written.
 */
export function etcdArguments(facts: Settled): readonly Argument[] {
  const { heartbeatInterval, quota, maxRequestBytes: request } = facts.settings;
  return [
    argument('heartbeat-interval', heartbeatInterval),
    argument('election-timeout', facts.electionTimeout),
    argument('quota-backend-bytes', quota),
    argument('listen-metrics-urls', metricsUrl(MAIN, facts)),
    ...(request === DEFAULT_MAX_REQUEST ? [] : [argument('max-request-bytes', request)]),
  ];
}

/** kube-apiserver's flags that follow: who compacts how often, and where events go. */
export function apiServerArguments({ settings, members }: Settled): readonly Argument[] {
  const interval = settings.compactionInterval;
  const events = members.map((member) => clientUrl(member, EVENTS)).join(';');
  return [
    ...(interval === DEFAULT_COMPACTION ? [] : [argument('etcd-compaction-interval', `${interval / 1_000}s`)]),
    ...(settings.eventsApart ? [argument('etcd-servers-overrides', `/events#${events}`)] : []),
  ];
}

function argument(name: string, value: string | number): Argument {
  return { name, value: String(value) };
}
