/** A level of priority and fairness for what repairs and grows the cluster. */
import type { ControlPlaneFacts } from '../../facts.ts';
import { CLUSTER_AUTOSCALER, clusterAutoscalerNamespaces } from '../../kubernetes/autoscaler-accounts.ts';
import type { Cluster } from '../../spec/cluster.ts';
import type { KubernetesObject } from '../../system.ts';
import type { Settled } from './settings.ts';

export const LEVEL = 'platform-repair';
/** Namespace in which the medik8s operators are installed by our runbook. */
export const REPAIR_NAMESPACE = 'node-repair';
/**
 * After the built-in schemas of nodes and leaders, before `kube-system-service-accounts` (900) and `service-accounts`
 * (9000), which would give them the level of every other controller or of the tenants.
 */
const PRECEDENCE = 850;

export interface Account {
  readonly namespace: string;
  readonly name: string;
}

/** Service accounts that repair or grow the cluster from inside it; Cluster API does both from outside, as an administrator. */
export function repairAccounts(
  kind: ControlPlaneFacts['kind'],
  { provider, regions }: Pick<Cluster, 'provider' | 'regions'>,
): readonly Account[] {
  if (kind === 'cluster-api') return [];
  if (kind === 'eks') {
    return ['karpenter', CLUSTER_AUTOSCALER].map((name) => ({ namespace: 'kube-system', name }));
  }
  const namespaces = provider === 'aws' ? clusterAutoscalerNamespaces(regions) : [];
  return [
    { namespace: REPAIR_NAMESPACE, name: '*' },
    ...namespaces.map((namespace) => ({ namespace, name: CLUSTER_AUTOSCALER })),
  ];
}

/** The PriorityLevelConfiguration and FlowSchema (flowcontrol.apiserver.k8s.io/v1). */
export function priorityObjects(facts: Pick<Settled, 'settings'>): readonly KubernetesObject[] {
  if (facts.settings.repairAccounts.length === 0) return [];
  return [
    {
      apiVersion: 'flowcontrol.apiserver.k8s.io/v1',
      kind: 'PriorityLevelConfiguration',
      metadata: { name: LEVEL },
      spec: {
        type: 'Limited',
        limited: {
          nominalConcurrencyShares: facts.settings.repairShares,
          lendablePercent: 50,
          limitResponse: { type: 'Queue', queuing: { queues: 16, handSize: 4, queueLengthLimit: 50 } },
        },
      },
    },
    {
      apiVersion: 'flowcontrol.apiserver.k8s.io/v1',
      kind: 'FlowSchema',
      metadata: { name: LEVEL },
      spec: {
        priorityLevelConfiguration: { name: LEVEL },
        matchingPrecedence: PRECEDENCE,
        distinguisherMethod: { type: 'ByUser' },
        rules: [
          {
            subjects: facts.settings.repairAccounts.map(({ namespace, name }) => ({
              kind: 'ServiceAccount',
              serviceAccount: { namespace, name },
            })),
            resourceRules: [
              { verbs: ['*'], apiGroups: ['*'], resources: ['*'], namespaces: ['*'], clusterScope: true },
            ],
            nonResourceRules: [{ verbs: ['*'], nonResourceURLs: ['*'] }],
          },
        ],
      },
    },
  ];
}
