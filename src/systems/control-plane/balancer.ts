/** Which balancer stands before the API servers, who holds its address, and how long each takes to notice a loss. */
import { standbyTakeover } from '../../availability/standby.ts';
import type { Millis } from '../../core/units.ts';
import type { ControlPlaneFacts } from '../../facts.ts';
import type { Cluster } from '../../spec/cluster.ts';
import type { Section } from './section.ts';
import type { ControlPlaneSettings } from './settings.ts';

export type BalancerKind = ControlPlaneFacts['balancer']['kind'];
type AddressHolder = ControlPlaneSettings['addressHolder'];
type HealthCheck = ControlPlaneSettings['healthCheck'];
interface Span {
  readonly least: Millis;
  readonly most: Millis;
}

/** The balancer that the document asks for, or the one that its provider can carry. */
export function balancerKind(
  section: Pick<Section, 'kind' | 'balancer'>,
  { provider }: Pick<Cluster, 'provider'>,
): BalancerKind {
  if (section.kind === 'eks') return 'managed';
  if (section.balancer !== undefined) return section.balancer;
  return provider === 'aws' ? 'nlb' : 'haproxy';
}

/** Who makes sure that exactly one machine answers for the address. */
export function addressHolder(kind: BalancerKind, bgp: Section['bgp']): AddressHolder {
  if (kind === 'managed' || kind === 'nlb') return 'provider';
  if (kind === 'kube-vip') return bgp === undefined ? 'kube-vip-arp' : 'kube-vip-bgp';
  return 'keepalived';
}

/** Where a balancer's own health and statistics are served; loopback only. */
export const STATUS_PORT = 8404;

/** VRRP: advertisements per second and the priorities of our instances (100, 99). */
export const VRRP_ADVERTISEMENT: Millis = 1_000;
/** Checks of keepalived's script: period, time-out and failures in a row. */
export const VRRP_CHECK = { interval: 1_000, timeout: 1_000, fall: 2 } as const;
const VRRP_LOWEST_PRIORITY = 99;

/**
 * Until a failed member gets no new connections. HAProxy: between two quick failures after a check (refused), and two
 * checks that both run into their time-out (silent); HAProxy 2.6 doc/configuration.txt, inter, fastinter, timeout check.
 * NLB: the same without a faster interval; the provider's own propagation comes on top and is not published.
 * nginx has no active check: only connections that fail count. kube-vip sends all to the holder of the address.
 */
export function ejectionOf(kind: BalancerKind, check: HealthCheck, takeover: Span): Span {
  const { interval, timeout, connectTimeout, fall } = check;
  const quick = (fall - 1) * fastInterval(interval);
  const spans: Readonly<Record<BalancerKind, Span>> = {
    haproxy: { least: quick, most: interval + quick + fall * Math.max(timeout, connectTimeout) },
    nlb: { least: (fall - 1) * interval, most: fall * interval + timeout },
    nginx: { least: 0, most: fall * connectTimeout },
    'kube-vip': takeover,
    managed: { least: 0, most: 0 },
  };
  return spans[kind];
}

/** HAProxy's interval while a member is between up and down: half of the normal one. */
export function fastInterval(interval: Millis): Millis {
  return Math.round(interval / 2);
}

/**
 * Until another instance holds the address. VRRP (RFC 5798): three advertisements and a skew of (256 − priority)/256
 * of one, at most one of them already waited for; a dead balancer process is seen by the check script first.
 * kube-vip: a lease of client-go's leader election.
 * NLB: its name's time to live of 60 s; other addresses of the name answer at once.
 */
export function takeoverOf(
  holder: AddressHolder,
  balancer: BalancerKind,
  lease: ControlPlaneSettings['addressLease'],
): Span {
  const skew = Math.round(((256 - VRRP_LOWEST_PRIORITY) / 256) * VRRP_ADVERTISEMENT);
  const silent = 3 * VRRP_ADVERTISEMENT + skew;
  const leased = standbyTakeover(lease);
  const spans: Readonly<Record<AddressHolder, Span>> = {
    keepalived: { least: silent - VRRP_ADVERTISEMENT, most: VRRP_CHECK.fall * VRRP_CHECK.interval + silent },
    'kube-vip-arp': leased,
    'kube-vip-bgp': leased,
    provider: { least: 0, most: balancer === 'nlb' ? 60_000 : 0 },
  };
  return spans[holder];
}

/** Recovery promises below this let kube-vip's lease be short. */
const SHORT_LEASE_BELOW: Millis = 30_000;

/** The lease of the address: client-go's 15/10/2 s, or 5/3/1 s when a short recovery is promised. */
export function addressLeaseFor(promised: Millis | undefined): ControlPlaneSettings['addressLease'] {
  return promised !== undefined && promised < SHORT_LEASE_BELOW
    ? { leaseDuration: 5_000, renewDeadline: 3_000, retryPeriod: 1_000 }
    : { leaseDuration: 15_000, renewDeadline: 10_000, retryPeriod: 2_000 };
}
