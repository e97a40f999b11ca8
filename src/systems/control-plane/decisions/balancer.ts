/** Decisions about the balancer: which, who holds its address, how it finds a dead member. */
import { sayDuration } from '../../../core/duration.ts';
import type { ControlPlaneFacts } from '../../../facts.ts';
import type { Decision } from '../../../system.ts';
import { VRRP_ADVERTISEMENT, VRRP_CHECK } from '../balancer.ts';
import type { Context } from '../facts.ts';
import { STATIC_POD_GRACE, watchGraceFor } from '../shutdown.ts';
import { BALANCER, KIND, OWN_ADDRESS } from './paths.ts';
import type { Settled } from '../settings.ts';

/** Nothing is decided of EKS's own balancer beside that it is there. */
export function balancerDecisions(facts: Settled, context: Context): readonly Decision[] {
  if (facts.kind === 'eks') return [balancer(facts, context)];
  return [
    balancer(facts, context),
    ...(facts.settings.address === null ? [] : [instances(facts, context), address(facts), takeover(facts)]),
    healthCheck(facts),
    sessions(facts),
    shutdownDelay(facts),
    goaway(facts),
  ];
}

const HAPROXY = {
  project: 'haproxy v3.4.0',
  where: 'doc/configuration.txt: http-check connect, inter, fastinter, on-marked-down',
};
const KUBE_VIP = { project: 'kube-vip v1.0.4', where: 'pkg/kubevip/config_generator.go, cmd/kube-vip.go' };
const NGINX = {
  project: 'nginx 1.22',
  where: 'src/stream/ngx_stream_upstream.c; ngx_stream_upstream_hc_module is commercial',
};
const ELB = {
  project: 'Elastic Load Balancing',
  where: 'User Guide for Network Load Balancers: target group health checks, attributes',
};
const CAPA = { project: 'cluster-api-provider-aws v2.11.1', where: 'pkg/cloud/services/elb/loadbalancer.go' };
const KEEPALIVED = { project: 'keepalived 2.2.7', where: 'keepalived.conf(5); RFC 5798 section 6.1' };
const API_SERVER = {
  project: 'kube-apiserver v1.36.3',
  where: 'k8s.io/apiserver pkg/server/options/server_run_options.go',
};

const REASONS: Readonly<Record<ControlPlaneFacts['balancer']['kind'], string>> = {
  haproxy:
    'HAProxy passes TLS through (mode tcp), so client certificates, exec and port-forward keep working; it asks every member GET /readyz over TLS and closes the sessions of a member that it marks down. A balancer at the HTTP layer would end TLS and break client certificates.',
  nginx:
    'nginx was asked for. Its stream module passes TLS through, but the free version has passive checks only: it never sees a member that accepts connections and answers /readyz with 500, for instance with its etcd gone.',
  'kube-vip':
    'kube-vip moves the address between the members themselves, without machines of its own. It does not spread connections: one member answers all of them.',
  nlb: 'A network load balancer passes TLS through, stands in every zone, and asks every member GET /readyz over HTTPS. A VPC carries neither VRRP nor gratuitous ARP, so no balancer of our own could move an address there.',
  managed: 'EKS runs the balancer before its API servers; nothing of it can be set.',
};

function balancer(facts: Settled, { cluster }: Context): Decision {
  const { kind } = facts.balancer;
  const source = {
    haproxy: HAPROXY,
    nginx: NGINX,
    'kube-vip': KUBE_VIP,
    nlb: ELB,
    managed: { project: 'Amazon EKS', where: 'User Guide: cluster API server endpoint' },
  }[kind];
  return {
    field: 'balancer',
    value: kind,
    because: `${REASONS[kind]} The machines come from ${cluster.provider}.`,
    source,
    from: BALANCER,
  };
}

function instances(facts: Settled, { cluster }: Context): Decision {
  const own = facts.balancer.kind !== 'kube-vip';
  const zones = [...new Set(facts.balancer.instances.map(({ zone }) => zone))];
  const spread =
    zones.length > 1
      ? `over the zones ${zones.join(', ')}, so that no zone takes all of them`
      : `in zone ${zones[0] ?? ''}: a second machine covers the first, nothing covers the zone`;
  const value = own ? facts.balancer.instances.map(({ name, zone }) => `${name} in ${zone}`) : 'the members';
  const because = own
    ? `One balancer would be a single point of failure, so ${facts.balancer.instances.length} stand ${spread}; one holds the address, the other waits. Cluster ${cluster.name} needs no third: the address moves in at most ${sayDuration(facts.balancer.takeover.most)}.`
    : `Every member of ${cluster.name} runs kube-vip and can hold the address.`;
  const from = own ? [...OWN_ADDRESS, 'metadata.name', 'spec.regions[].zones'] : OWN_ADDRESS;
  return { field: 'balancerInstances', value, because, source: own ? KEEPALIVED : KUBE_VIP, from };
}

function address(facts: Settled): Decision {
  const { address: held, interface: nic, addressHolder: holder, bgp } = facts.settings;
  const how = {
    keepalived: `keepalived moves it by VRRP over unicast, on ${nic}`,
    'kube-vip-arp': `kube-vip announces it by ARP on ${nic}, which ends at the segment's border`,
    'kube-vip-bgp': `kube-vip announces it by BGP to ${bgp?.peers.map((peer) => peer.address).join(', ') ?? ''}, so it may move between segments`,
    provider: 'the provider holds it',
  }[holder];
  return {
    field: 'address',
    value: {
      address: held,
      interface: holder === 'kube-vip-bgp' ? 'lo' : nic,
      holder,
      ...(bgp === null
        ? {}
        : { localAs: bgp.localAs, peers: bgp.peers.map((peer) => `${peer.address} AS ${peer.as}`) }),
    },
    because: `The endpoint's name points to ${held ?? ''} and nothing else; ${how}. It lies near the end of cidrs.nodes unless it is written, where machines and gateways seldom are.`,
    source: holder === 'keepalived' ? KEEPALIVED : KUBE_VIP,
    from: [
      ...OWN_ADDRESS,
      'spec.cidrs.nodes',
      'spec.controlPlane.bgp',
      'spec.controlPlane.endpoint.address',
      'spec.controlPlane.endpoint.interface',
    ],
  };
}

function takeover(facts: Settled): Decision {
  const { least, most } = facts.balancer.takeover;
  const { addressLease: lease, addressHolder: holder } = facts.settings;
  const span = `${sayDuration(least)} to ${sayDuration(most)}`;
  if (holder === 'keepalived') {
    return {
      field: 'takeover',
      value: {
        advertisementSeconds: VRRP_ADVERTISEMENT / 1_000,
        checkSeconds: VRRP_CHECK.interval / 1_000,
        checkFalls: VRRP_CHECK.fall,
      },
      because: `The waiting balancer takes the address after three missed advertisements of ${sayDuration(VRRP_ADVERTISEMENT)} and a skew of 157/256 of one: 3.6 s after the last one, so ${span} after a loss; a dead process is first seen by ${VRRP_CHECK.fall} checks of ${sayDuration(VRRP_CHECK.interval)}. The check asks the balancer whether any member is ready, so a balancer that is cut off gives the address up.`,
      source: KEEPALIVED,
      from: OWN_ADDRESS,
    };
  }
  return {
    field: 'takeover',
    value: {
      leaseSeconds: lease.leaseDuration / 1_000,
      renewSeconds: lease.renewDeadline / 1_000,
      retrySeconds: lease.retryPeriod / 1_000,
    },
    because: `A standby takes the address when the lease that it last saw renewed is ${sayDuration(lease.leaseDuration)} old and its next try comes (to see it and to try again take at most 2.2 × ${sayDuration(lease.retryPeriod)} each): ${span}. A promise of recovery below 30 s shortens the lease to 5 s; each member renews or reads it through its own API server.`,
    source: KUBE_VIP,
    from: [...OWN_ADDRESS, 'spec.objectives.controlPlaneRecovery'],
  };
}

function healthCheck(facts: Settled): Decision {
  const { kind, ejection } = facts.balancer;
  const { interval, timeout, connectTimeout, fall, rise } = facts.settings.healthCheck;
  const span = `${sayDuration(ejection.least)} to ${sayDuration(ejection.most)}`;
  const value = {
    haproxy: { path: '/readyz', tls: true, intervalMillis: interval, fall, rise },
    nlb: { path: '/readyz', tls: true, intervalMillis: interval, fall, rise },
    nginx: { path: null, tls: false, connectMillis: connectTimeout, fall },
    'kube-vip': { path: null, tls: false },
    managed: { path: null, tls: false },
  }[kind];
  const because = {
    haproxy: `A member that refuses is out after ${fall} failures with ${sayDuration(interval / 2)} between them, a silent one after ${sayDuration(interval)} + ${fall - 1} × ${sayDuration(interval / 2)} + ${fall} × ${sayDuration(timeout)} at most: ${span}. /readyz over TLS is the one right question: a plain HTTP check of a TLS port marks every member down, a TCP check keeps members whose etcd is gone, /healthz is deprecated since Kubernetes 1.16.`,
    nlb: `${fall} checks of ${sayDuration(interval)} and one time-out of ${sayDuration(timeout)}: ${span} until a member gets no new connections; 5 s is the least interval that the provider takes, and its own propagation comes on top.`,
    nginx: `nginx counts failed connections only (max_fails ${fall}, connect time-out ${sayDuration(connectTimeout)} in place of the 60 s default): a dead member costs the first clients ${span}. A member that accepts connections but is not ready is never taken out; that is a limit of nginx.`,
    'kube-vip': `kube-vip reads no /readyz: the holder of the address loses it when it cannot renew its lease through its own API server, in ${span}.`,
    managed: 'EKS checks its own members.',
  }[kind];
  const check = 'spec.controlPlane.healthCheck';
  return {
    field: 'healthCheck',
    value,
    because,
    source: { haproxy: HAPROXY, nlb: ELB, nginx: NGINX, 'kube-vip': KUBE_VIP, managed: API_SERVER }[kind],
    from: [...BALANCER, `${check}.interval`, `${check}.fall`, `${check}.rise`, 'spec.objectives.controlPlaneRecovery'],
  };
}

function sessions(facts: Settled): Decision {
  const { kind } = facts.balancer;
  const byCapa = facts.kind === 'cluster-api';
  const value = {
    haproxy: 'closed when a member is marked down',
    nlb: byCapa ? 'drained for 300 s when a member is marked down' : 'closed when a member is marked down',
    nginx: 'kept until they fail',
    'kube-vip': 'end with the holder',
    managed: 'managed',
  }[kind];
  const because = {
    haproxy:
      'on-marked-down shutdown-sessions: watches are long-lived, and sessions to a zone that is cut off survive half-open on both sides; clients that keep them see nothing for minutes. Idle sessions carry TCP keep-alives for the same reason.',
    nlb: byCapa
      ? 'The AWS provider of Cluster API sets connection termination to false and a draining interval of 300 s on its target groups, whatever the document says: clients leave a silent member only by their own time-outs (HTTP/2 ping, 30 s + 15 s).'
      : 'Connection termination on unhealthy targets is on: watches are long-lived, and sessions to a zone that is cut off survive half-open on both sides.',
    nginx: 'nginx does not close the sessions of a member that fails; keep-alives end them when the machine is gone.',
    'kube-vip':
      'There is no balancer in between: a session ends when the holder of the address does, and its replacement knows none of them, so it resets them.',
    managed: 'EKS decides.',
  }[kind];
  return {
    field: 'sessions',
    value,
    because,
    source: { haproxy: HAPROXY, nlb: byCapa ? CAPA : ELB, nginx: NGINX, 'kube-vip': KUBE_VIP, managed: API_SERVER }[
      kind
    ],
    from: [KIND, 'spec.controlPlane.balancer'],
  };
}

function shutdownDelay(facts: Settled): Decision {
  const { shutdownDelay: delay, healthCheck: check, kubeletShutdown } = facts.settings;
  const { kind } = facts.balancer;
  const checked = kind === 'haproxy' || kind === 'nlb';
  const needed = checked
    ? `The balancer needs ${check.fall} checks of ${sayDuration(check.interval)} to see it, ${sayDuration(check.fall * check.interval)}; half of that again and 1 s are added, at least 5 s`
    : 'No check reads /readyz here, so 5 s are kept for the Service kubernetes, whose endpoint the member withdraws at once';
  return {
    field: 'shutdownDelay',
    value: `${delay / 1_000}s`,
    because: `A member that is asked to stop answers /readyz with 500 at once and keeps serving for ${sayDuration(delay)}. ${needed}. Watches then end over ${sayDuration(watchGraceFor(delay))}; with the ${sayDuration(STATIC_POD_GRACE)} that the kubelet gives a static pod, ${sayDuration(STATIC_POD_GRACE - delay)} remain for them and for requests in flight. The kubelet of a machine that shuts down leaves critical pods ${sayDuration(kubeletShutdown.critical)}.`,
    source: API_SERVER,
    from: [
      ...BALANCER,
      'spec.controlPlane.healthCheck.interval',
      'spec.controlPlane.healthCheck.fall',
      'spec.objectives.controlPlaneRecovery',
    ],
  };
}

function goaway(facts: Settled): Decision {
  const chance = facts.settings.goawayChance;
  const because =
    chance > 0
      ? `HTTP/2 clients stay on one member for ever: after a restart all load stays on the others. One request in ${Math.round(1 / chance)} asks its client to reconnect, so it lands on a member anew; kube-apiserver takes at most 0.02. A single member is started without it.`
      : 'Asking clients to reconnect only helps where a balancer spreads connections over several members.';
  return {
    field: 'goawayChance',
    value: chance,
    because,
    source: API_SERVER,
    from: [KIND, 'spec.controlPlane.balancer', 'spec.controlPlane.goawayChance'],
  };
}
