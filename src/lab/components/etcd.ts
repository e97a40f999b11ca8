/** One etcd member with TLS for clients and peers. */
import { LOOPBACK, type PlaneLayout, planePaths } from './layout.ts';
import { type Component, flagSet, flags } from './component.ts';

/**
 * The member of this plane. A token of its own per directory: a stale member that comes back can then not join
 * (etcd v3.6.14 server/embed/config.go, initial-cluster-token).
 */
export function etcdComponent(layout: PlaneLayout): Component {
  const paths = planePaths(layout);
  const { etcdClient, etcdPeer, etcdMetrics } = layout.ports;
  const name = `etcd-${layout.zone}`;
  const own = flagSet({
    name,
    'data-dir': paths.etcdData,
    'listen-client-urls': `https://${LOOPBACK}:${etcdClient}`,
    'advertise-client-urls': `https://${LOOPBACK}:${etcdClient}`,
    'listen-peer-urls': `https://${LOOPBACK}:${etcdPeer}`,
    'initial-advertise-peer-urls': `https://${LOOPBACK}:${etcdPeer}`,
    'initial-cluster': `${name}=https://${LOOPBACK}:${etcdPeer}`,
    'initial-cluster-state': 'new',
    'initial-cluster-token': `holdfast-${etcdPeer}`,
    'listen-metrics-urls': `http://${LOOPBACK}:${etcdMetrics}`,
    'cert-file': paths.certificate('etcd'),
    'key-file': paths.key('etcd'),
    'client-cert-auth': true,
    'trusted-ca-file': paths.certificate('etcd-ca'),
    'peer-cert-file': paths.certificate('etcd-peer'),
    'peer-key-file': paths.key('etcd-peer'),
    'peer-client-cert-auth': true,
    'peer-trusted-ca-file': paths.certificate('etcd-ca'),
    ...(layout.fsync ? {} : { 'unsafe-no-fsync': true }),
  });
  return {
    name,
    binary: 'etcd',
    args: flags(own, layout.extraArgs?.etcd ?? []),
    environment: {},
    ports: { client: etcdClient, peer: etcdPeer, metrics: etcdMetrics },
    ready: { url: `http://${LOOPBACK}:${etcdMetrics}/readyz`, trust: 'none' },
    stopGraceMillis: 5_000,
  };
}
