/** What has to be in a cluster before objects of kinds that are not Kubernetes' own can be applied to it. */
import type { KubernetesObject } from '../system.ts';

/** By API group; null where a chart of the same tree brings it, in an earlier wave. */
const BROUGHT_BY: Readonly<Record<string, string | null>> = {
  'remediation.medik8s.io': 'the Node Health Check operator',
  'self-node-remediation.medik8s.io': 'the Self Node Remediation operator',
  'monitoring.coreos.com': 'the Prometheus operator',
  'external-secrets.io': 'the External Secrets operator',
  'cluster.x-k8s.io': 'Cluster API',
  'controlplane.cluster.x-k8s.io': 'Cluster API',
  'bootstrap.cluster.x-k8s.io': 'Cluster API',
  'infrastructure.cluster.x-k8s.io': "Cluster API's provider for AWS",
  'karpenter.sh': null,
  'karpenter.k8s.aws': null,
  'keda.sh': null,
  'templates.gatekeeper.sh': null,
  'syncset.gatekeeper.sh': null,
  'constraints.gatekeeper.sh': null,
};

/** Groups that every API server serves: those without a dot, and those of Kubernetes' own domain. */
function isBuiltIn(group: string): boolean {
  return !group.includes('.') || (group.endsWith('.k8s.io') && !group.endsWith('x-k8s.io'));
}

/** Whose kinds these objects are, each once; a group that nobody is known to bring is called by its name. */
export function neededBefore(objects: readonly Pick<KubernetesObject, 'apiVersion'>[]): readonly string[] {
  const names = new Set<string>();
  for (const { apiVersion } of objects) {
    const group = apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '';
    if (isBuiltIn(group)) continue;
    const by = BROUGHT_BY[group];
    if (by !== null) names.add(by ?? `what brings ${group}`);
  }
  return [...names].toSorted();
}
