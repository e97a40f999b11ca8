/** Which engine adds and removes machines, and which combinations cannot be built. */
import type { AutoscalingFacts } from '../../facts.ts';
import type { Cluster } from '../../spec/cluster.ts';
import type { DocumentPath } from '../../system.ts';
import type { Section } from './section.ts';

export type Engine = AutoscalingFacts['engine'];

/** What the choice of the engine follows. */
export const ENGINE_FROM: readonly DocumentPath[] = [
  'spec.provider',
  'spec.controlPlane.kind',
  'spec.autoscaling.engine',
];

/** Whether there is an engine at all, whichever: on AWS there is one unless the document wants none. */
export const PRESENCE_FROM: readonly DocumentPath[] = ['spec.provider', 'spec.autoscaling.engine'];

/** Engines that can be built for a provider and a kind of control plane; the first is the default. */
export function possibleEngines(cluster: Pick<Cluster, 'provider' | 'controlPlane'>): readonly Engine[] {
  if (cluster.provider !== 'aws') return ['none'];
  return cluster.controlPlane.kind === 'eks'
    ? ['karpenter', 'cluster-autoscaler', 'none']
    : ['cluster-autoscaler', 'none'];
}

/** The engine of this cluster: as written, or the default. */
export function engineOf(
  section: Pick<Section, 'engine'>,
  cluster: Pick<Cluster, 'provider' | 'controlPlane'>,
): Engine {
  return section.engine ?? possibleEngines(cluster)[0] ?? 'none';
}

/** Why an engine cannot be built here; one sentence without the full stop. */
export function whyImpossible(
  engine: Engine,
  { provider, controlPlane }: Pick<Cluster, 'provider' | 'controlPlane'>,
): string {
  if (provider !== 'aws') return `${engine} orders machines from a provider, and ${provider} sells none`;
  return `Karpenter's AWS provider starts machines that join EKS, and this control plane is made by ${controlPlane.kind}`;
}

/** What holds the machines of a pool, in words. */
export type Holder = 'eksctl' | 'terraform' | 'cluster-api' | 'join-configuration' | 'simulated';

/** Which form the node groups are rendered in. */
export function holderOf({ provider, controlPlane }: Pick<Cluster, 'provider' | 'controlPlane'>): Holder {
  if (provider === 'lab') return 'simulated';
  if (provider === 'bare-metal') return 'join-configuration';
  if (controlPlane.kind === 'eks') return 'eksctl';
  return controlPlane.kind === 'cluster-api' ? 'cluster-api' : 'terraform';
}
