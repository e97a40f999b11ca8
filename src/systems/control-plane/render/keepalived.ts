/** keepalived's configuration: who of the balancers holds the address. */
import type { Member } from '../../../facts.ts';
import { STATUS_PORT, VRRP_ADVERTISEMENT, VRRP_CHECK } from '../balancer.ts';
import type { Settled } from '../settings.ts';

const FIRST_PRIORITY = 100;

/**
 * One instance's file (keepalived 2.2.7, keepalived.conf(5)). Both start as BACKUP and never take the address back by
 * force, so that it moves once and not twice per failure.
 */
export function keepalivedConfiguration(facts: Settled, self: Member): string {
  const { instances } = facts.balancer;
  const { address, interface: nic } = facts.settings;
  const index = instances.findIndex(({ name }) => name === self.name);
  const peers = instances.filter(({ name }) => name !== self.name).map((peer) => `    ${peer.address}`);
  return `${[
    'global_defs {',
    `  router_id ${self.name}`,
    '  enable_script_security',
    '  script_user nobody',
    '}',
    '',
    'vrrp_script ready {',
    `  script "${checkCommand(facts)}"`,
    `  interval ${VRRP_CHECK.interval / 1_000}`,
    `  timeout ${VRRP_CHECK.timeout / 1_000}`,
    `  fall ${VRRP_CHECK.fall}`,
    '  rise 2',
    '}',
    '',
    'vrrp_instance api {',
    '  state BACKUP',
    '  nopreempt',
    `  interface ${nic}`,
    '  virtual_router_id 51',
    `  priority ${FIRST_PRIORITY - index}`,
    `  advert_int ${VRRP_ADVERTISEMENT / 1_000}`,
    `  unicast_src_ip ${self.address}`,
    '  unicast_peer {',
    ...peers,
    '  }',
    '  virtual_ipaddress {',
    `    ${address ?? ''}`,
    '  }',
    '  track_script {',
    '    ready',
    '  }',
    '}',
  ].join('\n')}\n`;
}

/** HAProxy says itself whether any member is ready; nginx cannot, so a request goes through it. */
function checkCommand(facts: Settled): string {
  const curl = '/usr/bin/curl --fail --silent --output /dev/null --max-time 1';
  return facts.balancer.kind === 'haproxy'
    ? `${curl} http://127.0.0.1:${STATUS_PORT}/ready`
    : `${curl} --cacert /etc/nginx/kubernetes-ca.crt https://127.0.0.1:${facts.endpoint.port}/readyz`;
}
