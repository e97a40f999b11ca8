/** kube-vip's static pod: the address moves between the members. */
import type { Member } from '../../../facts.ts';
import type { KubernetesObject } from '../../../system.ts';
import type { Settled } from '../settings.ts';

/** One member's manifest, after kube-vip's own generator (v1.0.4 pkg/kubevip/config_generator.go). */
export function kubeVipManifest(facts: Settled, self: Member, version: string): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'kube-vip', namespace: 'kube-system' },
    spec: {
      hostNetwork: true,
      priorityClassName: 'system-node-critical',
      hostAliases: [{ ip: '127.0.0.1', hostnames: ['kubernetes'] }],
      containers: [
        {
          name: 'kube-vip',
          image: `ghcr.io/kube-vip/kube-vip:${version}`,
          imagePullPolicy: 'IfNotPresent',
          args: ['manager'],
          env: environment(facts, self).map(([name, value]) => ({ name, value })),
          resources: { requests: { cpu: '50m', memory: '64Mi' } },
          securityContext: { capabilities: { add: ['NET_ADMIN', 'NET_RAW'], drop: ['ALL'] } },
          volumeMounts: [{ name: 'kubeconfig', mountPath: '/etc/kubernetes/admin.conf', readOnly: true }],
        },
      ],
      volumes: [{ name: 'kubeconfig', hostPath: { path: '/etc/kubernetes/admin.conf', type: 'File' } }],
    },
  };
}

function environment(facts: Settled, self: Member): readonly (readonly [string, string])[] {
  const { address, addressLease: lease, bgp, interface: nic } = facts.settings;
  const announced: readonly (readonly [string, string])[] =
    bgp === null
      ? [
          ['vip_arp', 'true'],
          ['vip_interface', nic],
        ]
      : [
          ['vip_arp', 'false'],
          ['vip_interface', 'lo'],
          ['bgp_enable', 'true'],
          ['bgp_routerid', self.address],
          ['bgp_as', String(bgp.localAs)],
          ['bgp_peers', bgp.peers.map((peer) => `${peer.address}:${peer.as}::false`).join(',')],
        ];
  return [
    ...announced,
    ['port', String(facts.endpoint.port)],
    ['vip_subnet', address?.includes(':') === true ? '128' : '32'],
    ['cp_enable', 'true'],
    ['cp_namespace', 'kube-system'],
    ['svc_enable', 'false'],
    ['vip_leaderelection', 'true'],
    ['vip_leasename', 'plndr-cp-lock'],
    ['vip_leaseduration', String(lease.leaseDuration / 1_000)],
    ['vip_renewdeadline', String(lease.renewDeadline / 1_000)],
    ['vip_retryperiod', String(lease.retryPeriod / 1_000)],
    ['address', address ?? ''],
    ['prometheus_server', ':2112'],
  ];
}
