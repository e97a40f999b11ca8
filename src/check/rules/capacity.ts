/** CP: what pods ask for, and whether the rest of the cluster has it after a loss. */
import { isObject } from '../../core/json.ts';
import type { Workload, World } from '../../inventory/world.ts';
import { at } from '../../kubernetes/objects.ts';
import { runningContainers } from '../../kubernetes/pod-spec.ts';
import { countedRequests } from '../../kubernetes/requests.ts';
import { containerPath, podPath, podSpecOf } from '../reach.ts';
import { defect, type Draft, type Rule } from '../rule.ts';
import { PLACEMENT_READS } from '../reads.ts';
import { homelessWithout, type NodeLoss, nodeLosses } from '../room-after-loss.ts';
import { type Homeless, sayFailure } from '../what-if.ts';
import { keepsReplicas, SYSTEM_PRIORITY } from '../workloads.ts';
import type { RuleContext } from '../context.ts';
import { addOnOf } from '../cluster-programs.ts';
import { clusterTarget } from '../cluster-target.ts';

const cp01: Rule = {
  id: 'CP01',
  family: 'CP',
  title: 'A pod that does not say what it needs',
  severity: 'warning',
  whySeverity:
    'It needs a busy node; then the kernel or the kubelet ends it first, and the scheduler had filled the node without counting it.',
  takesDown: 'The pod, and neighbours of it, on a node that runs out of memory.',
  remedy: 'Write requests of cpu and memory from what it uses; a memory limit equal to the request; no CPU limit.',
  price: 'Nodes are filled by what is asked: fewer pods fit.',
  source: 'Kubernetes docs, concepts/configuration/manage-resources-containers; k8s.af (15 of 50 stories)',
  needs: 'manifests',
  reads: ['/LimitRange'],
  *check(world) {
    for (const workload of world.workloads) {
      if (workload.sourced === undefined || workload.static || isErrand(workload)) continue;
      const spec = podSpecOf(workload);
      const asked = countedRequests(spec);
      const lacking = runningContainers(spec).flatMap((container) => {
        const missing = ['cpu', 'memory'].filter(
          (name) => (container.requests[name] ?? 0) === 0 && (spec.resources === undefined || (asked[name] ?? 0) === 0),
        );
        return missing.length === 0
          ? []
          : [{ container, said: `${container.name} requests no ${missing.join(' and no ')}` }];
      });
      // By name, so that it is the same finding in whatever order they are written.
      const [first] = lacking.toSorted((a, b) => (a.container.name < b.container.name ? -1 : 1));
      if (first === undefined) continue;
      yield {
        on: workload,
        path: [...containerPath(workload, first.container), 'resources'],
        message: `Container ${lacking.map(({ said }) => said).join(', ')}: the scheduler takes ${lacking.length === 1 ? 'it' : 'them'} for nothing.`,
        cause: defect('no-requests', workload),
      };
    }
  },
};

/** A bare pod that is meant to end, as hooks and tests are. */
function isErrand(workload: Workload): boolean {
  return workload.kind === 'Pod' && podSpecOf(workload).restartPolicy !== 'Always';
}

const cp02: Rule = {
  id: 'CP02',
  family: 'CP',
  title: 'The loss of one node leaves pods without a place',
  severity: 'error',
  whySeverity: 'Losing a node is an everyday event, and what does not fit elsewhere stays away until the node is back.',
  takesDown: 'The pods that find no room: they are Pending for as long as the node is away.',
  remedy: 'Add a node, lower requests to what is used, or let placeholders of a low priority hold the room.',
  price: 'A node that is idle in good times.',
  source: 'kubernetes-sigs/cluster-capacity#139; asked of the scheduler itself',
  needs: 'document',
  reads: [...PLACEMENT_READS],
  acrossNamespaces: true,
  *check(world, context) {
    if (yield* growsItself(world, context)) return;
    const twin = context.twin();
    if (twin === undefined) return;
    let worst: NodeLoss | undefined;
    for (const loss of nodeLosses(twin)) {
      if ('unknown' in loss) yield loss;
      else if (loss.homeless.length > (worst?.homeless.length ?? 0)) worst = loss;
    }
    if (worst === undefined) return;
    const { node: lost } = worst;
    const node = world.nodes.find(({ name }) => name === lost);
    yield {
      on: { kind: 'Node', name: worst.node, sourced: node?.sourced },
      path: [],
      ...sayHomeless(`node ${worst.node}`, worst.homeless),
      witness: { lose: () => [`node=${worst.node}`] },
    };
  },
};

const cp03: Rule = {
  id: 'CP03',
  family: 'CP',
  title: 'The loss of one zone leaves pods without a place',
  severity: 'warning',
  whySeverity: 'A zone is lost rarely; then what does not fit elsewhere stays away until it is back.',
  takesDown: 'The pods that find no room in the other zones: they are Pending for as long as the zone is away.',
  remedy: 'Keep room for one zone in the others: more nodes, or placeholders of a low priority.',
  price: 'With three zones, half of what is used again.',
  source: 'pfnet-research/k8s-cluster-simulator#188; asked of the scheduler itself',
  needs: 'document',
  reads: [...PLACEMENT_READS],
  acrossNamespaces: true,
  *check(world, context) {
    if (context.zones.length < 2) return;
    if (yield* growsItself(world, context)) return;
    const twin = context.twin();
    if (twin === undefined) return;
    // One shortage, told by the zone that leaves most without a place.
    const [worst, ...others] = world.zones
      .map((lost) => ({ ...lost, homeless: homelessWithout(twin, lost) }))
      .filter(({ homeless }) => homeless.length > 0)
      .sort((a, b) => b.homeless.length - a.homeless.length);
    if (worst === undefined) return;
    const { message, takesDown } = sayHomeless(`zone ${worst.zone}`, worst.homeless);
    const also = others.map(({ zone, homeless }) => `${homeless.length} without ${zone}`);
    yield {
      on: { kind: 'Zone', name: worst.zone, sourced: undefined },
      path: [],
      message: also.length === 0 ? message : `${message} Likewise ${also.join(', ')}.`,
      takesDown: [
        ...new Set([...takesDown, ...others.flatMap(({ homeless }) => homeless.map(({ workload }) => workload))]),
      ],
      witness: { lose: () => [`zone=${worst.region}/${worst.zone}`] },
    };
  },
};

const cp04: Rule = {
  id: 'CP04',
  family: 'CP',
  title: 'The autoscaler may not add the nodes that a lost zone needs',
  severity: 'warning',
  whySeverity: 'A zone is lost rarely; then what does not fit elsewhere waits for nodes that no pool may add.',
  takesDown: 'The pods that find no room in the other zones: they are Pending for as long as the zone is away.',
  remedy: 'Raise maxNodesPerZone of the pools by what one lost zone leaves to each of the others.',
  price: 'Nothing until a zone is lost; a quota of the provider that must be there.',
  source: 'Cluster Autoscaler FAQ (max size of node groups); asked of the scheduler itself',
  needs: 'document',
  reads: [...PLACEMENT_READS],
  acrossNamespaces: true,
  *check(world, context) {
    const facts = context.plan?.systems.autoscaling.facts;
    if (facts === undefined || facts.engine === 'none' || context.zones.length < 2) return;
    // Pools that may grow at all are a matter of time and of the provider's stock.
    if (facts.pools.some(({ maxNodesPerZone, minNodesPerZone }) => maxNodesPerZone > minNodesPerZone)) return;
    const twin = context.twin();
    if (twin === undefined) return;
    for (const lost of world.zones) {
      const homeless = homelessWithout(twin, lost);
      if (homeless.length === 0) continue;
      const { message, takesDown } = sayHomeless(`zone ${lost.zone}`, homeless);
      yield {
        on: clusterTarget(context),
        path: ['spec', 'pools'],
        message: `No pool may grow. ${message}`,
        takesDown,
        cause: defect('pools-full', clusterTarget(context)),
      };
      return;
    }
  },
};

/** Where nodes are added for pods that wait, room after a loss is a matter of time. */
export function* growsItself(world: World, { plan }: RuleContext): Generator<Draft, boolean> {
  if (plan !== undefined) return plan.systems.autoscaling.facts.engine !== 'none';
  if (world.nodePools.length === 0) return false;
  yield { unknown: 'NodePools may add nodes for what does not fit' };
  return true;
}

export function sayHomeless(
  lost: string,
  homeless: readonly Homeless[],
): { message: string; takesDown: readonly Workload[] } {
  const counts = new Map<Workload, number>();
  for (const { workload } of homeless) counts.set(workload, (counts.get(workload) ?? 0) + 1);
  const worst = [...counts].sort((a, b) => b[1] - a[1]);
  const named = worst.slice(0, 3).map(([{ id }, count]) => `${count} of ${id}`);
  const [first] = homeless;
  return {
    message: `Without ${lost}, ${homeless.length === 1 ? 'a pod finds' : `${homeless.length} pods find`} no node: ${named.join(', ')}${worst.length > 3 ? ` and of ${worst.length - 3} more` : ''}${first === undefined ? '' : ` (${sayFailure(first.failure)})`}.`,
    takesDown: worst.map(([workload]) => workload),
  };
}

const cp06: Rule = {
  id: 'CP06',
  family: 'CP',
  title: 'A tight CPU limit on a part of the cluster itself',
  severity: 'warning',
  whySeverity:
    'It needs load; then DNS, network or admission are slowed down for everybody while the node has CPU to spare.',
  takesDown: 'Whoever waits for it: names are not resolved, requests are not admitted in time.',
  remedy: 'Remove the CPU limit and keep the request.',
  price: 'It may use CPU that others would, when there is any to spare.',
  source: 'Gardener, high availability guide ("CPU limits caused outages"); k8s.af (6 of 50 stories); Omio',
  needs: 'manifests',
  reads: [],
  *check(world) {
    for (const workload of world.workloads) {
      const critical =
        (workload.templates[0]?.priority ?? 0) >= SYSTEM_PRIORITY ||
        workload.namespace === 'kube-system' ||
        addOnOf(workload) !== undefined;
      if (!critical || workload.sourced === undefined || !(keepsReplicas(workload) || workload.kind === 'DaemonSet'))
        continue;
      for (const container of runningContainers(podSpecOf(workload))) {
        const limit = container.limits['cpu'];
        if (limit === undefined || limit > TIGHT * (container.requests['cpu'] ?? 0)) continue;
        const path = [...containerPath(workload, container), 'resources', 'limits', 'cpu'];
        yield {
          on: workload,
          path,
          message: `Container ${container.name} may use ${limit} thousandths of a CPU and no more, ${container.requests['cpu'] ?? 0} of which are its request.`,
          patch: [{ op: 'remove', path }],
        };
      }
    }
  },
};

/** A limit of so many times the request, or less, is met by an everyday peak. */
const TIGHT = 2;

const cp11: Rule = {
  id: 'CP11',
  family: 'CP',
  title: 'A schedule whose jobs may pile up',
  severity: 'warning',
  whySeverity: 'It needs a job that hangs; then each turn adds another, until the cluster or the quota is full.',
  takesDown: 'Whoever needs the room that the pile takes.',
  remedy: 'Set concurrencyPolicy: Forbid and activeDeadlineSeconds.',
  price: 'A turn is left out while the one before still runs.',
  source: 'k8s.af (Universe 2017, Algolia: 9 of 50 stories); Kubernetes docs, concepts/workloads/controllers/cron-jobs',
  needs: 'manifests',
  reads: [],
  *check(world) {
    for (const workload of world.workloads) {
      const { cron, job } = workload.spec;
      if (cron === undefined || job === undefined || cron.suspended || workload.sourced === undefined) continue;
      if (cron.concurrencyPolicy !== 'Allow' || job.activeDeadlineSeconds !== undefined) continue;
      if (at(workload.sourced.object, ...podPath(workload), 'activeDeadlineSeconds') !== undefined) continue;
      yield {
        on: workload,
        path: ['spec', 'concurrencyPolicy'],
        message: `Every turn of "${cron.schedule}" starts a job, whether or not the one before has ended, and none has a deadline.`,
        patch: [{ op: 'set', path: ['spec', 'concurrencyPolicy'], value: 'Forbid' }],
      };
    }
  },
};

const cp08: Rule = {
  id: 'CP08',
  family: 'CP',
  title: 'Nodes keep nothing back for themselves',
  severity: 'warning',
  whySeverity:
    'It needs a node that pods have filled; then the kubelet or the kernel starves, and all of its pods are lost together.',
  takesDown: 'A whole node with everything on it, when its pods use what they asked for.',
  remedy: 'Set kubeReserved and systemReserved in the kubelet configuration.',
  price: 'A few percent of each machine.',
  source: 'Kubernetes docs, tasks/administer-cluster/reserve-compute-resources (nothing is reserved by default)',
  needs: 'manifests',
  reads: [],
  *check(world) {
    for (const sourced of world.configurations) {
      if (sourced.object.kind !== 'KubeletConfiguration') continue;
      const kept = ['kubeReserved', 'systemReserved'].some(
        (field) => at(sourced.object, field, 'memory') !== undefined,
      );
      const eviction = kept ? noEviction(sourced.object) : undefined;
      if (eviction !== undefined)
        yield {
          on: sourced,
          path: ['evictionHard'],
          message: `${eviction}: the kubelet evicts nobody before the kernel kills.`,
          remedy: 'Write memory.available: 100Mi or more in evictionHard.',
        };
      if (kept) continue;
      yield {
        on: sourced,
        path: ['kubeReserved'],
        message: 'Neither kubeReserved nor systemReserved keeps memory back: pods may be given all of the machine.',
      };
    }
  },
};

/** Why the kubelet does not evict for want of memory: what is written takes the place of all defaults (pkg/kubelet/apis/config/v1beta1/defaults.go). */
function noEviction(configuration: unknown): string | undefined {
  const written = at(configuration, 'evictionHard');
  if (!isObject(written) || at(configuration, 'mergeDefaultEvictionSettings') === true) return undefined;
  const threshold = at(written, 'memory.available');
  if (threshold === undefined) return 'evictionHard leaves memory.available out';
  return typeof threshold === 'string' && /^0+(%|[A-Za-z]*)$/.test(threshold)
    ? `evictionHard has memory.available: ${threshold}`
    : undefined;
}

export const capacity: readonly Rule[] = [cp01, cp02, cp03, cp04, cp06, cp08, cp11];
