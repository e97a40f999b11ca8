/** What the policy system renders for a section of its own, in a cluster of three zones. */
import { planCluster } from '../../src/plan/run.ts';
import type { Artifact, KubernetesObject } from '../../src/system.ts';
import { defineCluster } from '../../src/systems/document.ts';
import { systems } from '../../src/systems/index.ts';
import { policy } from '../../src/systems/policy/index.ts';

export interface PolicyTree {
  readonly artifacts: readonly Artifact[];
  /** Objects in the order of the tree: namespaces first. */
  readonly objects: readonly KubernetesObject[];
}

export function policyTree(section: Record<string, unknown>): PolicyTree {
  const document = defineCluster({
    apiVersion: 'holdfast.dev/v1',
    kind: 'Cluster',
    metadata: { name: 'judged' },
    spec: { regions: [{ name: 'hall', zones: ['row-a', 'row-b', 'row-c'] }], policy: section },
  });
  const plan = planCluster(document, systems);
  const artifacts = policy.render(plan.systems.policy as never, { cluster: plan.cluster, plans: plan.systems });
  return { artifacts, objects: artifacts.flatMap((one) => (one.form === 'object' ? [one.object] : [])) };
}
