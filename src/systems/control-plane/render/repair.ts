/** Objects that repair nodes of clusters that kubeadm made. */
import { formatDuration } from '../../../core/duration.ts';
import type { KubernetesObject } from '../../../system.ts';
import { REPAIR_NAMESPACE } from '../priority.ts';
import type { Settled } from '../settings.ts';

const TEMPLATE = 'out-of-service-taint';

/** NodeHealthCheck v1alpha1 (v0.12.0) and its remediation template; workers only, members have a runbook. */
export function repairObjects({ nodeRepair }: Settled): readonly KubernetesObject[] {
  const remediation = { apiVersion: 'self-node-remediation.medik8s.io/v1alpha1', kind: 'SelfNodeRemediationTemplate' };
  const duration = formatDuration(nodeRepair.after);
  return [
    {
      ...remediation,
      metadata: { name: TEMPLATE, namespace: REPAIR_NAMESPACE },
      spec: { template: { spec: { remediationStrategy: 'OutOfServiceTaint' } } },
    },
    {
      apiVersion: 'remediation.medik8s.io/v1alpha1',
      kind: 'NodeHealthCheck',
      metadata: { name: 'workers' },
      spec: {
        selector: { matchExpressions: [{ key: 'node-role.kubernetes.io/control-plane', operator: 'DoesNotExist' }] },
        maxUnhealthy: `${Math.round(nodeRepair.maxUnhealthy * 100)}%`,
        unhealthyConditions: [
          { type: 'Ready', status: 'False', duration },
          { type: 'Ready', status: 'Unknown', duration },
        ],
        remediationTemplate: { ...remediation, name: TEMPLATE, namespace: REPAIR_NAMESPACE },
      },
    },
  ];
}
