/**
 * Every component that is planned, rendered or run: its version, the range that a document may pin, where its
 * schema or configuration reference came from, and when that was read.
 */

export interface ComponentVersion {
  readonly version: string;
  /** Accepted in `spec.versions`: `major.minor` lines, oldest first. */
  readonly accepts: readonly string[];
  /** Where its form was read: project, path. */
  readonly source: string;
  /** The day when the source was read, ISO 8601. */
  readonly read: string;
}

const READ = '2026-11-23';

export const versions = {
  kubernetes: {
    version: 'v1.36.3',
    accepts: ['1.34', '1.35', '1.36'],
    source: 'k8s.io/kubernetes v1.36.3',
    read: READ,
  },
  etcd: { version: 'v3.6.14', accepts: ['3.6'], source: 'go.etcd.io/etcd/server/v3 v3.6.14', read: READ },
  haproxy: {
    version: 'v2.6.12',
    accepts: ['2.6', '2.8', '3.0', '3.2', '3.4'],
    source: 'haproxy doc/configuration.txt v3.4.0; checked with 2.6.12',
    read: READ,
  },
  nginx: {
    version: 'v1.22.1',
    accepts: ['1.22', '1.24', '1.26', '1.28'],
    source: 'nginx stream module; checked with 1.22.1',
    read: READ,
  },
  keepalived: { version: 'v2.2.7', accepts: ['2.2', '2.3'], source: 'keepalived 2.2.7 keepalived.conf(5)', read: READ },
  'kube-vip': {
    version: 'v1.0.4',
    accepts: ['1.0', '1.1', '1.2'],
    source: 'kube-vip v1.0.4 cmd/kube-vip.go',
    read: READ,
  },
  'cluster-api': {
    version: 'v1.14.0',
    accepts: ['1.14'],
    source: 'kubernetes-sigs/cluster-api v1.14.0 CRDs',
    read: READ,
  },
  'cluster-api-provider-aws': {
    version: 'v2.11.1',
    accepts: ['2.11'],
    source: 'kubernetes-sigs/cluster-api-provider-aws v2.11.1 CRDs',
    read: READ,
  },
  'node-healthcheck-operator': {
    version: 'v0.12.0',
    accepts: ['0.12'],
    source: 'medik8s/node-healthcheck-operator v0.12.0 CRDs',
    read: READ,
  },
  karpenter: { version: 'v1.14.1', accepts: ['1.14'], source: 'aws/karpenter-provider-aws v1.14.1 CRDs', read: READ },
  'cluster-autoscaler': {
    version: 'v1.36.1',
    accepts: ['1.34', '1.35', '1.36'],
    source: 'kubernetes/autoscaler cluster-autoscaler-1.36.1',
    read: READ,
  },
  keda: { version: 'v2.20.2', accepts: ['2.20'], source: 'kedacore/keda v2.20.2 CRDs', read: READ },
  'metrics-server': {
    version: 'v0.8.1',
    accepts: ['0.8'],
    source: 'kubernetes-sigs/metrics-server chart 3.13.1 values.yaml',
    read: READ,
  },
  'nvidia-device-plugin': {
    version: 'v0.20.0',
    accepts: ['0.20'],
    source: 'NVIDIA/k8s-device-plugin v0.20.0 values.yaml',
    read: READ,
  },
  eksctl: {
    version: 'v0.230.0',
    accepts: ['0.230'],
    source: 'eksctl v0.230.0 pkg/apis/eksctl.io/v1alpha5',
    read: READ,
  },
  gatekeeper: {
    version: 'v3.23.0',
    accepts: ['3.23'],
    source: 'open-policy-agent/gatekeeper v3.23.0 CRDs and chart 3.23.0 values.yaml',
    read: READ,
  },
  'external-secrets': { version: 'v2.9.0', accepts: ['2.9'], source: 'external-secrets v2.9.0 CRDs', read: READ },
  'prometheus-operator': {
    version: 'v0.93.0',
    accepts: ['0.93'],
    source: 'prometheus-operator v0.93.0 CRDs',
    read: READ,
  },
} as const satisfies Record<string, ComponentVersion>;

export type Component = keyof typeof versions;

/** Programs that the lab and the judges run but no plan installs; documents cannot pin them. */
export const toolVersions = {
  helm: { version: 'v4.3.2', source: 'helm.sh/helm/v4 v4.3.2', read: READ },
  kwok: { version: 'v0.8.0', source: 'sigs.k8s.io/kwok v0.8.0', read: READ },
  prometheus: {
    version: 'v3.14.0',
    source: 'github.com/prometheus/prometheus v0.314.0 (module of 3.14.0)',
    read: READ,
  },
} as const satisfies Record<string, Omit<ComponentVersion, 'accepts'>>;
