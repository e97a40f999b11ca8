/** PD: what budgets let drains and upgrades do. */
import type { WorldBudget } from '../../inventory/world.ts';
import { hiddenPods, unlessElsewhere } from '../partial.ts';
import { defect, type Patch, type Rule } from '../rule.ts';
import { sayBudget } from '../say.ts';
import { drainingItsNode } from '../witnesses.ts';

const pd03: Rule = {
  id: 'PD03',
  family: 'PD',
  title: 'A disruption budget that allows no disruption',
  severity: 'error',
  whySeverity: 'Every drain of a node with one of its pods hangs, so that nodes are neither upgraded nor repaired.',
  takesDown: 'Nothing at once: upgrades and repairs of nodes stop, until somebody deletes the pods by force.',
  remedy: 'Write maxUnavailable: 1 in place of minAvailable; it stays right when the number of replicas changes.',
  price: 'One pod fewer for as long as one is moved.',
  source: 'Kubernetes v1.36.3 pkg/controller/disruption/disruption.go (getExpectedPodCount, updatePdbStatus)',
  needs: 'manifests',
  reads: ['policy/PodDisruptionBudget'],
  yieldsTo: ['PD05'],
  *check(world) {
    const hidden = hiddenPods(world);
    const mayBeElsewhere = ({ namespace, sourced, spec: { selector } }: WorldBudget): boolean =>
      unlessElsewhere(world, { sourced, selector }, hidden(namespace)) !== undefined;
    for (const budget of world.budgets) {
      const { count, sourced, workloads, scale } = budget;
      if (budget.pods === 0 && workloads.length === 0 && isNever(budget) && mayBeElsewhere(budget)) {
        yield {
          on: sourced,
          path: ['spec', fieldOf(budget)],
          message: `${sayBudget(budget)} grants no eviction, however many pods it selects; none of them is among the input.`,
          patch: ONE_AT_A_TIME,
        };
        continue;
      }
      // One replica is PD04's; without pods nothing is held back.
      if (count === undefined || scale < 2 || count.expected === 0 || count.allowedWhenHealthy > 0) continue;
      const [first] = workloads;
      yield {
        on: sourced,
        path: ['spec', fieldOf(budget)],
        message: `${sayBudget(budget)} over ${count.expected} pods wants ${count.desiredHealthy} healthy: no eviction is ever granted.`,
        takesDown: workloads,
        cause: defect('no-disruption', sourced),
        ...(first === undefined ? {} : { witness: { of: first, lose: drainingItsNode(first) } }),
        patch: ONE_AT_A_TIME,
      };
    }
  },
};

/** True when no number of pods leaves one to be evicted. */
function isNever({ spec: { maxUnavailable, minAvailable, selector } }: WorldBudget): boolean {
  if (selector.matches === 'nothing') return false;
  return maxUnavailable === undefined ? minAvailable === '100%' : maxUnavailable === 0 || maxUnavailable === '0%';
}

const ONE_AT_A_TIME: Patch = [
  { op: 'remove', path: ['spec', 'minAvailable'] },
  { op: 'set', path: ['spec', 'maxUnavailable'], value: 1 },
];

function fieldOf({ spec }: WorldBudget): 'maxUnavailable' | 'minAvailable' {
  return spec.maxUnavailable === undefined ? 'minAvailable' : 'maxUnavailable';
}

export const disruption: readonly Rule[] = [pd03];
