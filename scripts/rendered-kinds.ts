/** Custom resources that Holdfast renders, by the released file that defines them; tests get their schemas from there. */

/** Objects of the systems: validated by schema, and applied to a real API server in the end-to-end tests. */
export const appliedKinds: Readonly<Record<string, readonly string[]>> = {
  'karpenter-v1.14.1.yaml': ['NodePool'],
  'karpenter-aws-v1.14.1.yaml': ['EC2NodeClass'],
  'keda-v2.20.2.yaml': ['ScaledObject'],
  'cluster-api-v1.14.0.yaml': [
    'Cluster',
    'KubeadmControlPlane',
    'KubeadmConfigTemplate',
    'MachineDeployment',
    'MachineHealthCheck',
  ],
  'cluster-api-provider-aws-v2.11.1.yaml': [
    'AWSCluster',
    'AWSMachineTemplate',
    'AWSManagedControlPlane',
    'AWSManagedMachinePool',
  ],
  'node-healthcheck-operator-v0.12.0.yaml': ['NodeHealthCheck'],
  'external-secrets-v2.9.0.yaml': ['ExternalSecret', 'ClusterSecretStore', 'SecretStore'],
  'gatekeeper-v3.23.0.yaml': ['ConstraintTemplate', 'SyncSet'],
  'prometheus-operator-v0.93.0.yaml': ['PrometheusRule', 'ServiceMonitor', 'PodMonitor', 'ScrapeConfig'],
};

/** Kinds that a controller needs to run beside those that are rendered: only the API servers of tests get them. */
export const neededKinds: Readonly<Record<string, readonly string[]>> = {
  'gatekeeper-v3.23.0.yaml': [
    'Assign',
    'AssignImage',
    'AssignMetadata',
    'Config',
    'ConfigPodStatus',
    'Connection',
    'ConnectionPodStatus',
    'ConstraintPodStatus',
    'ConstraintTemplatePodStatus',
    'ExpansionTemplate',
    'ExpansionTemplatePodStatus',
    'ModifySet',
    'MutatorPodStatus',
    'Provider',
    'ProviderPodStatus',
  ],
};

/** Wrapper files of the GitOps layouts: validated by schema. */
export const wrapperKinds: Readonly<Record<string, readonly string[]>> = {
  'argo-cd-v3.5.1.yaml': ['Application', 'AppProject'],
  'flux-kustomize-controller-v1.9.4.yaml': ['Kustomization'],
  'flux-helm-controller-v1.6.3.yaml': ['HelmRelease'],
  'flux-source-controller-v1.9.1.yaml': ['HelmRepository', 'OCIRepository', 'GitRepository'],
};
