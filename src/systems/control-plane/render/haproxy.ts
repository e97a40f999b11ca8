/** HAProxy's configuration: TLS passed through, members asked GET /readyz over TLS. */
import type { ControlPlaneFacts } from '../../../facts.ts';
import { fastInterval, STATUS_PORT } from '../balancer.ts';
import type { Settled } from '../settings.ts';

/** The same file on every instance (HAProxy 2.6 to 3.4, doc/configuration.txt). */
export function haproxyConfiguration(facts: Settled): string {
  const { port } = facts.endpoint;
  const { interval, timeout, connectTimeout, fall, rise } = facts.settings.healthCheck;
  const check = `inter ${interval}ms fastinter ${fastInterval(interval)}ms downinter ${interval}ms fall ${fall} rise ${rise}`;
  const servers = facts.members.map(({ name, address }) => `  server ${name} ${bracketed(address)}:${port}`);
  return `${[
    'global',
    '  log /dev/log local0',
    '  user haproxy',
    '  group haproxy',
    '  maxconn 20000',
    '  stats socket /run/haproxy/admin.sock mode 660 level admin',
    '',
    'defaults',
    '  mode tcp',
    '  log global',
    '  option tcplog',
    '  option dontlognull',
    '  option redispatch 1',
    '  retries 2',
    `  timeout connect ${connectTimeout}ms`,
    `  timeout check ${timeout}ms`,
    '  # Watches are long-lived; client-go pings idle connections every 30 s, so 10 minutes of silence mean a dead peer.',
    '  timeout client 10m',
    '  timeout server 10m',
    '  timeout tunnel 10m',
    '  timeout client-fin 30s',
    '  timeout server-fin 30s',
    '  option clitcpka',
    '  option srvtcpka',
    '',
    'frontend api',
    isIpv6(facts) ? `  bind :::${port} v4v6` : `  bind *:${port}`,
    '  default_backend members',
    '',
    'backend members',
    '  balance leastconn',
    '  option httpchk',
    "  # The name is in every serving certificate; the check verifies it against the cluster's own authority.",
    '  http-check connect ssl sni kubernetes.default.svc alpn http/1.1',
    '  http-check send meth GET uri /readyz ver HTTP/1.1 hdr Host kubernetes.default.svc',
    '  http-check expect status 200',
    `  default-server check ${check} slowstart 10s verify required ca-file /etc/haproxy/kubernetes-ca.crt on-marked-down shutdown-sessions`,
    ...servers,
    '',
    'frontend status',
    `  bind 127.0.0.1:${STATUS_PORT}`,
    '  mode http',
    '  option httplog',
    '  acl no_member nbsrv(members) lt 1',
    '  monitor-uri /ready',
    '  monitor fail if no_member',
    '  stats enable',
    '  stats uri /stats',
    '  stats refresh 5s',
  ].join('\n')}\n`;
}

/** True if the members have IPv6 addresses. */
export function isIpv6({ members }: Pick<ControlPlaneFacts, 'members'>): boolean {
  return members.some(({ address }) => address.includes(':'));
}

/** IPv6 addresses stand in brackets before a port. */
export function bracketed(address: string): string {
  return address.includes(':') ? `[${address}]` : address;
}
