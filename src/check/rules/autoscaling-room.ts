/** AS03, AS06: whether there is room for what autoscalers may ask for, and whether new nodes come where they are needed. */
import { PLACEMENT_READS } from '../reads.ts';
import { ofKind } from '../../inventory/indexes.ts';
import { namespaceOf, nameOf } from '../../inventory/identity.ts';
import type { Workload, World, WorldAutoscaler, WorldClaim, WorldNode } from '../../inventory/world.ts';
import { ZONE } from '../../kubernetes/nodes.ts';
import { at, type FieldPath } from '../../kubernetes/objects.ts';
import { quotaUseOf, readQuota } from '../../kubernetes/quota.ts';
import { countedRequests } from '../../kubernetes/requests.ts';
import { clusterTarget } from '../cluster-target.ts';
import type { RuleContext } from '../context.ts';
import { hasClusterAutoscaler, nodeGrowth, type NodeGrowth, nodesAtMost } from '../node-growth.ts';
import { list, podSpecOf } from '../reach.ts';
import { defect, type Draft, type FindingDraft, type Rule } from '../rule.ts';
import { unplacedOf } from '../what-if.ts';
import { countedBy, quotaUseOfQuota } from '../quota-use.ts';

const as03: Rule = {
  id: 'AS03',
  family: 'AS',
  title: 'An autoscaler may ask for more than there may be',
  severity: 'warning',
  whySeverity:
    'It needs the load that the maximum was meant for; then pods are refused, or wait for nodes that do not come.',
  takesDown: 'The workload under its highest load, and rollouts of the others beside it.',
  remedy:
    'Raise the quota, the limits of the pools or their largest size to what the maxima need, or lower maxReplicas to what fits.',
  source:
    'Kubernetes v1.36.3 pkg/quota/v1/evaluator/core/pods.go; karpenter v1.14.1 docs, NodePools (spec.limits); asked of the scheduler itself',
  needs: 'manifests',
  reads: [...PLACEMENT_READS],
  acrossNamespaces: true,
  *check(world, context) {
    const granted = quotas(world);
    const room = world.autoscalers.length === 0 ? undefined : roomOf(world, context);
    for (const autoscaler of world.autoscalers) {
      const { workload } = autoscaler;
      if (workload === undefined || workload.replicas === 0) continue;
      const found =
        overQuota(world, { autoscaler, workload }, granted) ??
        (room === undefined ? undefined : yield* overNodes(world, { autoscaler, workload }, room));
      if (found === undefined) continue;
      const keda = autoscaler.sourced.object.kind === 'ScaledObject';
      yield {
        on: autoscaler.sourced,
        path: ['spec', keda ? 'maxReplicaCount' : 'maxReplicas'],
        message: found,
        takesDown: [workload],
      };
    }
  },
};

interface Scaled {
  readonly autoscaler: WorldAutoscaler;
  readonly workload: Workload;
}

interface Granted {
  readonly namespace: string | undefined;
  readonly name: string;
  readonly object: unknown;
  readonly hard: Readonly<Record<string, number>>;
}

function quotas({ index }: World): readonly Granted[] {
  return ofKind(index, '/ResourceQuota').map(({ object }) => ({
    namespace: namespaceOf(object),
    name: nameOf(object),
    object,
    hard: readQuota(object),
  }));
}

function overQuota(
  world: World,
  { autoscaler: { namespace, spec }, workload }: Scaled,
  granted: readonly Granted[],
): string | undefined {
  for (const { hard, name, object } of granted.filter((quota) => quota.namespace === namespace)) {
    if (countedBy(object, workload) !== true) continue;
    const use = quotaUseOf(podSpecOf(workload));
    const { total } = quotaUseOfQuota(world, object, namespace);
    const over = Object.keys(hard).find((key) => {
      const others = (total[key] ?? 0) - workload.replicas * (use[key] ?? 0);
      return (use[key] ?? 0) > 0 && others + spec.maxReplicas * (use[key] ?? 0) > (hard[key] ?? 0);
    });
    if (over !== undefined)
      return `${spec.maxReplicas} pods of ${workload.id} beside the others need more ${over} than ResourceQuota ${name} grants.`;
  }
  return undefined;
}

/** Where more pods may go, the same for all autoscalers. */
interface Room {
  readonly growth: NodeGrowth;
  readonly added: readonly WorldNode[];
  readonly twin: RuleContext['twin'];
}

function roomOf(world: World, context: RuleContext): Room {
  const growth = nodeGrowth(world, context);
  return { growth, added: growth === 'pools' ? nodesAtMost(context) : [], twin: context.twin };
}

/** Asked of the scheduler, pod by pod: what fits into the sum of all nodes may fit on none of them. */
function* overNodes(
  world: World,
  { autoscaler: { spec }, workload }: Scaled,
  { growth, added, twin: twinOf }: Room,
): Generator<Draft, string | undefined> {
  const [pod] = workload.pods;
  const twin = twinOf();
  const more = spec.maxReplicas - workload.pods.length;
  if (pod === undefined || more <= 0) return undefined;
  const waiting = twin === undefined ? spec.maxReplicas : unplacedOf(twin, pod, { count: more, added });
  if (waiting === 0) return undefined;
  if (growth === 'karpenter') return overLimits(world, { workload, waiting, most: spec.maxReplicas });
  if (twin === undefined) return undefined;
  if (growth === 'hidden') {
    yield {
      unknown: `${waiting} of ${spec.maxReplicas} pods of ${workload.id} need nodes that are not there yet, and how many may be added is not shown`,
    };
    return undefined;
  }
  const where =
    growth === 'pools' ? 'on the nodes of all pools at their largest' : 'on the nodes, and nothing adds any';
  return `Of ${spec.maxReplicas} pods of ${workload.id}, ${waiting} find no room ${where}.`;
}

/** Limits of all pools together; a pool without a limit may grow. Nodes take more than their pods, so that less fits in truth. */
function overLimits(
  { nodePools, nodes }: World,
  { workload, waiting, most }: { readonly workload: Workload; readonly waiting: number; readonly most: number },
): string | undefined {
  const asked = countedRequests(podSpecOf(workload));
  for (const resource of ['cpu', 'memory']) {
    const rest = nodePools.map(({ name, spec }) => {
      const limit = spec.limits[resource];
      if (spec.replicas !== undefined) return 0;
      if (limit === undefined) return Number.POSITIVE_INFINITY;
      const own = nodes.filter(({ labels }) => labels['karpenter.sh/nodepool'] === name);
      return Math.max(0, limit - own.reduce((sum, { capacity }) => sum + (capacity[resource] ?? 0), 0));
    });
    const left = rest.reduce((sum, one) => sum + one, 0);
    if (waiting * (asked[resource] ?? 0) > left)
      return `${waiting} of ${most} pods of ${workload.id} need new nodes, and the limits of the NodePools leave less ${resource} than they ask for.`;
  }
  return undefined;
}

/** Disks that one zone holds; by the parameters that make them regional they are not. */
const ZONAL: ReadonlySet<string> = new Set([
  'ebs.csi.aws.com',
  'kubernetes.io/aws-ebs',
  'disk.csi.azure.com',
  'kubernetes.io/azure-disk',
  'cinder.csi.openstack.org',
  'csi.hetzner.cloud',
]);
/** Labels of groups whose machines may be in any of their zones. GKE makes one group per zone of its own. */
const GROUP_LABELS = [
  'eks.amazonaws.com/nodegroup',
  'alpha.eksctl.io/nodegroup-name',
  'kubernetes.azure.com/agentpool',
];

const as06: Rule = {
  id: 'AS06',
  family: 'AS',
  title: 'One node group over several zones, and volumes of one zone',
  severity: 'warning',
  whySeverity:
    'It needs a full zone; then the group adds a node in any of its zones, and the pod waits for one in the zone of its volume.',
  takesDown: 'Pods with volumes that are moved when their zone is full, until a node comes there by chance.',
  remedy: 'Make one group per zone and set --balance-similar-node-groups.',
  price: 'Three groups to look after in place of one.',
  source: 'Cluster Autoscaler 1.36 FAQ and cloudprovider/aws/README.md (one group per zone for EBS volumes)',
  needs: 'manifests',
  reads: ['/PersistentVolumeClaim', 'storage.k8s.io/StorageClass'],
  acrossNamespaces: true,
  *check(world, context) {
    // The plan makes one group per zone; Karpenter reads the zone of the volume.
    if (context.plan !== undefined || !hasClusterAutoscaler(world)) return;
    const held = [...new Set(world.claims.filter(isZonal).flatMap(({ workloads }) => workloads))];
    const [first] = held;
    if (first === undefined) return;
    const say = (group: string, zones: string): string =>
      `Node group ${group} is over ${zones}, and ${first.id}${held.length === 1 ? ' keeps' : ` and ${held.length - 1} more keep`} state on volumes of one zone: a new node may come in another.`;
    for (const group of configuredGroups(world))
      yield { ...group, message: say(group.name, group.say), takesDown: held };
    for (const { name, zones } of observedGroups(world))
      yield {
        on: clusterTarget(context),
        path: [],
        message: say(name, `zones ${zones.join(', ')}`),
        takesDown: held,
        cause: defect(`node group ${name}`, clusterTarget(context)),
      };
  },
};

function isZonal({ volume, storageClass }: WorldClaim): boolean {
  const terms = volume?.migratedNodeTerms ?? volume?.nodeTerms;
  if (terms !== undefined) {
    const zones = new Set(
      terms.flatMap(({ labels }) =>
        labels.filter(({ key }) => key === ZONE || key.endsWith('/zone')).flatMap(({ values }) => values),
      ),
    );
    return zones.size === 1;
  }
  const object = storageClass?.sourced.object;
  const provisioner = at(object, 'provisioner');
  const redundancy = at(object, 'parameters', 'skuName') ?? at(object, 'parameters', 'skuname');
  return typeof provisioner === 'string' && ZONAL.has(provisioner) && !String(redundancy).endsWith('ZRS');
}

interface Group extends Pick<FindingDraft, 'on' | 'path'> {
  readonly name: string;
  readonly say: string;
}

/** Groups of eksctl that may grow. Without zones of its own a group takes those of the cluster, and eksctl chooses several. */
function* configuredGroups({ configurations }: World): Iterable<Group> {
  for (const sourced of configurations) {
    if (sourced.object.kind !== 'ClusterConfig' || !sourced.object.apiVersion.startsWith('eksctl.io/')) continue;
    for (const field of ['managedNodeGroups', 'nodeGroups']) {
      for (const [index, group] of list(sourced.object, [field]).entries()) {
        const [least, most] = [at(group, 'minSize'), at(group, 'maxSize')];
        if (typeof most !== 'number' || most <= (typeof least === 'number' ? least : 0)) continue;
        const own = list(group, ['availabilityZones']);
        const zones = own.length > 0 ? own : list(sourced.object, ['availabilityZones']);
        if (zones.length === 1 || list(group, ['subnets']).length === 1) continue;
        const path: FieldPath = [field, index, 'availabilityZones'];
        const name = at(group, 'name');
        const say = zones.length === 0 ? 'all zones of the cluster' : `zones ${zones.join(', ')}`;
        yield { on: sourced, path, name: typeof name === 'string' ? name : String(index), say };
      }
    }
  }
}

function observedGroups({ nodes }: World): readonly { readonly name: string; readonly zones: readonly string[] }[] {
  const groups = new Map<string, Set<string>>();
  for (const { labels, zone } of nodes) {
    const name = GROUP_LABELS.map((label) => labels[label]).find((value) => value !== undefined);
    if (name === undefined || zone === '') continue;
    const known = groups.get(name) ?? new Set();
    groups.set(name, known.add(zone));
  }
  return [...groups].filter(([, zones]) => zones.size > 1).map(([name, zones]) => ({ name, zones: [...zones].sort() }));
}

export const autoscalingRoom: readonly Rule[] = [as03, as06];
