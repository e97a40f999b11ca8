/** Flags of etcd (v3.6) and of kube-apiserver (v1.36) that the plan settles; what equals a default of etcd is left out. */
import type { Bytes, Millis } from '../../core/units.ts';
import type { Argument, EtcdFacts } from '../../facts.ts';
import { clientUrl, EVENTS, MAIN, metricsUrl } from './endpoints.ts';
import { DEFAULT_COMPACTION } from './load.ts';

/** etcd v3.6.14 server/embed/config.go: DefaultMaxRequestBytes. */
export const DEFAULT_MAX_REQUEST: Bytes = 1_572_864;

/**
 * etcd's flags besides names, addresses and certificates. Timers are whole milliseconds without a unit: the flags are
 * unsigned integers. Snapshot count, auto-compaction and the request limit keep etcd's defaults unless written.
 */
export function etcdArguments(
  facts: Pick<EtcdFacts, 'heartbeatInterval' | 'electionTimeout' | 'quota' | 'members' | 'settings'>,
): readonly Argument[] {
  const { heartbeatInterval, electionTimeout, quota, settings } = facts;
  const request = settings?.maxRequestBytes ?? DEFAULT_MAX_REQUEST;
  return [
    argument('heartbeat-interval', heartbeatInterval),
    argument('election-timeout', electionTimeout),
    argument('quota-backend-bytes', quota),
    argument('listen-metrics-urls', metricsUrl(MAIN, facts as EtcdFacts)),
    ...(request === DEFAULT_MAX_REQUEST ? [] : [argument('max-request-bytes', request)]),
  ];
}

/** kube-apiserver's flags that follow: who compacts how often, and where events go. */
export function apiServerArguments(facts: EtcdFacts): readonly Argument[] {
  const { settings, members } = facts;
  const interval: Millis = settings?.compactionInterval ?? DEFAULT_COMPACTION;
  const events = members.map((member) => clientUrl(member, EVENTS)).join(';');
  return [
    ...(interval === DEFAULT_COMPACTION ? [] : [argument('etcd-compaction-interval', `${interval / 1_000}s`)]),
    ...(settings?.eventsApart === true ? [argument('etcd-servers-overrides', `/events#${events}`)] : []),
  ];
}

function argument(name: string, value: string | number): Argument {
  return { name, value: String(value) };
}
