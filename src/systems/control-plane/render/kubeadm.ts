/** What kubeadm reads on each member: v1beta4, lists of name and value, no token and no key in it. */
import { formatDuration } from '../../../core/duration.ts';
import type { Argument, EtcdFacts, Member } from '../../../facts.ts';
import { type Cluster, versionOf } from '../../../spec/cluster.ts';
import type { KubernetesObject } from '../../../system.ts';
import { AUDIT_LOGS, FILES } from '../arguments.ts';
import { hasCloudController } from '../cloud-controller.ts';
import { bracketed } from './haproxy.ts';
import type { Settled } from '../settings.ts';

const VERSION = 'kubeadm.k8s.io/v1beta4';
const PKI = '/etc/kubernetes/pki';
/** Lies beside the member's file: a kubeconfig with a token, made by the runbook; kubeadm runs in that folder. */
export const DISCOVERY_FILE = 'discovery.conf';
/** Holds what only the machine knows, as a patch of its kubelet's configuration. */
export const PATCHES = `${FILES}/patches`;

export interface KubeadmInput {
  readonly facts: Settled;
  readonly etcd: EtcdFacts;
  readonly cluster: Cluster;
}

/** Documents of one member: the first makes the cluster, the others join it. */
export function kubeadmDocuments(input: KubeadmInput, self: Member): readonly KubernetesObject[] {
  const first = input.facts.members[0]?.name === self.name;
  return first
    ? [initConfiguration(input, self), clusterConfiguration(input), kubeletConfiguration(input.facts)]
    : [joinConfiguration(input, self)];
}

function initConfiguration({ facts, cluster }: KubeadmInput, self: Member): KubernetesObject {
  return {
    apiVersion: VERSION,
    kind: 'InitConfiguration',
    nodeRegistration: registration(self, cluster),
    localAPIEndpoint: localEndpoint(facts, self),
    ...patches(cluster),
  };
}

function joinConfiguration({ facts, cluster }: KubeadmInput, self: Member): KubernetesObject {
  return {
    apiVersion: VERSION,
    kind: 'JoinConfiguration',
    discovery: { file: { kubeConfigPath: DISCOVERY_FILE } },
    nodeRegistration: registration(self, cluster),
    controlPlane: { localAPIEndpoint: localEndpoint(facts, self) },
    ...patches(cluster),
  };
}

/** kubeadm stops when the folder is not there, so no member on AWS registers without its instance's id. */
function patches({ provider }: Cluster) {
  return provider === 'aws' ? { patches: { directory: PATCHES } } : {};
}

function localEndpoint(facts: Settled, self: Member) {
  return { advertiseAddress: self.address, bindPort: facts.endpoint.port };
}

/** A kubelet may set these labels of its own node (NodeRestriction); a cloud controller sets the same on AWS. */
function registration(self: Member, cluster: Cluster) {
  const labels = `topology.kubernetes.io/region=${self.region},topology.kubernetes.io/zone=${self.zone}`;
  return {
    name: self.name,
    kubeletExtraArgs: [
      ...(hasCloudController(cluster) ? [{ name: 'cloud-provider', value: 'external' }] : []),
      { name: 'node-ip', value: self.address },
      { name: 'node-labels', value: labels },
    ],
    taints: [{ key: 'node-role.kubernetes.io/control-plane', effect: 'NoSchedule' }],
  };
}

function clusterConfiguration({ facts, etcd, cluster }: KubeadmInput): KubernetesObject {
  const { settings, endpoint } = facts;
  return {
    apiVersion: VERSION,
    kind: 'ClusterConfiguration',
    clusterName: cluster.name,
    kubernetesVersion: settings.kubernetesVersion,
    controlPlaneEndpoint: `${bracketed(endpoint.host)}:${endpoint.port}`,
    certificateValidityPeriod: formatDuration(settings.certificateValidity),
    caCertificateValidityPeriod: formatDuration(settings.authorityValidity),
    networking: { dnsDomain: 'cluster.local', podSubnet: cluster.cidrs.pods, serviceSubnet: cluster.cidrs.services },
    apiServer: {
      certSANs: settings.certificateNames,
      extraArgs: list(settings.apiServerArguments),
      extraVolumes: apiServerVolumes(facts),
    },
    controllerManager: { extraArgs: list(settings.controllerManagerArguments) },
    scheduler: { extraArgs: list(settings.schedulerArguments) },
    etcd:
      etcd.topology === 'external'
        ? { external: externalEtcd(etcd) }
        : { local: { imageTag: etcdImageTag(cluster), dataDir: '/var/lib/etcd', extraArgs: list(etcd.arguments) } },
  };
}

/**
 * The image that the etcd project puts into registry.k8s.io for each of its releases. Kubernetes builds images of its
 * own (`3.6.8-0`), but only of the few releases that it was tested with: of most there is none to pull.
 */
export function etcdImageTag(cluster: Cluster): string {
  return versionOf(cluster, 'etcd');
}

function list(values: readonly Argument[]): readonly Argument[] {
  return values.map(({ name, value }) => ({ name, value }));
}

function externalEtcd(etcd: EtcdFacts) {
  return {
    endpoints: etcd.members.map(({ address }) => `https://${bracketed(address)}:2379`),
    caFile: `${PKI}/etcd/ca.crt`,
    certFile: `${PKI}/apiserver-etcd-client.crt`,
    keyFile: `${PKI}/apiserver-etcd-client.key`,
  };
}

/** Paths of the host that the API server reads and writes. */
export function apiServerVolumes({ settings }: Settled) {
  const folder = (name: string, path: string, readOnly: boolean) => ({
    name,
    hostPath: path,
    mountPath: path,
    readOnly,
    pathType: 'DirectoryOrCreate',
  });
  return [
    folder('audit-logs', AUDIT_LOGS, false),
    folder('holdfast', FILES, true),
    ...(settings.encryption.provider === 'kms' ? [folder('kms', '/var/run/kmsplugin', false)] : []),
  ];
}

/** For every kubelet that kubeadm starts: shutdown that drains, certificates that rotate, room for the machine itself. */
export function kubeletConfiguration(facts: Settled): KubernetesObject {
  return { apiVersion: 'kubelet.config.k8s.io/v1beta1', kind: 'KubeletConfiguration', ...kubeletSettings(facts) };
}

/** The same fields for a patch. */
export function kubeletSettings({ settings }: Settled) {
  return {
    rotateCertificates: true,
    serverTLSBootstrap: true,
    shutdownGracePeriod: formatDuration(settings.kubeletShutdown.all),
    shutdownGracePeriodCriticalPods: formatDuration(settings.kubeletShutdown.critical),
    kubeReserved: { cpu: '250m', memory: '512Mi', 'ephemeral-storage': '1Gi' },
    systemReserved: { cpu: '250m', memory: '512Mi', 'ephemeral-storage': '1Gi' },
  };
}
