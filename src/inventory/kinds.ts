/** Kinds that the world understands, where they live, and which documents are configuration instead of objects. */
import { API_VERSION, KIND } from '../spec/cluster.ts';

/** True for the cluster document itself. */
export function isClusterDocument(object: unknown): boolean {
  return (
    typeof object === 'object' &&
    object !== null &&
    'apiVersion' in object &&
    'kind' in object &&
    object.apiVersion === API_VERSION &&
    object.kind === KIND
  );
}

/** `apps/v1` → `apps`, `v1` → the empty group. */
export function groupOf(apiVersion: string): string {
  const slash = apiVersion.indexOf('/');
  return slash === -1 ? '' : apiVersion.slice(0, slash);
}

/** Documents that a program reads from disk; they are no objects of the API. A kubeconfig has the core group's version. */
export function isConfiguration({ apiVersion, kind }: { readonly apiVersion: string; readonly kind: string }): boolean {
  return isConfigurationGroup(groupOf(apiVersion)) || (apiVersion === 'v1' && kind === 'Config');
}

function isConfigurationGroup(group: string): boolean {
  return group.endsWith('.config.k8s.io') || CONFIGURATION_GROUPS.has(group);
}

const CONFIGURATION_GROUPS: ReadonlySet<string> = new Set([
  'kubeadm.k8s.io',
  'audit.k8s.io',
  'eksctl.io',
  'node.eks.aws',
  'client.authentication.k8s.io',
  'kind.x-k8s.io',
]);

/** True for configurations that the world or a rule reads; the others tell nothing of what stays up. */
export function isJudgedConfiguration({
  apiVersion,
  kind,
}: {
  readonly apiVersion: string;
  readonly kind: string;
}): boolean {
  return JUDGED_CONFIGURATIONS.has(`${groupOf(apiVersion)}/${kind}`);
}

const JUDGED_CONFIGURATIONS: ReadonlySet<string> = new Set([
  'kubeadm.k8s.io/ClusterConfiguration',
  'kubelet.config.k8s.io/KubeletConfiguration',
  'eksctl.io/ClusterConfig',
  'apiserver.config.k8s.io/AuthenticationConfiguration',
  'apiserver.config.k8s.io/AuthorizationConfiguration',
  'apiserver.config.k8s.io/EncryptionConfiguration',
]);

/** Kinds of Kubernetes v1.36 that belong to no namespace, by group. */
const CLUSTER_SCOPED: Readonly<Record<string, readonly string[]>> = {
  '': ['Namespace', 'Node', 'PersistentVolume', 'ComponentStatus'],
  'admissionregistration.k8s.io': [
    'ValidatingWebhookConfiguration',
    'MutatingWebhookConfiguration',
    'ValidatingAdmissionPolicy',
    'ValidatingAdmissionPolicyBinding',
    'MutatingAdmissionPolicy',
    'MutatingAdmissionPolicyBinding',
  ],
  'apiextensions.k8s.io': ['CustomResourceDefinition'],
  'apiregistration.k8s.io': ['APIService'],
  'certificates.k8s.io': ['CertificateSigningRequest', 'ClusterTrustBundle'],
  'flowcontrol.apiserver.k8s.io': ['FlowSchema', 'PriorityLevelConfiguration'],
  'networking.k8s.io': ['IngressClass', 'IPAddress', 'ServiceCIDR'],
  'node.k8s.io': ['RuntimeClass'],
  'rbac.authorization.k8s.io': ['ClusterRole', 'ClusterRoleBinding'],
  'resource.k8s.io': ['DeviceClass', 'ResourceSlice'],
  'scheduling.k8s.io': ['PriorityClass'],
  'storage.k8s.io': ['StorageClass', 'VolumeAttachment', 'CSIDriver', 'CSINode', 'VolumeAttributesClass'],
  'karpenter.sh': ['NodePool', 'NodeClaim'],
  'karpenter.k8s.aws': ['EC2NodeClass'],
  'external-secrets.io': ['ClusterSecretStore', 'ClusterExternalSecret'],
  'gateway.networking.k8s.io': ['GatewayClass'],
  'cert-manager.io': ['ClusterIssuer'],
};

/** Groups that Kubernetes itself serves; in them, a kind that is not cluster-scoped is namespaced. */
const BUILT_IN: ReadonlySet<string> = new Set([
  ...Object.keys(CLUSTER_SCOPED).filter((group) => group === '' || group.endsWith('.k8s.io')),
  'apps',
  'autoscaling',
  'batch',
  'policy',
  'coordination.k8s.io',
  'discovery.k8s.io',
  'events.k8s.io',
]);

export type Scope = 'cluster' | 'namespace' | 'unknown';

/** Whether objects of a kind live in a namespace; `unknown` for kinds that only their definition tells. */
export function scopeOf(apiVersion: string, kind: string): Scope {
  const group = groupOf(apiVersion);
  if (CLUSTER_SCOPED[group]?.includes(kind) === true) return 'cluster';
  return BUILT_IN.has(group) || KNOWN_GROUPS.has(group) ? 'namespace' : 'unknown';
}

const KNOWN_GROUPS: ReadonlySet<string> = new Set([
  'argoproj.io',
  'keda.sh',
  'monitoring.coreos.com',
  'cluster.x-k8s.io',
  'external-secrets.io',
  'cert-manager.io',
  'gateway.networking.k8s.io',
]);

/** True for kinds whose meaning for availability the world knows or that have none; others are counted as not understood. */
export function isUnderstood(apiVersion: string, kind: string): boolean {
  const group = groupOf(apiVersion);
  return BUILT_IN.has(group) || UNDERSTOOD.has(`${group}/${kind}`);
}

const UNDERSTOOD: ReadonlySet<string> = new Set([
  'argoproj.io/Rollout',
  'keda.sh/ScaledObject',
  'karpenter.sh/NodePool',
  'karpenter.k8s.aws/EC2NodeClass',
  'monitoring.coreos.com/PrometheusRule',
  'monitoring.coreos.com/ServiceMonitor',
  'monitoring.coreos.com/PodMonitor',
  'remediation.medik8s.io/NodeHealthCheck',
  'self-node-remediation.medik8s.io/SelfNodeRemediationTemplate',
]);

/** True for kinds of other groups that only configure what is there: no controller makes pods or Services of them. */
export function makesNothing(apiVersion: string, kind: string): boolean {
  const group = groupOf(apiVersion);
  return CONFIGURING_GROUPS.has(group) || CONFIGURING.has(`${group}/${kind}`);
}

const CONFIGURING_GROUPS: ReadonlySet<string> = new Set([
  'acme.cert-manager.io',
  'autoscaling.k8s.io',
  'bitnami.com',
  'cert-manager.io',
  'cilium.io',
  'cloud.google.com',
  'crd.projectcalico.org',
  'elbv2.k8s.aws',
  'external-secrets.io',
  'externaldns.k8s.io',
  'generators.external-secrets.io',
  'k8s.cni.cncf.io',
  'kyverno.io',
  'linkerd.io',
  'metallb.io',
  'networking.gke.io',
  'networking.istio.io',
  'policy.linkerd.io',
  'projectcalico.org',
  'secrets-store.csi.x-k8s.io',
  'security.istio.io',
  'snapshot.storage.k8s.io',
  'telemetry.istio.io',
  'traefik.containo.us',
  'traefik.io',
  'velero.io',
]);

/** Of groups whose other kinds are made into pods: a Gateway, a Prometheus, an Application. */
const CONFIGURING: ReadonlySet<string> = new Set([
  'argoproj.io/AnalysisTemplate',
  'argoproj.io/AppProject',
  'argoproj.io/ClusterAnalysisTemplate',
  'gateway.networking.k8s.io/BackendTLSPolicy',
  'gateway.networking.k8s.io/GRPCRoute',
  'gateway.networking.k8s.io/GatewayClass',
  'gateway.networking.k8s.io/HTTPRoute',
  'gateway.networking.k8s.io/ReferenceGrant',
  'gateway.networking.k8s.io/TCPRoute',
  'gateway.networking.k8s.io/TLSRoute',
  'gateway.networking.k8s.io/UDPRoute',
  'keda.sh/ClusterTriggerAuthentication',
  'keda.sh/TriggerAuthentication',
  'monitoring.coreos.com/AlertmanagerConfig',
  'monitoring.coreos.com/Probe',
  'monitoring.coreos.com/ScrapeConfig',
]);

/** What repairs, fences or replaces lost nodes, so that their pods are made again. */
export const REPAIR_KINDS = [
  'remediation.medik8s.io/NodeHealthCheck',
  'self-node-remediation.medik8s.io/SelfNodeRemediationTemplate',
  'self-node-remediation.medik8s.io/SelfNodeRemediation',
  'fence-agents-remediation.medik8s.io/FenceAgentsRemediationTemplate',
  'machine.openshift.io/MachineHealthCheck',
  'cluster.x-k8s.io/MachineHealthCheck',
] as const;

/** Policies of network plugins, which add to what NetworkPolicies allow and are not evaluated. */
export const PLUGIN_POLICY_KINDS = [
  'cilium.io/CiliumNetworkPolicy',
  'cilium.io/CiliumClusterwideNetworkPolicy',
  'projectcalico.org/NetworkPolicy',
  'projectcalico.org/GlobalNetworkPolicy',
  'crd.projectcalico.org/NetworkPolicy',
  'crd.projectcalico.org/GlobalNetworkPolicy',
  'policy.networking.k8s.io/AdminNetworkPolicy',
  'policy.networking.k8s.io/BaselineAdminNetworkPolicy',
  'policy.networking.k8s.io/ClusterNetworkPolicy',
  'crd.antrea.io/NetworkPolicy',
  'crd.antrea.io/ClusterNetworkPolicy',
] as const;
