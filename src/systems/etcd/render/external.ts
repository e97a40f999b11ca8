/** Configuration and units of members that have machines of their own. */
import { dump } from 'js-yaml';
import type { JsonObject } from '../../../core/json.ts';
import type { Member } from '../../../facts.ts';
import type { TextArtifact } from '../../../system.ts';
import {
  clientUrl,
  initialCluster,
  type Instance,
  instancesOf,
  localUrl,
  MAIN,
  metricsUrl,
  peerUrl,
  PKI,
} from '../endpoints.ts';
import { DEFAULT_MAX_REQUEST } from '../arguments.ts';
import { eventsQuota } from '../needs.ts';
import type { Settled } from '../settings.ts';

/** One configuration per member and etcd, and one unit per etcd. */
export function externalFiles(facts: Settled, cluster: string): readonly TextArtifact[] {
  if (facts.topology !== 'external') return [];
  return instancesOf(facts).flatMap((instance) => [
    unit(instance),
    ...facts.members.map((member) => configuration(facts, { member, instance, cluster })),
  ]);
}

interface Place {
  readonly member: Member;
  readonly instance: Instance;
  readonly cluster: string;
}

function configuration(facts: Settled, { member, instance, cluster }: Place): TextArtifact {
  return {
    form: 'text',
    path: `hosts/${member.name}/${instance.name}.conf.yaml`,
    purpose: `Configuration of ${instance.name} on ${member.name}. With it every flag and environment variable of etcd is ignored; timers are whole milliseconds.`,
    decisions: ['etcd.members', 'etcd.timers', 'etcd.quota', 'etcd.metrics'],
    syntax: 'yaml',
    text: dump(memberConfiguration(facts, { member, instance, cluster }), { lineWidth: -1 }),
  };
}

/** The member's configuration file (etcd v3.6.14 server/embed/config.go: configYAML). */
export function memberConfiguration(facts: Settled, { member, instance, cluster }: Place): JsonObject {
  const request = facts.settings.maxRequestBytes;
  const security = (name: 'server' | 'peer'): JsonObject => ({
    'cert-file': `${PKI}/${name}.crt`,
    'key-file': `${PKI}/${name}.key`,
    'client-cert-auth': true,
    'trusted-ca-file': `${PKI}/ca.crt`,
  });
  return {
    name: member.name,
    'data-dir': instance.dataDirectory,
    'heartbeat-interval': facts.settings.heartbeatInterval,
    'election-timeout': facts.electionTimeout,
    'quota-backend-bytes': instance === MAIN ? facts.settings.quota : eventsQuota(facts),
    ...(request === DEFAULT_MAX_REQUEST ? {} : { 'max-request-bytes': request }),
    'listen-peer-urls': peerUrl(member, instance),
    'listen-client-urls': `${localUrl(instance, facts)},${clientUrl(member, instance)}`,
    'listen-metrics-urls': metricsUrl(instance, facts),
    'initial-advertise-peer-urls': peerUrl(member, instance),
    'advertise-client-urls': clientUrl(member, instance),
    'initial-cluster': initialCluster(facts.members, instance),
    'initial-cluster-token': `${cluster}-${instance.name}`,
    'initial-cluster-state': 'new',
    'client-transport-security': security('server'),
    'peer-transport-security': security('peer'),
    'feature-gates': 'InitialCorruptCheck=true',
  };
}

function unit(instance: Instance): TextArtifact {
  return {
    form: 'text',
    path: `hosts/${instance.name}.service`,
    purpose: `Runs ${instance.name} on a machine of its own.`,
    decisions: ['etcd.topology', 'etcd.version'],
    syntax: 'systemd',
    text: `[Unit]
Description=${instance === MAIN ? 'etcd' : 'etcd for events'}
Documentation=https://etcd.io/docs/v3.6/
Wants=network-online.target
After=network-online.target
StartLimitIntervalSec=0

[Service]
Type=notify
User=etcd
ExecStart=/usr/local/bin/etcd --config-file=/etc/etcd/${instance.name}.conf.yaml
Restart=always
RestartSec=5s
# Waits for a quorum before it reports that it is ready.
TimeoutStartSec=infinity
LimitNOFILE=65536
Nice=-10
IOSchedulingClass=best-effort
IOSchedulingPriority=0

[Install]
WantedBy=multi-user.target
`,
  };
}
