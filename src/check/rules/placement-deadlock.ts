/** PL04, PL08, PD10: constraints under which pods that were lost cannot come back. */
import type { Workload, World, WorldBudget } from '../../inventory/world.ts';
import { roomAfterLoss } from '../../kubernetes/spread.ts';
import type { Twin } from '../../twin/twin.ts';
import { floorOf, podPath, podSpecOf } from '../reach.ts';
import { defect, type Draft, type FindingDraft, type Rule } from '../rule.ts';
import { PLACEMENT_READS } from '../reads.ts';
import { sayBudget } from '../say.ts';
import { HOST_KEYS, ZONE_KEYS, allowedNodes, apartOf, domainsOf } from '../spreading.ts';
import { keepsReplicas } from '../workloads.ts';
import { movedElsewhere, refusalOfOneMore, sayFailure, whileCordoned } from '../what-if.ts';
import { losingItsZone } from '../witnesses.ts';

const pl04: Rule = {
  id: 'PL04',
  family: 'PL',
  title: 'A hard zone spread that keeps lost pods from coming back',
  severity: 'warning',
  whySeverity:
    'It needs the loss of a zone; the other zones serve on, with fewer pods than are wanted until it returns.',
  takesDown: 'The lost share of the workload, for as long as the zone is away, whatever room the others have.',
  remedy: 'Set nodeTaintsPolicy: Honor and leave minDomains out, so that nodes that are lost form no domain.',
  price: 'While a zone is away the others hold more than their share; a rollout brings it even again.',
  source:
    'Kubernetes v1.36.3 pkg/scheduler/framework/plugins/podtopologyspread/common.go (nodeTaintsPolicy Ignore by default); kubernetes/enhancements#6211 (KEP-5980)',
  needs: 'document',
  reads: ['autoscaling/HorizontalPodAutoscaler', 'keda.sh/ScaledObject'],
  *check(world) {
    for (const workload of world.workloads) {
      // Pods of a StatefulSet wait for their node and their volume, whatever the constraint says.
      if (!keepsReplicas(workload) || workload.kind === 'StatefulSet' || mostOf(workload) < 2) continue;
      yield* blockedByZone(workload, world);
    }
  },
};

/** As many as its autoscaler may ask for, else those that are wanted. */
function mostOf({ autoscaler, replicas }: Workload): number {
  return autoscaler === undefined || replicas === 0 ? replicas : Math.max(replicas, autoscaler.maxReplicas);
}

function* blockedByZone(workload: Workload, world: World): Iterable<Draft> {
  const { spread, tolerations } = podSpecOf(workload);
  const own = new Set(apartOf(workload, world).spread);
  for (const [index, constraint] of spread.entries()) {
    const { topologyKey, nodeTaintsPolicy, minDomains, maxSkew } = constraint;
    if (!own.has(constraint) || !ZONE_KEYS.has(topologyKey)) continue;
    const zones = domainsOf(allowedNodes(workload, world), topologyKey);
    const room = roomAfterLoss(constraint, zones, tolerations);
    if (room === undefined || mostOf(workload) <= room) continue;
    const path = [...podPath(workload), 'topologySpreadConstraints', index];
    const why =
      nodeTaintsPolicy === 'Ignore'
        ? 'its nodes still count as an empty zone (nodeTaintsPolicy: Ignore, the default)'
        : minDomains !== undefined && minDomains > zones - 1
          ? `minDomains: ${minDomains} counts it as empty`
          : 'its pods tolerate the taint of lost nodes, so that these still count as an empty zone';
    yield {
      on: workload,
      path,
      message: `When one of ${zones} zones is lost, ${why}, and the others take no more than ${maxSkew} above it: lost pods of ${workload.replicas > room ? '' : 'up to '}${mostOf(workload)} stay Pending.`,
      witness: { lose: losingItsZone(workload) },
      ...(nodeTaintsPolicy === 'Ignore' && (minDomains ?? 1) <= zones - 1
        ? { patch: [{ op: 'set' as const, path: [...path, 'nodeTaintsPolicy'], value: 'Honor' }] }
        : {}),
    };
  }
}

const pl08: Rule = {
  id: 'PL08',
  family: 'PL',
  title: 'More replicas than places that required anti-affinity allows',
  severity: 'error',
  whySeverity: 'The rest of the replicas is Pending from the start and comes back never; each loss counts double.',
  takesDown: 'The replicas above the number of places: they never run.',
  remedy:
    'Use preferred anti-affinity, or a topologySpreadConstraint with ScheduleAnyway; or run as many as there are places.',
  price: 'Two replicas may then share a place.',
  source: 'Kubernetes v1.36.3 pkg/scheduler/framework/plugins/interpodaffinity/filtering.go',
  needs: 'document',
  reads: [...PLACEMENT_READS],
  acrossNamespaces: true,
  *check(world, context) {
    for (const workload of world.workloads) {
      if (!keepsReplicas(workload) || workload.replicas < 2) continue;
      const term = apartOf(workload, world).required.find(({ topologyKey }) =>
        HOST_KEYS.has(topologyKey) ? !mayGrow(world, context.plan?.systems.autoscaling.facts.engine) : true,
      );
      if (term === undefined) continue;
      const twin = context.twin();
      const waiting = twin === undefined ? [] : workload.pods.filter((pod) => twin.nodeOf(pod) === undefined);
      const [pod] = waiting;
      if (twin === undefined || pod === undefined) continue;
      const failure = refusalOfOneMore(twin, pod);
      if (failure === undefined || !failure.plugins.has('InterPodAffinity')) continue;
      const places = domainsOf(allowedNodes(workload, world), term.topologyKey);
      if (places >= workload.replicas) continue;
      yield {
        on: workload,
        path: [...podPath(workload), 'affinity', 'podAntiAffinity', 'requiredDuringSchedulingIgnoredDuringExecution'],
        message: `${workload.replicas} replicas may not share a ${term.topologyKey}, of which ${places} take them: ${waiting.length} stay Pending (${sayFailure(failure)}).`,
      };
    }
  },
};

/** True where an autoscaler adds nodes for pods that wait: each new one is a new place. */
function mayGrow({ nodePools }: World, engine: string | undefined): boolean {
  return nodePools.length > 0 || (engine !== undefined && engine !== 'none');
}

const pd10: Rule = {
  id: 'PD10',
  family: 'PD',
  title: 'A zone that cannot be drained',
  severity: 'warning',
  whySeverity: 'It needs the drain of a whole zone, as upgrades by zone and provider maintenance make it.',
  takesDown: 'Nothing at once: the drain hangs when the budget is used up by pods that find no other node.',
  remedy:
    'Let the pods run elsewhere: nodeTaintsPolicy: Honor on hard zone spreads, room in the other zones; then maxUnavailable: 1 drains one by one.',
  source:
    'Kubernetes v1.36.3 pkg/controller/disruption/disruption.go; redhat-best-practices-for-k8s/certsuite tests/observability/pdb',
  needs: 'document',
  reads: [...PLACEMENT_READS],
  acrossNamespaces: true,
  *check(world, context) {
    if (context.zones.length < 2) return;
    const held = world.budgets.flatMap(heldByBudget);
    const twin = held.length === 0 ? undefined : context.twin();
    if (twin === undefined) return;
    const told = new Set<WorldBudget>();
    for (const { zone, nodes } of world.zones) {
      const names = new Set(nodes.map(({ name }) => name));
      if (zone === '' || names.size === 0) continue;
      const stuck = whileCordoned(twin, names, () => held.flatMap((one) => stuckIn(one, { twin, zone, names })));
      for (const draft of stuck) if (!told.has(draft.budget)) yield draft.draft;
      for (const { budget } of stuck) told.add(budget);
    }
  },
};

interface Held {
  readonly budget: WorldBudget;
  readonly workload: Workload;
  /** Evictions that are granted at once. */
  readonly allowed: number;
}

/** Budgets over one workload that can move; no disruption at all is PD03's. */
function heldByBudget(budget: WorldBudget): readonly Held[] {
  const [workload, ...others] = budget.workloads;
  const allowed = budget.count?.allowedWhenHealthy ?? 0;
  if (workload === undefined || others.length > 0 || allowed === 0 || !keepsReplicas(workload)) return [];
  return workload.spec.claimTemplates.length > 0 || floorOf(workload) < 2 ? [] : [{ budget, workload, allowed }];
}

function stuckIn(
  { budget, workload, allowed }: Held,
  { twin, zone, names }: { readonly twin: Twin; readonly zone: string; readonly names: ReadonlySet<string> },
): readonly { readonly budget: WorldBudget; readonly draft: FindingDraft }[] {
  const inside = workload.pods.filter((pod) => names.has(twin.nodeOf(pod) ?? ''));
  if (inside.length <= allowed) return [];
  const left = inside.length - movedElsewhere(twin, inside);
  if (left < allowed) return [];
  const draft: FindingDraft = {
    on: budget.sourced,
    path: ['spec'],
    message: `Zone ${zone} holds ${inside.length} pods of ${workload.id}, and ${left} of them find no node in another zone; ${sayBudget(budget)} grants ${allowed}, then the drain hangs.`,
    takesDown: [workload],
    cause: defect('stuck-zone', budget.sourced),
  };
  return [{ budget, draft }];
}

export const placementDeadlock: readonly Rule[] = [pd10, pl04, pl08];
