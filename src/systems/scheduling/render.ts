/** Plan → artifacts: priority classes, admission policies, quotas, kubelet settings. */
import type { Artifact, ObjectArtifact, SystemPlan } from '../../system.ts';
import type { Context } from './model.ts';
import { gpuArtifacts } from './render/gpu-policy.ts';
import { namespaceArtifacts } from './render/namespaces.ts';
import { kubeletArtifacts } from './render/nodes.ts';
import { spreadPolicies } from './render/spread-policy.ts';
import { tolerationPolicy } from './render/toleration-policy.ts';
import type { PriorityClass, SchedulingSettings } from './settings.ts';

export function render(
  { facts, settings }: SystemPlan<'scheduling', SchedulingSettings>,
  { cluster, plans }: Context,
): readonly Artifact[] {
  return [
    ...settings.priorityClasses.map(priorityClass),
    ...spreadPolicies(settings),
    ...tolerationPolicy(settings, facts),
    ...namespaceArtifacts(settings, plans.policy.facts),
    ...gpuArtifacts(settings),
    ...kubeletArtifacts(facts, cluster),
  ];
}

/** Classes below 0 wait for room, they never make it. */
function priorityClass({ name, value, purpose }: PriorityClass): ObjectArtifact {
  return {
    form: 'object',
    path: `objects/priorityclass-${name}.yaml`,
    purpose: `Priority of ${purpose}.`,
    decisions: ['scheduling.priorityClasses'],
    object: {
      apiVersion: 'scheduling.k8s.io/v1',
      kind: 'PriorityClass',
      metadata: { name },
      value,
      globalDefault: false,
      preemptionPolicy: value < 0 ? 'Never' : 'PreemptLowerPriority',
      description: `For ${purpose}.`,
    },
  };
}
