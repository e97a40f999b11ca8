/** Which requests need no credentials. */
import type { ControlPlaneFacts } from '../../facts.ts';
import type { KubernetesObject } from '../../system.ts';

const HEALTH = ['/livez', '/readyz', '/healthz'] as const;
/** What kubeadm reads before it has credentials when it joins by token (kubeadm v1.36.3 app/discovery/token). */
const CLUSTER_INFO = '/api/v1/namespaces/kube-public/configmaps/cluster-info';

/** Paths that answer anonymous requests; matched exactly. */
export function anonymousPaths(kind: ControlPlaneFacts['kind']): readonly string[] {
  return kind === 'cluster-api' ? [...HEALTH, CLUSTER_INFO] : HEALTH;
}

/** The API server's authentication configuration (apiserver.config.k8s.io/v1, GA in Kubernetes 1.34). */
export function authenticationConfiguration(kind: ControlPlaneFacts['kind']): KubernetesObject {
  return {
    apiVersion: 'apiserver.config.k8s.io/v1',
    kind: 'AuthenticationConfiguration',
    anonymous: { enabled: true, conditions: anonymousPaths(kind).map((path) => ({ path })) },
  };
}
