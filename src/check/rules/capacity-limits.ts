/** CP07, CP09, CP10: limits that are reached when something is lost, grows, or takes too much. */
import { parseCidr } from '../../core/cidr.ts';
import { sayBytes } from '../../core/quantity.ts';
import { kubeadmConfiguration, writtenFlag } from '../../inventory/component-flags.ts';
import { find, ofKind } from '../../inventory/indexes.ts';
import { namespaceOf } from '../../inventory/identity.ts';
import type { Workload, World, WorldNode } from '../../inventory/world.ts';
import { at, type FieldPath } from '../../kubernetes/objects.ts';
import { type Container, runningContainers } from '../../kubernetes/pod-spec.ts';
import { amountOf } from '../../kubernetes/resources.ts';
import { containerPath, list, podSpecOf } from '../reach.ts';
import { defect, type FindingDraft, type NamedTarget, type Rule, type Target } from '../rule.ts';
import { imageName, imageNames } from '../workload-programs.ts';
import { keepsReplicas, SYSTEM_PRIORITY } from '../workloads.ts';

/** What others wait for when it is ended, by the names of images. */
const LOAD_BEARING: readonly (readonly [what: string, images: readonly string[]])[] = [
  ['DNS', ['coredns', 'k8s-dns-node-cache']],
  ['ingress', ['controller', 'traefik', 'haproxy-ingress', 'kong', 'envoy', 'contour']],
  [
    'telemetry',
    [
      'prometheus',
      'opentelemetry-collector',
      'opentelemetry-collector-contrib',
      'otelcol',
      'fluentd',
      'fluent-bit',
      'vector',
      'thanos',
    ],
  ],
];

const cp07: Rule = {
  id: 'CP07',
  family: 'CP',
  title: 'DNS, ingress or telemetry at its memory limit',
  severity: 'warning',
  whySeverity:
    'It needs load, or the loss of a sibling whose load moves here; then the kernel ends the rest of them too.',
  takesDown: 'Names, traffic or telemetry of the whole cluster, one replica after the other.',
  remedy: 'Raise the memory limit with the request, to what it uses with one replica less, and a third more.',
  price: 'The memory.',
  source:
    'Kubernetes docs, tasks/configure-pod-container/assign-memory-resource (OOMKilled); Zalando, outage of 2019-01 (CoreDNS, out of memory)',
  needs: 'live',
  reads: ['metrics.k8s.io/PodMetrics', 'autoscaling.k8s.io/VerticalPodAutoscaler'],
  *check(world) {
    for (const workload of world.workloads) {
      for (const container of runningContainers(podSpecOf(workload))) {
        const what = whatOf(workload, container);
        const limit = container.limits['memory'];
        if (what === undefined || limit === undefined) continue;
        const message =
          ended(workload, container, { what, limit }) ?? full(world, { workload, container, what, limit });
        if (message === undefined) continue;
        yield {
          on: workload,
          path: [...containerPath(workload, container), 'resources', 'limits', 'memory'],
          message,
          cause: defect('memory-limit', workload),
        };
      }
    }
  },
};

function whatOf({ name }: Workload, { image }: Container): string | undefined {
  const program = imageName(image);
  return LOAD_BEARING.find(
    ([, images]) =>
      // ingress-nginx calls its image `controller`; anybody may call one so.
      images.includes(program) && (program !== 'controller' || /ingress/.test(name)),
  )?.[0];
}

/** The kernel has ended the container at its limit, as the pods themselves tell. */
function ended(
  { pods }: Workload,
  { name: container }: Container,
  { what, limit }: { readonly what: string; readonly limit: number },
): string | undefined {
  const found = pods.find(({ sourced }) =>
    list(sourced?.object, ['status', 'containerStatuses']).some(
      (status) =>
        at(status, 'name') === container &&
        ['state', 'lastState'].some((state) => at(status, state, 'terminated', 'reason') === 'OOMKilled'),
    ),
  );
  if (found === undefined) return undefined;
  return `Container ${container} of ${found.name} was ended at its limit of ${sayBytes(limit)}, and it gives the cluster its ${what}.`;
}

/** From this share of the limit on, a sibling whose load moves here is too much. */
const NEARLY_FULL = 0.9;

/** What the metrics server measured, when that is among the input: kubectl get podmetrics -A -o yaml. */
function full(
  { index }: World,
  {
    workload,
    container,
    what,
    limit,
  }: { readonly workload: Workload; readonly container: Container; readonly what: string; readonly limit: number },
): string | undefined {
  for (const { name } of workload.pods) {
    const measured = find(index, 'metrics.k8s.io/PodMetrics', workload.namespace, name);
    const own = list(measured?.object, ['containers']).find((one) => at(one, 'name') === container.name);
    const used = amountOf('memory', at(own, 'usage', 'memory'));
    if (used !== undefined && used >= NEARLY_FULL * limit)
      return `Container ${container.name} of ${name} uses ${sayBytes(used)} of its limit of ${sayBytes(limit)} while nothing is lost, and it gives the cluster its ${what}.`;
  }
  return undefined;
}

/** kube-controller-manager's --node-cidr-mask-size defaults to 24, 64 for IPv6. */
const NODE_MASK: Readonly<Record<4 | 6, number>> = { 4: 24, 6: 64 };
/** The range's own address, the node's bridge and the broadcast address go to no pod (host-local IPAM). */
const NOT_FOR_PODS = 3;
/** Above it the next few Services are the last. */
const NEARLY_ALL = 0.9;

const cp09: Rule = {
  id: 'CP09',
  family: 'CP',
  title: 'Addresses end before nodes, pods or Services do',
  severity: 'warning',
  whySeverity:
    'It needs growth, often that after a loss; then new nodes take no pods, or pods stay without an address.',
  takesDown: 'Pods that are moved to a node that has no addresses left, and every new one.',
  remedy:
    'Plan the ranges for the largest number of nodes: a wider pod range, a smaller mask per node, maxPods below what the mask holds.',
  price: 'Ranges cannot be changed in a running cluster without new nodes.',
  source: 'Kubernetes v1.36.3 pkg/controller/nodeipam/ipam/cidrset; kubelet --max-pods; loveholidays, outage (k8s.af)',
  needs: 'manifests',
  reads: ['/ConfigMap', '/Service'],
  acrossNamespaces: true,
  *check(world) {
    if (!world.workloads.some(bringsAddresses)) {
      yield* nodesOfRange(world);
      yield* podsOfNode(world);
    }
    yield* services(world);
  },
};

/** Network plugins that give addresses from ranges of their own: what the controller manager gives to nodes is not used. */
const OWN_ADDRESSES = ['amazon-k8s-cni', 'cilium', 'azure-cns', 'terway', 'kube-ovn', 'multus-cni'];

function bringsAddresses(workload: Workload): boolean {
  const names = imageNames(workload);
  return OWN_ADDRESSES.some((name) => names.has(name)) || /calico-node/.test(workload.name);
}

interface Range {
  readonly text: string;
  readonly on: Target;
  readonly path: FieldPath;
}

/** The first of a dual-stack pair, which is the one that every pod needs. */
function rangeOf(
  world: World,
  flag: { component: 'kube-apiserver' | 'kube-controller-manager'; name: string },
  field: string,
): Range | undefined {
  const written = writtenFlag(world, flag);
  if (written !== undefined) return { text: first(written.value), on: written.sourced, path: written.path };
  const kubeadm = kubeadmConfiguration(world);
  const text = at(kubeadm?.value, 'networking', field);
  if (kubeadm === undefined || typeof text !== 'string') return undefined;
  return { text: first(text), on: kubeadm.sourced, path: kubeadm.place(['networking', field]) };
}

function first(ranges: string): string {
  return ranges.split(',')[0]?.trim() ?? '';
}

function maskOf(world: World, family: 4 | 6): number {
  for (const name of [`node-cidr-mask-size-ipv${family}`, 'node-cidr-mask-size']) {
    const written = Number(writtenFlag(world, { component: 'kube-controller-manager', name })?.value);
    if (Number.isInteger(written) && written > 0) return written;
  }
  return NODE_MASK[family];
}

/** Ranges are given to nodes one by one, and to the next node none. */
function* nodesOfRange(world: World): Iterable<FindingDraft> {
  const range = rangeOf(world, { component: 'kube-controller-manager', name: 'cluster-cidr' }, 'podSubnet');
  const cidr = range === undefined ? undefined : parseCidr(range.text);
  if (range === undefined || cidr === undefined || isOff(world)) return;
  const mask = maskOf(world, cidr.family);
  const rooms = 2 ** (mask - cidr.prefixLength);
  const nodes = world.nodes.length;
  const most = largestNodeCount(world);
  const wanted = Math.max(nodes, most);
  if (wanted === 0 || rooms >= wanted) return;
  yield {
    on: range.on,
    path: range.path,
    ...(rooms < nodes ? { severity: 'error' as const } : {}),
    message: `${range.text} holds ${Math.floor(rooms)} nodes of a /${mask} each; the cluster ${rooms < nodes ? `has ${nodes}` : `may grow to ${most}`}.`,
    takesDown: [],
  };
}

function isOff(world: World): boolean {
  return writtenFlag(world, { component: 'kube-controller-manager', name: 'allocate-node-cidrs' })?.value === 'false';
}

/** The largest sizes of Cluster API's groups, as its autoscaler provider reads them; 0 when nothing tells. */
function largestNodeCount({ index }: World): number {
  const groups = [
    ...ofKind(index, 'cluster.x-k8s.io/MachineDeployment'),
    ...ofKind(index, 'cluster.x-k8s.io/MachinePool'),
  ];
  return groups.reduce((sum, { object }) => {
    const most = at(object, 'metadata', 'annotations', 'cluster.x-k8s.io/cluster-api-autoscaler-node-group-max-size');
    const replicas = at(object, 'spec', 'replicas');
    return (
      sum +
      (typeof most === 'string' && /^\d+$/.test(most) ? Number(most) : typeof replicas === 'number' ? replicas : 0)
    );
  }, 0);
}

/** More pods than the node's range has addresses: the last ones stay ContainerCreating. */
function* podsOfNode(world: World): Iterable<FindingDraft> {
  const narrow = world.nodes.flatMap((node) => narrowness(node) ?? []);
  const [worst] = narrow.sort((a, b) => a.addresses - b.addresses);
  if (worst !== undefined)
    yield {
      on: worst.node.sourced ?? { kind: 'Node', name: worst.node.name, sourced: undefined },
      path: ['spec', 'podCIDR'],
      message: `${worst.range} of ${worst.node.name} has ${worst.addresses} addresses for pods and its kubelet takes ${worst.pods}${narrow.length === 1 ? '' : `; so it is on ${narrow.length} nodes`}.`,
      takesDown: [],
      cause: 'node-range',
    };
  const range = rangeOf(world, { component: 'kube-controller-manager', name: 'cluster-cidr' }, 'podSubnet');
  const cidr = range === undefined ? undefined : parseCidr(range.text);
  if (cidr?.family !== 4 || isOff(world)) return;
  const addresses = 2 ** (32 - maskOf(world, 4)) - NOT_FOR_PODS;
  for (const sourced of world.configurations) {
    const pods = sourced.object.kind === 'KubeletConfiguration' ? at(sourced.object, 'maxPods') : undefined;
    if (typeof pods !== 'number' || pods <= addresses) continue;
    yield {
      on: sourced,
      path: ['maxPods'],
      message: `maxPods is ${pods}, and a node's /${maskOf(world, 4)} has ${addresses} addresses for pods.`,
      cause: 'node-range',
    };
  }
}

interface Narrow {
  readonly node: WorldNode;
  readonly range: string;
  readonly addresses: number;
  readonly pods: number;
}

function narrowness(node: WorldNode): Narrow | undefined {
  const range = at(node.sourced?.object, 'spec', 'podCIDR');
  const cidr = typeof range === 'string' ? parseCidr(range) : undefined;
  const pods = node.allocatable['pods'] ?? 0;
  if (typeof range !== 'string' || cidr?.family !== 4) return undefined;
  const addresses = 2 ** (32 - cidr.prefixLength) - NOT_FOR_PODS;
  return pods > addresses ? { node, range, addresses, pods } : undefined;
}

function* services(world: World): Iterable<FindingDraft> {
  const range = rangeOf(world, { component: 'kube-apiserver', name: 'service-cluster-ip-range' }, 'serviceSubnet');
  const cidr = range === undefined ? undefined : parseCidr(range.text);
  if (range === undefined || cidr === undefined) return;
  const size = Math.min(2 ** 20, 2 ** ((cidr.family === 4 ? 32 : 128) - cidr.prefixLength)) - 2;
  const used = world.services.filter(
    ({ spec, sourced }) => spec.type !== 'ExternalName' && at(sourced.object, 'spec', 'clusterIP') !== 'None',
  ).length;
  if (used < NEARLY_ALL * size) return;
  yield {
    on: range.on,
    path: range.path,
    message: `${used} Services have an address of their own, and ${range.text} has ${size}.`,
    takesDown: [],
  };
}

/** Namespaces of the platform: what is in them is for everybody. */
const PLATFORM =
  /^(default$|kube-|openshift|istio|linkerd|cert-manager|monitoring|observability|logging|ingress|gatekeeper|kyverno|argo|flux|velero|karpenter|rook|longhorn|cilium|calico|tigera|metallb|external-|keda|vault|falco|crossplane|capi|cattle|gke-|aks-|amazon)/;

const cp10: Rule = {
  id: 'CP10',
  family: 'CP',
  title: 'One of the tenants may take all',
  severity: 'info',
  whySeverity: 'Nothing goes down by itself; it needs a tenant that grows without end, by a slip or by load.',
  takesDown: 'Pods of the other tenants that find no room.',
  remedy: 'Give the namespace a ResourceQuota and a LimitRange, as its neighbours have them.',
  price: 'Pods above the quota are refused, those of a rollout among them.',
  source: 'Kubernetes v1.36 docs, concepts/policy/resource-quotas and concepts/security/multi-tenancy',
  needs: 'manifests',
  reads: ['/ResourceQuota', '/Namespace'],
  acrossNamespaces: true,
  *check(world) {
    const bounded = new Set(ofKind(world.index, '/ResourceQuota').map(({ object }) => namespaceOf(object) ?? ''));
    const tenants = tenantsOf(world);
    // Where no tenant has a quota, they are not what keeps these apart.
    const model = tenants.find((tenant) => bounded.has(tenant));
    if (model === undefined) return;
    for (const tenant of tenants.filter((one) => !bounded.has(one))) {
      const sourced = world.namespaces.get(tenant)?.sourced;
      const on: NamedTarget = { kind: 'Namespace', name: tenant, sourced };
      yield {
        on,
        path: ['metadata', 'name'],
        message: `Nothing bounds what the pods of ${tenant} take, and ${model} has a quota.`,
        takesDown: [],
      };
    }
  },
};

function tenantsOf({ workloads }: World): readonly string[] {
  const tenants = new Set<string>();
  const platform = new Set<string>();
  for (const workload of workloads) {
    if ((workload.templates[0]?.priority ?? 0) >= SYSTEM_PRIORITY) platform.add(workload.namespace);
    else if (keepsReplicas(workload) && workload.replicas > 0) tenants.add(workload.namespace);
  }
  return [...tenants].filter((name) => !platform.has(name) && !PLATFORM.test(name)).sort();
}

export const capacityLimits: readonly Rule[] = [cp07, cp09, cp10];
