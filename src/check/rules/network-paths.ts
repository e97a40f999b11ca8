/** NW08, NW09: addresses for pods, and the ways in and out of the zones. */
import { parseCidr, sizeOf } from '../../core/cidr.ts';
import { isObject } from '../../core/json.ts';
import { nameOf, type Sourced } from '../../inventory/identity.ts';
import { annotationsOf, find, ofKind } from '../../inventory/indexes.ts';
import type { World } from '../../inventory/world.ts';
import { at, type FieldPath } from '../../kubernetes/objects.ts';
import type { RuleContext } from '../context.ts';
import { poolMaxPerZone, poolZones } from '../../spec/cluster.ts';
import { floorOf, list } from '../reach.ts';
import { defect, type Draft, type Rule } from '../rule.ts';
import { losingItsNode } from '../witnesses.ts';
import { imageNames } from '../workload-programs.ts';
import { keepsReplicas } from '../workloads.ts';

const nw08: Rule = {
  id: 'NW08',
  family: 'NW',
  title: 'Pods that get no address or lose their routes',
  severity: 'warning',
  whySeverity: 'Pods that run go on; those that are to be made, as after the loss of a node, wait for an address.',
  takesDown: 'Pods on nodes that come without a range of addresses, or more of them than a range holds.',
  remedy:
    'Run two operators of the network plugin, and give it a pool with a range for every node that may come and an address for every pod that fits one.',
  price: 'A larger range of private addresses; the ranges of nodes that exist are not changed.',
  source:
    'Cilium v1.18 docs, network/concepts/ipam/cluster-pool; Calico v3.31 docs, reference/resources/ippool; Datadog, 2023-03-08 (systemd-networkd and the routes of Cilium)',
  needs: 'manifests',
  reads: [
    '/ConfigMap',
    'crd.projectcalico.org/IPPool',
    'projectcalico.org/IPPool',
    'bootstrap.cluster.x-k8s.io/*',
    'controlplane.cluster.x-k8s.io/*',
    'machineconfiguration.openshift.io/MachineConfig',
  ],
  acrossNamespaces: true,
  *check(world, context) {
    yield* loneOperators(world);
    yield* ciliumPool(world, context);
    yield* calicoPools(world, context);
    yield* foreignRoutes(world);
  },
};

/** The images of Cilium's operator: one for each way to manage addresses. */
const OPERATORS = /^operator(-generic|-aws|-azure|-alibabacloud)?$/;

function* loneOperators(world: World): Iterable<Draft> {
  for (const workload of world.workloads) {
    if (!keepsReplicas(workload) || floorOf(workload) !== 1 || workload.sourced === undefined) continue;
    const cilium = [...imageNames(workload)].some((name) => OPERATORS.test(name)) && /cilium/.test(workload.id);
    if (!cilium && workload.name !== 'cilium-operator') continue;
    yield {
      on: workload,
      path: ['spec', 'replicas'],
      message: 'One pod gives nodes their ranges of addresses: while it is away, pods on new nodes do not start.',
      cause: defect('one-replica', workload),
      witness: { lose: losingItsNode(workload) },
    };
  }
}

/** Nodes that there are, and that there may be by the document; pods that one of them accepts. */
function sizeOfCluster(
  world: World,
  { plan }: RuleContext,
): { readonly nodes: number; readonly most: number; readonly pods: number } {
  const nodes = world.nodes.length;
  const grown =
    plan === undefined
      ? 0
      : plan.cluster.pools.reduce((sum, pool) => sum + poolMaxPerZone(pool) * poolZones(pool, plan.cluster).length, 0) +
        world.nodes.filter(({ role }) => role === 'control-plane').length;
  const pods = Math.max(0, ...world.nodes.map(({ allocatable }) => allocatable['pods'] ?? 0));
  return { nodes, most: Math.max(nodes, grown), pods };
}

function* ciliumPool(world: World, context: RuleContext): Iterable<Draft> {
  const config = ['kube-system', 'cilium'].flatMap(
    (name) => find(world.index, '/ConfigMap', name, 'cilium-config') ?? [],
  )[0];
  if (config === undefined) return;
  const text = (key: string): string | undefined => {
    const value = at(config.object, 'data', key);
    return typeof value === 'string' ? value : undefined;
  };
  if ((text('ipam') ?? 'cluster-pool') !== 'cluster-pool' || text('enable-ipv4') === 'false') return;
  // Defaults: Cilium pkg/option and install/kubernetes/cilium/values.yaml (10.0.0.0/8, /24).
  const key = 'cluster-pool-ipv4-cidr';
  const ranges = (text(key) ?? '10.0.0.0/8').split(/[\s,]+/).filter((one) => one !== '');
  const mask = Number(text('cluster-pool-ipv4-mask-size') ?? 24);
  const parsed = ranges.map(parseCidr);
  if (!Number.isInteger(mask) || parsed.some((range) => range === undefined)) {
    yield { unknown: `the pool of Cilium: ${key} or its mask cannot be read` };
    return;
  }
  const ofNodes = parsed.reduce((sum, range) => sum + Math.max(0, 2 ** (mask - (range?.prefixLength ?? 0))), 0);
  yield* poolTooSmall(
    { on: config, path: ['data', key], what: `${ranges.join(' ')} in ranges of /${mask}`, ofNodes },
    sizeOfCluster(world, context),
  );
  yield* rangeTooSmall(
    { on: config, path: ['data', 'cluster-pool-ipv4-mask-size'], mask },
    sizeOfCluster(world, context),
  );
}

interface Pool {
  readonly on: Sourced;
  readonly path: FieldPath;
  readonly what: string;
  readonly ofNodes: number;
}

function* poolTooSmall(
  { on, path, what, ofNodes }: Pool,
  { nodes, most }: { readonly nodes: number; readonly most: number },
): Iterable<Draft> {
  const whole = Math.floor(ofNodes);
  if (whole >= most) return;
  const now = whole < nodes;
  yield {
    on,
    path,
    ...(now ? { severity: 'error' as const } : {}),
    message: `${what} is enough for ${whole} node${whole === 1 ? '' : 's'}; ${now ? `there are ${nodes}` : `the pools may grow to ${most}`}: on the others no pod starts.`,
    takesDown: [],
  };
}

/** Cilium keeps the first and the last address, one for its router and one for its health check (pkg/ipam). */
const KEPT = 4;

function* rangeTooSmall(
  { on, path, mask }: { readonly on: Sourced; readonly path: FieldPath; readonly mask: number },
  { pods }: { readonly pods: number },
): Iterable<Draft> {
  const addresses = 2 ** (32 - mask) - KEPT;
  if (pods === 0 || addresses >= pods) return;
  yield {
    on,
    path,
    message: `A range of /${mask} leaves ${Math.max(0, addresses)} addresses for pods, and a kubelet accepts ${pods}: the scheduler sends pods that get none.`,
    takesDown: [],
  };
}

function* calicoPools(world: World, context: RuleContext): Iterable<Draft> {
  const pools = ['crd.projectcalico.org/IPPool', 'projectcalico.org/IPPool']
    .flatMap((kind) => ofKind(world.index, kind))
    .filter(
      ({ object }) =>
        at(object, 'spec', 'disabled') !== true &&
        // Pools of load balancers and tunnels give pods nothing.
        (list(object, ['spec', 'allowedUses']).length === 0 ||
          list(object, ['spec', 'allowedUses']).includes('Workload')),
    );
  const ranges = pools.map(({ object }) => {
    const cidr = at(object, 'spec', 'cidr');
    return typeof cidr === 'string' ? parseCidr(cidr) : undefined;
  });
  const [first] = pools;
  if (first === undefined) return;
  // Pools that are chosen by labels hold for some nodes only.
  if (
    pools.some(
      ({ object }) => ![undefined, 'all()', ''].includes(at(object, 'spec', 'nodeSelector') as string | undefined),
    )
  ) {
    yield { unknown: 'whether the pools of Calico are large enough: some are for nodes of a selector' };
    return;
  }
  if (ranges.some((range) => range === undefined)) {
    yield { unknown: `the pool of Calico: cidr of ${nameOf(first.object)} cannot be read` };
    return;
  }
  const ofPods = ranges.reduce((sum, range) => sum + (range?.family === 4 ? sizeOf(range) : 0), 0);
  if (ofPods === 0) return;
  // A node takes whole blocks: without one of its own it borrows addresses, one by one.
  const blocks = pools.reduce((sum, { object }, place) => {
    const size = at(object, 'spec', 'blockSize') ?? 26;
    const range = ranges[place];
    return range?.family === 4 && typeof size === 'number' ? sum + 2 ** Math.max(0, size - range.prefixLength) : sum;
  }, 0);
  yield* poolTooSmall(
    {
      on: first,
      path: ['spec', 'cidr'],
      what: `${pools.map(({ object }) => String(at(object, 'spec', 'cidr'))).join(' ')} in blocks`,
      ofNodes: blocks,
    },
    sizeOfCluster(world, context),
  );
}

/** Written out in files of machines: systemd-networkd deletes routes that it did not make, when it is restarted. */
function* foreignRoutes(world: World): Iterable<Draft> {
  const plugin = world.workloads.find(
    ({ kind, name }) => kind === 'DaemonSet' && /^(cilium|calico-node|kube-flannel|kube-router)/.test(name),
  );
  if (plugin === undefined) return;
  for (const sourced of [...world.configurations, ...world.index.all]) {
    if (
      !/^(KubeadmConfig|KubeadmConfigTemplate|KubeadmControlPlane|KubeadmControlPlaneTemplate|MachineConfig)$/.test(
        sourced.object.kind,
      )
    )
      continue;
    const path = placeOf(sourced.object, /ManageForeign(Routes|RoutingPolicyRules)\s*=\s*(yes|true|1|on)\b/i);
    if (path === undefined) continue;
    yield {
      on: sourced,
      path,
      message: `systemd-networkd is told to manage foreign routes: its restart, as by an update, deletes those of ${plugin.name}.`,
      takesDown: [],
    };
  }
}

/** The first text within an object that matches. */
function placeOf(value: unknown, pattern: RegExp, path: FieldPath = []): FieldPath | undefined {
  if (typeof value === 'string') return pattern.test(value) ? path : undefined;
  const entries = Array.isArray(value) ? value.entries() : isObject(value) ? Object.entries(value) : [];
  for (const [key, inner] of entries) {
    const found = placeOf(inner, pattern, [...path, key]);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Annotations of Services that put a balancer into one zone. */
const ONE_ZONE: Readonly<Record<string, string>> = {
  'loadbalancer.openstack.org/availability-zone': 'the availability zone',
  'service.beta.kubernetes.io/alibaba-cloud-loadbalancer-master-zoneid': 'the master zone',
};

const AWS_SUBNETS = 'service.beta.kubernetes.io/aws-load-balancer-subnets';
const ALIBABA_SECOND = 'service.beta.kubernetes.io/alibaba-cloud-loadbalancer-slave-zoneid';

const nw09: Rule = {
  id: 'NW09',
  family: 'NW',
  title: 'One zone holds the way in, or the way out',
  severity: 'warning',
  whySeverity: 'A zone is lost rarely; then nothing comes in, or nothing out, though pods run in the others.',
  takesDown: 'Traffic through the balancer or the gateway, of all zones.',
  remedy: 'Give the balancer a subnet in each zone, and each zone a NAT gateway of its own.',
  price: 'A NAT gateway for each zone; without them traffic crosses zones, which clouds bill too.',
  source:
    'AWS Load Balancer Controller v2.14 docs, guide/service/annotations (subnets); eksctl docs, networking/vpc-configuration (NAT gateway: Single by default); Cluster API Provider AWS, api/v1beta2/network_types.go',
  needs: 'manifests',
  reads: ['/Service', 'infrastructure.cluster.x-k8s.io/AWSCluster'],
  *check(world, { zones }) {
    // Where there is one zone there is no other place.
    if (zones.length === 1) return;
    for (const { spec, sourced } of world.services) {
      if (spec.type !== 'LoadBalancer') continue;
      yield* balancer(sourced);
    }
    yield* eksctl(world);
    yield* clusterApi(world);
  },
};

function* balancer(sourced: Sourced): Iterable<Draft> {
  const annotations = annotationsOf(sourced.object);
  const subnets = annotations[AWS_SUBNETS]
    ?.split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '');
  if (subnets?.length === 1)
    yield {
      on: sourced,
      path: ['metadata', 'annotations', AWS_SUBNETS],
      message: `The balancer stands in subnet ${subnets[0] ?? ''} alone, and a subnet is in one zone.`,
    };
  for (const [key, what] of Object.entries(ONE_ZONE)) {
    const zone = annotations[key];
    if (zone === undefined || zone === '' || annotations[ALIBABA_SECOND] !== undefined) continue;
    yield { on: sourced, path: ['metadata', 'annotations', key], message: `${what} of the balancer is ${zone} alone.` };
  }
}

/** eksctl makes one NAT gateway unless it is told otherwise; a VPC that is there already keeps its own. */
function* eksctl(world: World): Iterable<Draft> {
  for (const sourced of world.configurations) {
    const { kind, apiVersion } = sourced.object;
    if (kind !== 'ClusterConfig' || !apiVersion.startsWith('eksctl.io/')) continue;
    const gateway = at(sourced.object, 'vpc', 'nat', 'gateway');
    const own = at(sourced.object, 'vpc', 'subnets') !== undefined || at(sourced.object, 'vpc', 'id') !== undefined;
    if (own || (gateway !== undefined && gateway !== 'Single')) continue;
    // Node groups may stand in a file of their own; another one of the cluster's name makes the VPC.
    const elsewhere = world.configurations.some(
      (other) => nameOf(other.object) === nameOf(sourced.object) && at(other.object, 'vpc') !== undefined,
    );
    if (gateway === undefined && elsewhere) continue;
    if (list(sourced.object, ['availabilityZones']).length === 1) continue;
    // Nodes with public addresses go out by themselves.
    const isPrivate =
      list(sourced.object, ['fargateProfiles']).length > 0 ||
      ['nodeGroups', 'managedNodeGroups'].some((groups) =>
        list(sourced.object, [groups]).some((group) => at(group, 'privateNetworking') === true),
      );
    if (!isPrivate) continue;
    yield {
      on: sourced,
      path: ['vpc', 'nat', 'gateway'],
      message: `${gateway === undefined ? 'vpc.nat.gateway is not written, and eksctl makes' : 'eksctl makes'} one NAT gateway, in one zone, for the nodes of all zones.`,
      takesDown: [],
    };
  }
}

/** Cluster API makes a NAT gateway in each public subnet. */
function* clusterApi(world: World): Iterable<Draft> {
  for (const sourced of ofKind(world.index, 'infrastructure.cluster.x-k8s.io/AWSCluster')) {
    const subnets = list(sourced.object, ['spec', 'network', 'subnets']);
    const zonesOf = (isPublic: boolean): ReadonlySet<unknown> =>
      new Set(
        subnets
          .filter((subnet) => (at(subnet, 'isPublic') === true) === isPublic)
          .map((subnet) => at(subnet, 'availabilityZone'))
          .filter((zone) => typeof zone === 'string'),
      );
    const [open, closed] = [zonesOf(true), zonesOf(false)];
    if (open.size !== 1 || closed.size < 2) continue;
    yield {
      on: sourced,
      path: ['spec', 'network', 'subnets'],
      message: `Public subnets, and with them NAT gateways and balancers, are in ${[...open].join('')} alone; nodes are in ${closed.size} zones.`,
      takesDown: [],
    };
  }
}

export const networkPaths: readonly Rule[] = [nw08, nw09];
