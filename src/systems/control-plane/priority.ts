/** A level of priority and fairness for what repairs and grows the cluster. */
import type { ControlPlaneFacts } from '../../facts.ts';
import type { KubernetesObject } from '../../system.ts';
import type { Settled } from './settings.ts';

export const LEVEL = 'platform-repair';
/** Namespace in which the medik8s operators are installed by our runbook. */
export const REPAIR_NAMESPACE = 'node-repair';
/** Before `service-accounts` (9000), which would give them the tenants' level; after the built-in ones. */
const PRECEDENCE = 1_000;

/** Namespaces whose service accounts repair or grow the cluster. */
export function repairAccounts(facts: Pick<ControlPlaneFacts, 'kind'>): readonly { readonly namespace: string }[] {
  const grown = [{ namespace: 'karpenter' }, { namespace: 'cluster-autoscaler' }];
  return facts.kind === 'kubeadm' ? [{ namespace: REPAIR_NAMESPACE }, ...grown] : grown;
}

/** The PriorityLevelConfiguration and FlowSchema (flowcontrol.apiserver.k8s.io/v1). */
export function priorityObjects(facts: Pick<Settled, 'kind' | 'settings'>): readonly KubernetesObject[] {
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
            subjects: repairAccounts(facts).map(({ namespace }) => ({
              kind: 'ServiceAccount',
              serviceAccount: { namespace, name: '*' },
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
