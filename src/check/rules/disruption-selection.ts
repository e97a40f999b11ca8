/** PD04–PD09, PD11: budgets that hold back too much, too little, or the wrong pods. */
import { selectedPods } from '../../inventory/relations.ts';
import type { Workload, WorldBudget } from '../../inventory/world.ts';
import { budgetCount } from '../../kubernetes/percent.ts';
import { formatSelector, selectsEverything } from '../../kubernetes/selectors.ts';
import { floorOf } from '../reach.ts';
import { defect, type Patch, type Rule } from '../rule.ts';
import { sayBudget } from '../say.ts';
import { quorumProgramOf, spareMembers } from '../workload-programs.ts';
import { keepsReplicas } from '../workloads.ts';
import { drainingItsNode, drainingItsNodes } from '../witnesses.ts';

const EVICTION = 'Kubernetes v1.36.3 pkg/registry/core/pod/storage/eviction.go';

const pd04: Rule = {
  id: 'PD04',
  family: 'PD',
  title: 'A disruption budget over one replica that forbids its eviction',
  severity: 'error',
  whySeverity: 'Every drain of its node hangs, so that the node is neither upgraded nor repaired.',
  takesDown: 'Nothing at once: upgrades and repairs of its node stop, until somebody deletes the pod by force.',
  remedy: 'Write maxUnavailable: 1, or run two replicas and keep the budget.',
  price: 'A drain then takes the one pod down for as long as it needs to start elsewhere.',
  source: 'Kubernetes v1.36.3 pkg/controller/disruption/disruption.go; devantler-tech/platform#1880',
  needs: 'manifests',
  reads: ['policy/PodDisruptionBudget'],
  yieldsTo: ['PD05'],
  *check(world) {
    for (const budget of world.budgets) {
      const { count, scale, sourced, workloads } = budget;
      if (count === undefined || scale > 1 || count.expected === 0 || count.allowedWhenHealthy > 0) continue;
      const [first] = workloads;
      yield {
        on: sourced,
        path: ['spec', fieldOf(budget)],
        message: `${sayBudget(budget)} over ${count.expected === 1 ? 'the one pod' : `${count.expected} pods`} of ${first?.id ?? 'its workload'} grants no eviction.`,
        takesDown: workloads,
        cause: defect('no-disruption', sourced),
        ...(first === undefined ? {} : { witness: { of: first, lose: drainingItsNode(first) } }),
        patch: ONE_AT_A_TIME,
      };
    }
  },
};

const ONE_AT_A_TIME: Patch = [
  { op: 'remove', path: ['spec', 'minAvailable'] },
  { op: 'set', path: ['spec', 'maxUnavailable'], value: 1 },
];

const pd05: Rule = {
  id: 'PD05',
  family: 'PD',
  title: 'A disruption budget that allows no disruption at the floor of the autoscaler',
  severity: 'error',
  whySeverity: 'At a quiet hour, when upgrades are made, every drain hangs.',
  takesDown: 'Nothing at once: drains stop whenever the autoscaler has scaled down.',
  remedy: 'Write maxUnavailable: 1 in place of minAvailable; it stays right at every number of replicas.',
  price: 'One pod fewer for as long as one is moved.',
  source: 'Kubernetes v1.36.3 pkg/controller/disruption/disruption.go (getExpectedPodCount)',
  needs: 'manifests',
  reads: ['autoscaling/HorizontalPodAutoscaler', 'policy/PodDisruptionBudget'],
  *check(world) {
    for (const budget of world.budgets) {
      const { spec, sourced, workloads, count } = budget;
      const moved = workloads.find(({ autoscaler, replicas }) => autoscaler !== undefined && replicas > 0);
      if (count === undefined || moved?.autoscaler === undefined) continue;
      const floor = workloads.reduce((sum, workload) => sum + floorOf(workload), 0);
      const least = budgetCount(spec, floor, floor);
      if (least === undefined || least.expected === 0 || least.allowedWhenHealthy > 0) continue;
      yield {
        on: sourced,
        path: ['spec', fieldOf(budget)],
        message: `At the autoscaler's minimum of ${moved.autoscaler.minReplicas}, ${sayBudget(budget)} wants ${least.desiredHealthy} of ${least.expected} pods healthy: no eviction is granted then.`,
        takesDown: workloads,
        cause: defect('no-disruption', sourced),
        witness: { of: moved, lose: drainingItsNode(moved) },
        patch: ONE_AT_A_TIME,
      };
    }
  },
};

const pd06: Rule = {
  id: 'PD06',
  family: 'PD',
  title: 'Pods with more than one disruption budget',
  severity: 'error',
  whySeverity: 'The API server refuses every eviction of such a pod with an error, whatever the budgets say.',
  takesDown: 'Nothing at once: drains of their nodes hang.',
  remedy: 'Delete one of the budgets, or make their selectors disjoint.',
  source: `${EVICTION} ("does not support evicting pods with more than one PodDisruptionBudget")`,
  needs: 'manifests',
  reads: ['policy/PodDisruptionBudget'],
  *check(world, { budgetsOf }) {
    for (const workload of world.workloads) {
      const pair = overlapping(workload, budgetsOf(workload));
      if (pair === undefined) continue;
      const [first, second] = pair;
      yield {
        on: second.sourced,
        path: ['spec', 'selector'],
        message: `Pods of ${workload.id} are selected by this budget and by ${first.name}: evicting them is an error.`,
        takesDown: [workload],
        cause: defect('two-budgets', second.sourced),
        witness: { of: workload, lose: drainingItsNode(workload) },
      };
    }
  },
};

function overlapping(
  workload: Workload,
  budgets: readonly WorldBudget[],
): readonly [WorldBudget, WorldBudget] | undefined {
  if (budgets.length < 2) return undefined;
  const owners = new Map<unknown, WorldBudget>();
  for (const budget of budgets) {
    for (const pod of selectedPods(workload, budget.spec.selector)) {
      const other = owners.get(pod);
      if (other !== undefined) return [other, budget];
      owners.set(pod, budget);
    }
  }
  return undefined;
}

const pd07: Rule = {
  id: 'PD07',
  family: 'PD',
  title: 'A disruption budget that also protects pods which do not work',
  severity: 'warning',
  whySeverity: 'It needs a pod that crashes and a drain; then the drain hangs over a pod that serves nobody.',
  takesDown: 'Nothing at once: a drain waits for a crashing pod to become healthy.',
  remedy: 'Set unhealthyPodEvictionPolicy: AlwaysAllow.',
  price: 'A pod that is still starting may be moved and has to start again.',
  source:
    'Kubernetes v1.36 docs, tasks/run-application/configure-pdb (unhealthy pod eviction policy, stable since 1.31)',
  needs: 'manifests',
  reads: ['policy/PodDisruptionBudget'],
  *check(world) {
    for (const { spec, sourced, workloads, pods } of world.budgets) {
      if (pods === 0 || spec.unhealthyPodEvictionPolicy === 'AlwaysAllow') continue;
      yield {
        on: sourced,
        path: ['spec', 'unhealthyPodEvictionPolicy'],
        message: `While ${pods === 1 ? 'its one pod' : `one of its ${pods} pods`} crashes and the budget is used up, no eviction of ${pods === 1 ? 'it' : 'the crashing one'} is granted.`,
        takesDown: workloads,
        patch: [{ op: 'set', path: ['spec', 'unhealthyPodEvictionPolicy'], value: 'AlwaysAllow' }],
      };
    }
  },
};

const pd08: Rule = {
  id: 'PD08',
  family: 'PD',
  title: 'A disruption budget that allows all pods to go at once',
  severity: 'warning',
  whySeverity: 'It takes drains of several nodes together; then the budget holds nothing back.',
  takesDown: 'The workload, when the nodes of all its pods are drained together.',
  remedy: 'Write maxUnavailable: 1.',
  price: 'Drains take longer: one pod at a time.',
  source: 'Kubernetes v1.36.3 pkg/controller/disruption/disruption.go (updatePdbStatus)',
  needs: 'manifests',
  reads: ['policy/PodDisruptionBudget'],
  yieldsTo: ['PD09'],
  *check(world) {
    for (const budget of world.budgets) {
      const { count, sourced, workloads } = budget;
      if (count === undefined || count.expected < 2 || count.desiredHealthy > 0) continue;
      const [first] = workloads;
      yield {
        on: sourced,
        path: ['spec', fieldOf(budget)],
        message: `${sayBudget(budget)} over ${count.expected} pods lets all of them be evicted at once.`,
        takesDown: workloads,
        cause: defect('loose-budget', sourced),
        ...(first === undefined ? {} : { witness: { of: first, lose: drainingItsNodes(first, 2) } }),
        patch: ONE_AT_A_TIME,
      };
    }
  },
};

const pd09: Rule = {
  id: 'PD09',
  family: 'PD',
  title: 'A disruption budget that gives the majority away',
  severity: 'error',
  whySeverity:
    'A drain of two nodes, as node groups are upgraded, leaves fewer members than a majority: all writes stop.',
  takesDown: 'Writes to the store, and everybody who waits for them, during a drain.',
  remedy: 'Write maxUnavailable: 1; a majority of any odd number of three or more bears that.',
  price: 'Drains take longer: one member at a time.',
  source: 'etcd v3.6 docs, faq (failure tolerance); Kubernetes docs, tasks/run-application/configure-pdb (quorum)',
  needs: 'manifests',
  reads: ['policy/PodDisruptionBudget'],
  *check(world) {
    for (const budget of world.budgets) {
      const { count, sourced, workloads } = budget;
      const [workload, ...others] = workloads;
      if (count === undefined || workload === undefined || others.length > 0 || count.expected < 3) continue;
      const program = quorumProgramOf(workload);
      const spare = spareMembers(count.expected);
      if (program === undefined || count.allowedWhenHealthy <= spare) continue;
      yield {
        on: sourced,
        path: ['spec', fieldOf(budget)],
        message: `${program.name} of ${count.expected} members bears the loss of ${spare}; ${sayBudget(budget)} lets ${count.allowedWhenHealthy} go at once.`,
        takesDown: workloads,
        cause: defect('loose-budget', sourced),
        witness: { of: workload, lose: drainingItsNodes(workload, spare + 1) },
        patch: ONE_AT_A_TIME,
      };
    }
  },
};

const pd11: Rule = {
  id: 'PD11',
  family: 'PD',
  title: 'One disruption budget over several applications',
  severity: 'warning',
  whySeverity:
    'While pods of one are unhealthy, no pod of the others may be evicted; or all of one go, and the sum is kept.',
  takesDown: 'Nothing at once: a crashing application blocks the drains of another.',
  remedy: 'Give each application its own budget with a selector that only its pods match.',
  source:
    'Kubernetes v1.36.3 pkg/controller/disruption/disruption.go (getPodsForPdb); policy/v1: an empty selector selects all pods',
  needs: 'manifests',
  reads: ['policy/PodDisruptionBudget'],
  *check(world) {
    for (const { spec, sourced, workloads, namespace, pods } of world.budgets) {
      const kept = workloads.filter((workload) => keepsReplicas(workload) && workload.replicas > 0);
      const applications = new Set(kept.map(applicationOf));
      const all = selectsEverything(spec.selector);
      if (applications.size < 2 && !(all && pods > 0)) continue;
      const names = kept.map(({ id }) => id);
      yield {
        on: sourced,
        path: ['spec', 'selector'],
        message: all
          ? `An empty selector selects all ${pods} pods of namespace ${namespace}, now and later.`
          : `${formatSelector(spec.selector)} selects pods of ${names.slice(0, 3).join(', ')}${names.length > 3 ? ` and ${names.length - 3} more` : ''}: they share what may be evicted.`,
        ...(applications.size < 2 ? { severity: 'info' as const } : {}),
        takesDown: kept,
      };
    }
  },
};

/** What an application calls itself: versions of one, as in a canary, are the same. */
function applicationOf({ spec: { labels }, name }: Workload): string {
  const own = labels['app.kubernetes.io/name'];
  if (own !== undefined) return `${own}/${labels['app.kubernetes.io/component'] ?? ''}`;
  return labels['app'] ?? labels['k8s-app'] ?? name;
}

function fieldOf({ spec }: WorldBudget): 'maxUnavailable' | 'minAvailable' {
  return spec.maxUnavailable === undefined ? 'minAvailable' : 'maxUnavailable';
}

export const disruptionSelection: readonly Rule[] = [pd04, pd05, pd06, pd07, pd08, pd09, pd11];
