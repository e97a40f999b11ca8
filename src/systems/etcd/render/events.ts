/** The etcd of events beside a stacked one: a static pod on every member, like kubeadm's own. */
import type { Member } from '../../../facts.ts';
import type { ConfigurationArtifact, KubernetesObject } from '../../../system.ts';
import { clientUrl, EVENTS, initialCluster, localUrl, metricsUrl, peerUrl, PKI } from '../endpoints.ts';
import { eventsQuota } from '../needs.ts';
import { MANIFESTS } from '../runbooks/hosts.ts';
import type { Settled } from '../settings.ts';

/** One manifest per member. */
export function eventsFiles(facts: Settled, cluster: string): readonly ConfigurationArtifact[] {
  if (facts.topology !== 'stacked' || !facts.settings.eventsApart) return [];
  return facts.members.map((member) => ({
    form: 'configuration',
    path: `hosts/${member.name}/etcd-events.yaml`,
    purpose: `Static pod with the etcd of events on ${member.name}. Installed as ${MANIFESTS}/etcd-events.yaml.`,
    decisions: ['etcd.quota', 'etcd.members', 'etcd.timers'],
    documents: [eventsPod(facts, member, cluster)],
  }));
}

/** Flags of the events' etcd on one member. */
export function eventsFlags(facts: Settled, member: Member, cluster: string): readonly string[] {
  const flags: Readonly<Record<string, string | number | boolean>> = {
    'advertise-client-urls': clientUrl(member, EVENTS),
    'cert-file': `${PKI}/server.crt`,
    'client-cert-auth': true,
    'data-dir': EVENTS.dataDirectory,
    'election-timeout': facts.electionTimeout,
    'feature-gates': 'InitialCorruptCheck=true',
    'heartbeat-interval': facts.settings.heartbeatInterval,
    'initial-advertise-peer-urls': peerUrl(member, EVENTS),
    'initial-cluster': initialCluster(facts.members, EVENTS),
    'initial-cluster-state': 'new',
    'initial-cluster-token': `${cluster}-etcd-events`,
    'key-file': `${PKI}/server.key`,
    'listen-client-urls': `${localUrl(EVENTS, facts)},${clientUrl(member, EVENTS)}`,
    'listen-metrics-urls': metricsUrl(EVENTS, facts),
    'listen-peer-urls': peerUrl(member, EVENTS),
    name: member.name,
    'peer-cert-file': `${PKI}/peer.crt`,
    'peer-client-cert-auth': true,
    'peer-key-file': `${PKI}/peer.key`,
    'peer-trusted-ca-file': `${PKI}/ca.crt`,
    'quota-backend-bytes': eventsQuota(facts),
    'trusted-ca-file': `${PKI}/ca.crt`,
    'watch-progress-notify-interval': '5s',
  };
  return Object.entries(flags).map(([name, value]) => `--${name}=${value}`);
}

/** After kubeadm v1.36.3 cmd/kubeadm/app/phases/etcd/local.go: GetEtcdPodSpec. */
function eventsPod(facts: Settled, member: Member, cluster: string): KubernetesObject {
  const mounts = [
    { name: 'data', path: EVENTS.dataDirectory },
    { name: 'certificates', path: PKI },
  ];
  const probe = (path: string, failureThreshold: number) => ({
    httpGet: { path, port: 'probe-port', scheme: 'HTTP' },
    periodSeconds: 10,
    timeoutSeconds: 15,
    failureThreshold,
  });
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: EVENTS.name,
      namespace: 'kube-system',
      labels: { component: EVENTS.name, tier: 'control-plane' },
    },
    spec: {
      containers: [
        {
          name: EVENTS.name,
          image: `registry.k8s.io/etcd:${facts.settings.version.replace(/^v/, '')}-0`,
          imagePullPolicy: 'IfNotPresent',
          command: ['etcd', ...eventsFlags(facts, member, cluster)],
          ports: [{ name: 'probe-port', containerPort: EVENTS.metricsPort, protocol: 'TCP' }],
          resources: { requests: { cpu: '100m', memory: '256Mi' } },
          startupProbe: probe('/readyz', 24),
          livenessProbe: probe('/livez', 8),
          readinessProbe: probe('/readyz', 3),
          volumeMounts: mounts.map(({ name, path }) => ({ name, mountPath: path, readOnly: name === 'certificates' })),
        },
      ],
      hostNetwork: true,
      priorityClassName: 'system-node-critical',
      securityContext: { seccompProfile: { type: 'RuntimeDefault' } },
      volumes: mounts.map(({ name, path }) => ({ name, hostPath: { path, type: 'DirectoryOrCreate' } })),
    },
  };
}
