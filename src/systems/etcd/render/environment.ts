/** What etcdctl reads on a member: endpoints and certificates. Its flags must not be given beside these variables; it refuses both. */
import type { TextArtifact } from '../../../system.ts';
import { type Instance, instancesOf, MAIN, PKI } from '../endpoints.ts';
import { endpointsOf, ENVIRONMENT, EVENTS_ENVIRONMENT } from '../runbooks/hosts.ts';
import type { Settled } from '../settings.ts';

/** One file for each etcd. */
export function environmentFiles(facts: Settled): readonly TextArtifact[] {
  return instancesOf(facts).map((instance) => environmentFile(facts, instance));
}

function environmentFile(facts: Settled, instance: Instance): TextArtifact {
  const main = instance === MAIN;
  return {
    form: 'text',
    path: main ? 'hosts/etcdctl.env' : 'hosts/etcdctl-events.env',
    purpose: `Makes etcdctl on a member talk to ${main ? 'the cluster' : 'the etcd of events'}: source it from ${main ? ENVIRONMENT : EVENTS_ENVIRONMENT}.`,
    decisions: ['etcd.members'],
    syntax: 'shell',
    text: [
      `export ETCDCTL_ENDPOINTS=${endpointsOf(facts, instance)}`,
      `export ETCDCTL_CACERT=${PKI}/ca.crt`,
      `export ETCDCTL_CERT=${PKI}/healthcheck-client.crt`,
      `export ETCDCTL_KEY=${PKI}/healthcheck-client.key`,
    ].join('\n'),
  };
}
