/** One kube-apiserver that serves on loopback and advertises an address that is not. */
import { ADVERTISED, LOOPBACK, type PlaneLayout, SERVICE_CIDR, planePaths, planeUrl } from './layout.ts';
import { type Component, flagSet, flags } from './component.ts';

/**
 * Flags as kubeadm v1.36.3 gives them (app/phases/controlplane/manifests.go), with our addresses and files.
 * `allow-privileged` is kubeadm's too: without it a privileged pod is refused before any policy is asked.
 */
export function apiServerComponent(layout: PlaneLayout): Component {
  const paths = planePaths(layout);
  const { apiServer, etcdClient } = layout.ports;
  const own = flagSet({
    'advertise-address': ADVERTISED,
    'bind-address': LOOPBACK,
    'secure-port': apiServer,
    'etcd-servers': `https://${LOOPBACK}:${etcdClient}`,
    'etcd-cafile': paths.certificate('etcd-ca'),
    'etcd-certfile': paths.certificate('apiserver-etcd-client'),
    'etcd-keyfile': paths.key('apiserver-etcd-client'),
    'client-ca-file': paths.certificate('ca'),
    'tls-cert-file': paths.certificate('apiserver'),
    'tls-private-key-file': paths.key('apiserver'),
    'service-account-issuer': 'https://kubernetes.default.svc.cluster.local',
    'service-account-key-file': paths.serviceAccountPublic,
    'service-account-signing-key-file': paths.serviceAccountPrivate,
    'service-cluster-ip-range': SERVICE_CIDR,
    'authorization-mode': 'Node,RBAC',
    'enable-admission-plugins': 'NodeRestriction',
    'enable-bootstrap-token-auth': true,
    'allow-privileged': true,
    'requestheader-allowed-names': 'front-proxy-client',
    'requestheader-client-ca-file': paths.certificate('front-proxy-ca'),
    'requestheader-extra-headers-prefix': 'X-Remote-Extra-',
    'requestheader-group-headers': 'X-Remote-Group',
    'requestheader-username-headers': 'X-Remote-User',
    'proxy-client-cert-file': paths.certificate('front-proxy-client'),
    'proxy-client-key-file': paths.key('front-proxy-client'),
    profiling: false,
  });
  return {
    name: `kube-apiserver-${layout.zone}`,
    binary: 'kube-apiserver',
    args: flags(own, layout.extraArgs?.['kube-apiserver'] ?? []),
    environment: {},
    ports: { secure: apiServer },
    ready: { url: `${planeUrl(layout)}/readyz`, trust: 'plane' },
    stopGraceMillis: 10_000,
  };
}
