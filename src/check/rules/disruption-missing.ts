/** PD01, PD02, PD12: what no budget holds back, and what nothing may move. */
import type { Workload, World } from '../../inventory/world.ts';
import type { RuleContext } from '../context.ts';
import type { Draft, Rule } from '../rule.ts';
import { addedBudget } from '../safe-patches.ts';
import { keepsReplicas } from '../workloads.ts';

const pd01: Rule = {
  id: 'PD01',
  family: 'PD',
  title: 'A replicated workload without a disruption budget',
  severity: 'warning',
  whySeverity: 'It takes two drains at once, or one of a node with all of its pods; upgrades of node groups do that.',
  takesDown: 'The workload, when several nodes are drained together: no budget holds any eviction back.',
  remedy:
    'Add a PodDisruptionBudget with maxUnavailable: 1 and unhealthyPodEvictionPolicy: AlwaysAllow over the labels of its pods.',
  price: 'Drains take longer: one pod at a time.',
  source: 'Kubernetes v1.36 docs, tasks/run-application/configure-pdb; pkg/registry/core/pod/storage/eviction.go',
  needs: 'manifests',
  reads: ['autoscaling/HorizontalPodAutoscaler', 'policy/PodDisruptionBudget'],
  *check(world, context) {
    for (const workload of world.workloads)
      if (workload.kind !== 'StatefulSet') yield* unprotected(workload, world, context);
  },
};

const pd02: Rule = {
  id: 'PD02',
  family: 'PD',
  title: 'A replicated StatefulSet without a disruption budget',
  severity: 'warning',
  whySeverity: 'Drains of two nodes at once take two members, which for many stores is the majority.',
  takesDown: 'The workload, or its majority, when several nodes are drained together.',
  remedy: 'Add a PodDisruptionBudget with maxUnavailable: 1 over the labels of its pods.',
  price: 'Drains take longer: one pod at a time.',
  source: 'Kubernetes v1.36 docs, tasks/run-application/configure-pdb (quorum-based applications)',
  needs: 'manifests',
  reads: ['policy/PodDisruptionBudget'],
  *check(world, context) {
    for (const workload of world.workloads)
      if (workload.kind === 'StatefulSet') yield* unprotected(workload, world, context);
  },
};

function* unprotected(workload: Workload, world: World, { budgetsOf }: RuleContext): Iterable<Draft> {
  const { replicas } = workload;
  if (!keepsReplicas(workload) || replicas < 2 || workload.sourced === undefined) return;
  if (budgetsOf(workload).length > 0) return;
  yield {
    on: workload,
    path: ['metadata', 'name'],
    message: `No PodDisruptionBudget of namespace ${workload.namespace} selects its ${replicas} pods: all may be evicted at once.`,
    ...addedBudget(workload, world),
  };
}

/** Annotations that keep autoscalers from moving a pod. */
const PINS: readonly (readonly [annotation: string, value: string])[] = [
  ['cluster-autoscaler.kubernetes.io/safe-to-evict', 'false'],
  ['karpenter.sh/do-not-disrupt', 'true'],
];

const pd12: Rule = {
  id: 'PD12',
  family: 'PD',
  title: 'Replicated pods that no autoscaler may move',
  severity: 'warning',
  whySeverity: 'Nodes with one of them are neither emptied nor renewed; the cluster ages, nothing goes down at once.',
  takesDown: 'Nothing at once: nodes stay old and half empty until somebody upgrades them by force.',
  remedy: 'Remove the annotation and let a disruption budget say how many may be moved at a time.',
  price: 'Its pods are moved when nodes are; they must be able to stop and start.',
  source: 'Cluster Autoscaler FAQ (safe-to-evict); Karpenter v1 docs, concepts/disruption (do-not-disrupt)',
  needs: 'manifests',
  reads: [],
  *check(world) {
    for (const workload of world.workloads) {
      // One of a kind, and jobs, are what the annotations are for.
      if (!keepsReplicas(workload) || workload.replicas < 2 || workload.sourced === undefined) continue;
      const { annotations } = workload.spec;
      const pin = PINS.find(([annotation, value]) => annotations[annotation] === value);
      if (pin === undefined) continue;
      yield {
        on: workload,
        path: [...workload.spec.templatePath, 'metadata', 'annotations', pin[0]],
        message: `${pin[0]}: "${pin[1]}" on each of ${workload.replicas} pods keeps their nodes from being emptied.`,
        patch: [{ op: 'remove', path: [...workload.spec.templatePath, 'metadata', 'annotations', pin[0]] }],
      };
    }
  },
};

export const disruptionMissing: readonly Rule[] = [pd01, pd02, pd12];
