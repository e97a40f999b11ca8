/** nginx's stream configuration: TLS passed through, passive checks only. */
import { bracketed, isIpv6 } from './haproxy.ts';
import type { Settled } from '../settings.ts';

/** The same file on every instance (nginx 1.22 with the stream module of the distribution). */
export function nginxConfiguration(facts: Settled): string {
  const { port } = facts.endpoint;
  const { connectTimeout, fall } = facts.settings.healthCheck;
  const failTimeout = Math.max(1, Math.ceil((fall * connectTimeout) / 1_000)) * 5;
  const servers = facts.members.map(
    ({ name, address }) =>
      `    server ${bracketed(address)}:${port} max_fails=${fall} fail_timeout=${failTimeout}s; # ${name}`,
  );
  return `${[
    'include /etc/nginx/modules-enabled/*.conf;',
    'user www-data;',
    'worker_processes auto;',
    'worker_rlimit_nofile 40000;',
    'pid /run/nginx.pid;',
    'error_log /var/log/nginx/error.log warn;',
    '',
    'events {',
    '  worker_connections 20000;',
    '}',
    '',
    'stream {',
    '  # Only connections that fail count: a member that accepts them and is not ready stays in.',
    '  upstream members {',
    '    zone members 64k;',
    '    least_conn;',
    ...servers,
    '  }',
    '',
    '  server {',
    isIpv6(facts) ? `    listen [::]:${port} ipv6only=off;` : `    listen ${port};`,
    '    proxy_pass members;',
    `    proxy_connect_timeout ${connectTimeout}ms;`,
    '    proxy_timeout 10m;',
    '    proxy_socket_keepalive on;',
    '    proxy_next_upstream on;',
    '  }',
    '}',
  ].join('\n')}\n`;
}
