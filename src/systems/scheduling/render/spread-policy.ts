/** Admission policies that tell of spreads and disruption budgets that do not survive what they are for. */
import type { ObjectArtifact } from '../../../system.ts';
import type { Validation } from '../../../kubernetes/admission-policy.ts';
import { validatingPolicy } from './policy.ts';
import type { SchedulingSettings } from '../settings.ts';

/** Namespaces of Kubernetes itself, whose workloads come from elsewhere. */
export const SYSTEM_NAMESPACES: readonly string[] = ['kube-node-lease', 'kube-public', 'kube-system'];

const ZONE = "'topology.kubernetes.io/zone'";

/** Policies for workloads and budgets; none when the document turns them off. */
export function spreadPolicies({ admission, zones }: SchedulingSettings): readonly ObjectArtifact[] {
  if (admission === 'off') return [];
  const actions = admission === 'deny' ? (['Deny'] as const) : (['Warn', 'Audit'] as const);
  const namespaces = { operator: 'NotIn', values: SYSTEM_NAMESPACES } as const;
  return [
    ...validatingPolicy({
      name: 'holdfast-spread',
      purpose:
        'Tells of a topology spread that does nothing, or that keeps replacements waiting in the loss of a zone.',
      decisions: ['scheduling.spread', 'scheduling.admission'],
      resources: [
        {
          apiGroups: ['apps'],
          apiVersions: ['v1'],
          operations: ['CREATE', 'UPDATE'],
          resources: ['deployments', 'statefulsets'],
        },
      ],
      variables: [
        { name: 'pod', expression: 'object.spec.template.spec' },
        {
          name: 'constraints',
          expression: 'has(variables.pod.topologySpreadConstraints) ? variables.pod.topologySpreadConstraints : []',
        },
        { name: 'zonal', expression: `variables.constraints.filter(c, c.topologyKey == ${ZONE})` },
        { name: 'replicas', expression: 'has(object.spec.replicas) ? object.spec.replicas : 1' },
        {
          name: 'apart',
          expression: 'has(variables.pod.affinity) && has(variables.pod.affinity.podAntiAffinity)',
        },
      ],
      validations: spreadValidations(zones),
      actions,
      namespaces,
    }),
    ...validatingPolicy({
      name: 'holdfast-disruption-budget',
      purpose: 'Tells of disruption budgets that block a drain for ever.',
      decisions: ['scheduling.disruptionBudget', 'scheduling.admission'],
      resources: [
        {
          apiGroups: ['policy'],
          apiVersions: ['v1'],
          operations: ['CREATE', 'UPDATE'],
          resources: ['poddisruptionbudgets'],
        },
      ],
      validations: budgetValidations,
      actions,
      namespaces,
    }),
  ];
}

function spreadValidations(zones: number): readonly Validation[] {
  const always: readonly Validation[] = [
    {
      expression:
        'variables.constraints.all(c, has(c.labelSelector) && ((has(c.labelSelector.matchLabels) && size(c.labelSelector.matchLabels) > 0) || (has(c.labelSelector.matchExpressions) && size(c.labelSelector.matchExpressions) > 0)))',
      message:
        'a topology spread without labelSelector matches no pod and does nothing; an empty one counts every pod of the namespace',
    },
    {
      expression:
        "request.kind.kind != 'Deployment' || variables.constraints.all(c, has(c.matchLabelKeys) && 'pod-template-hash' in c.matchLabelKeys)",
      message:
        'without matchLabelKeys: [pod-template-hash] pods of the old ReplicaSet count in a rolling update and leave the new ones uneven',
    },
  ];
  if (zones < 2) return always;
  return [
    ...always,
    {
      expression:
        "variables.zonal.all(c, c.whenUnsatisfiable != 'DoNotSchedule' || (has(c.nodeTaintsPolicy) && c.nodeTaintsPolicy == 'Honor'))",
      message:
        'a DoNotSchedule spread over zones without nodeTaintsPolicy: Honor still counts a dead zone, so its replacements stay Pending until the dead nodes are deleted',
    },
    {
      expression: `variables.zonal.all(c, !has(c.minDomains) || c.minDomains < ${zones} || c.maxSkew * ${zones - 1} >= variables.replicas)`,
      message: `minDomains of ${zones} or more with ${zones} zones keeps replacements Pending when one zone is lost`,
    },
    {
      expression:
        "variables.replicas < 2 || variables.apart || (size(variables.zonal) > 0 && variables.constraints.exists(c, c.topologyKey == 'kubernetes.io/hostname'))",
      message:
        'several replicas without a spread of their own over zones and hosts: the built-in defaults are soft and allow a difference of 5 between zones',
    },
  ];
}

const budgetValidations: readonly Validation[] = [
  {
    expression:
      "has(object.spec.unhealthyPodEvictionPolicy) && object.spec.unhealthyPodEvictionPolicy == 'AlwaysAllow'",
    message: 'without unhealthyPodEvictionPolicy: AlwaysAllow a pod that never gets ready blocks every drain',
  },
  {
    expression:
      "!has(object.spec.maxUnavailable) || !(object.spec.maxUnavailable == 0 || object.spec.maxUnavailable == '0%')",
    message: 'maxUnavailable of 0 blocks every drain',
  },
  {
    expression: "!has(object.spec.minAvailable) || object.spec.minAvailable != '100%'",
    message: 'minAvailable of 100% blocks every drain',
  },
];
