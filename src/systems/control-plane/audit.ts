/** The audit policy, and how long its logs are kept. */
import type { Millis } from '../../core/units.ts';
import type { ControlPlaneFacts } from '../../facts.ts';
import type { KubernetesObject } from '../../system.ts';

const DAY = 86_400_000;
/** Periods that CloudWatch Logs knows, in days (PutRetentionPolicy). */
const CLOUDWATCH_DAYS = [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1_827, 3_653];

/** Whole days that logs are kept: as asked on members, the next period that CloudWatch knows on EKS. */
export function logRetentionDays(kind: ControlPlaneFacts['kind'], keep: Millis): number {
  const days = Math.ceil(keep / DAY);
  return kind === 'eks' ? (CLOUDWATCH_DAYS.find((known) => known >= days) ?? 3_653) : days;
}

/** First match wins: noise out, secrets without content, writes to rights with content, everything else as metadata. */
export const auditPolicy: KubernetesObject = {
  apiVersion: 'audit.k8s.io/v1',
  kind: 'Policy',
  omitStages: ['RequestReceived'],
  rules: [
    { level: 'None', nonResourceURLs: ['/healthz*', '/livez*', '/readyz*', '/version', '/metrics', '/openapi/*'] },
    {
      level: 'None',
      resources: [
        { group: '', resources: ['events'] },
        { group: 'events.k8s.io', resources: ['events'] },
      ],
    },
    {
      level: 'None',
      verbs: ['get', 'update', 'patch'],
      resources: [{ group: 'coordination.k8s.io', resources: ['leases'] }],
    },
    {
      level: 'None',
      users: ['system:kube-proxy', 'system:kube-scheduler', 'system:kube-controller-manager', 'system:apiserver'],
      verbs: ['get', 'list', 'watch'],
    },
    {
      level: 'None',
      userGroups: ['system:nodes'],
      verbs: ['get', 'list', 'watch'],
      resources: [{ group: '', resources: ['nodes', 'nodes/status', 'pods', 'services', 'endpoints'] }],
    },
    {
      level: 'Metadata',
      resources: [
        { group: '', resources: ['secrets', 'configmaps', 'serviceaccounts/token'] },
        { group: 'authentication.k8s.io', resources: ['tokenreviews'] },
      ],
    },
    {
      level: 'RequestResponse',
      verbs: ['create', 'update', 'patch', 'delete', 'deletecollection'],
      resources: [
        { group: 'rbac.authorization.k8s.io' },
        { group: 'admissionregistration.k8s.io' },
        { group: 'certificates.k8s.io' },
      ],
    },
    {
      level: 'Metadata',
      resources: [
        { group: '', resources: ['pods/exec', 'pods/attach', 'pods/portforward', 'pods/ephemeralcontainers'] },
      ],
    },
    { level: 'Metadata' },
  ],
};
