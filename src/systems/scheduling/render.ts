/** Plan → artifacts: priority classes, admission policies, quotas, kubelet settings. */
import type { SchedulingFacts } from '../../facts.ts';
import type { Artifact, ObjectArtifact, SystemPlan } from '../../system.ts';
import type { Context } from './model.ts';
import { gpuArtifacts } from './render/gpu-policy.ts';
import { namespaceArtifacts } from './render/namespaces.ts';
import { kubeletArtifacts } from './render/nodes.ts';
import { spreadPolicies } from './render/spread-policy.ts';
import { tolerationPolicy } from './render/toleration-policy.ts';

export function render({ facts }: SystemPlan<'scheduling'>, { cluster }: Context): readonly Artifact[] {
  return [
    ...facts.priorityClasses.map(priorityClass),
    ...spreadPolicies(facts),
    ...tolerationPolicy(facts),
    ...namespaceArtifacts(facts),
    ...gpuArtifacts(facts),
    ...kubeletArtifacts(facts, cluster),
  ];
}

/** Classes below 0 wait for room, they never make it. */
function priorityClass({ name, value, purpose }: SchedulingFacts['priorityClasses'][number]): ObjectArtifact {
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
