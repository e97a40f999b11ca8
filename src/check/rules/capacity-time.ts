/** CP05: room that comes too late. */
import { sayDuration } from '../../core/duration.ts';
import type { Millis } from '../../core/units.ts';
import type { Workload, World } from '../../inventory/world.ts';
import { clusterTarget } from '../cluster-target.ts';
import type { RuleContext } from '../context.ts';
import { floorOf } from '../reach.ts';
import { defect, type Rule, type UnknownDraft } from '../rule.ts';
import { homelessWithout, nodeLosses } from '../room-after-loss.ts';
import type { Homeless } from '../what-if.ts';

const cp05: Rule = {
  id: 'CP05',
  family: 'CP',
  title: 'After a loss pods wait for new nodes for longer than is promised',
  severity: 'warning',
  whySeverity:
    'It needs the loss of a node or a zone; then the promise is missed by the time that a machine takes to start.',
  takesDown: 'The pods that find no room, until new machines are ready.',
  remedy:
    'Keep room for the loss: headroom of a low priority (spec.autoscaling.headroom), or more nodes that always run.',
  price: 'Machines that are idle in good times.',
  source: 'Cluster Autoscaler FAQ (overprovisioning); karpenter v1.14.1 (batching); asked of the scheduler itself',
  needs: 'document',
  reads: [],
  *check(world, context) {
    const { plan } = context;
    const ready = plan?.systems.autoscaling.facts.nodeReady;
    if (plan === undefined || ready === null || ready === undefined) return;
    const { nodeFailureRecovery, zoneFailureRecovery } = plan.cluster.objectives;
    const promises = [nodeFailureRecovery, zoneFailureRecovery, ...accepted(world.workloads, context)];
    if (promises.every((promise) => promise === undefined || promise >= ready.least)) return;
    for (const loss of lossesOf(world, context)) {
      if ('unknown' in loss) {
        yield loss;
        continue;
      }
      const { lost, homeless } = loss;
      const objective = lost.startsWith('zone') ? zoneFailureRecovery : nodeFailureRecovery;
      const promise = strictest(homeless, context, objective);
      if (promise === undefined || ready.least <= promise) continue;
      yield {
        on: clusterTarget(context),
        path: ['spec', 'autoscaling', 'headroom'],
        message: `Without ${lost}, ${homeless.length === 1 ? 'a pod waits' : `${homeless.length} pods wait`} for a new node, which takes ${sayDuration(ready.least)} at the least; ${sayDuration(promise)} is promised.`,
        takesDown: [...new Set(homeless.map(({ workload }) => workload))],
        cause: defect('no-headroom', clusterTarget(context)),
      };
      return;
    }
  },
};

interface Loss {
  /** `zone a`, `node n-1`. */
  readonly lost: string;
  readonly homeless: readonly Homeless[];
}

function* lossesOf(world: World, context: RuleContext): Iterable<Loss | UnknownDraft> {
  const twin = context.twin();
  if (twin === undefined) return;
  for (const loss of nodeLosses(twin))
    yield 'unknown' in loss ? loss : { lost: `node ${loss.node}`, homeless: loss.homeless };
  for (const lost of context.zones.length < 2 ? [] : world.zones) {
    const homeless = homelessWithout(twin, lost);
    if (homeless.length > 0) yield { lost: `zone ${lost.zone}`, homeless };
  }
}

/** What the document promises for all, or the owner of a workload whose only pod waits. */
function strictest(
  homeless: readonly Homeless[],
  context: RuleContext,
  objective: Millis | undefined,
): Millis | undefined {
  const owners = accepted(
    homeless.map(({ workload }) => workload),
    context,
  );
  const all = objective === undefined ? owners : [objective, ...owners];
  return all.length === 0 ? undefined : Math.min(...all);
}

/** What the owners of workloads of one pod accept. */
function accepted(workloads: readonly Workload[], { intentOf }: RuleContext): readonly Millis[] {
  return workloads
    .filter((workload) => floorOf(workload) === 1)
    .flatMap((workload) => intentOf(workload).acceptedDowntime ?? []);
}

export const capacityTime: readonly Rule[] = [cp05];
