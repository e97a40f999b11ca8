/** Where the statements of this system come from. */
import type { Source } from '../../system.ts';
import { type Component, versions } from '../../versions.ts';

const of = (component: Component, project: string, where: string): Source => ({
  project: `${project} ${versions[component].version}`,
  where,
});

export const ARITHMETIC: Source = { project: 'holdfast', where: 'arithmetic' };
export const karpenterSource = (where: string): Source => of('karpenter', 'Karpenter', where);
export const autoscalerSource = (where: string): Source => of('cluster-autoscaler', 'cluster-autoscaler', where);
export const kedaSource = (where: string): Source => of('keda', 'KEDA', where);
export const kubernetesSource = (where: string): Source => of('kubernetes', 'Kubernetes', where);
export const eksctlSource = (where: string): Source => of('eksctl', 'eksctl', where);
export const EC2_QUOTAS: Source = { project: 'AWS', where: 'Amazon EC2 service quotas' };
export const EC2_THROTTLING: Source = { project: 'AWS', where: 'Amazon EC2 API throttling, resource token buckets' };
export const STATE_METRICS: Source = { project: 'kube-state-metrics', where: 'docs/metrics' };
