/** NW: names, entries and rules of traffic. */
import { PLUGIN_POLICY_KINDS } from '../../inventory/kinds.ts';
import { isObject } from '../../core/json.ts';
import { nameOf, namespaceOf } from '../../inventory/identity.ts';
import { ofKind } from '../../inventory/indexes.ts';
import type { Sourced } from '../../inventory/identity.ts';
import { at, type FieldPath, reader } from '../../kubernetes/objects.ts';
import type { World } from '../../inventory/world.ts';
import { namespaceLabels } from '../../kubernetes/readers.ts';
import { readSelector, selects, selectsEverything } from '../../kubernetes/selectors.ts';
import { floorOf, list } from '../reach.ts';
import { defect, type Rule } from '../rule.ts';
import { ZONE_KEYS, apartOf, isApartBy } from '../spreading.ts';
import { isIngressController } from '../cluster-programs.ts';
import { imageNames } from '../workload-programs.ts';
import { keepsReplicas } from '../workloads.ts';
import { losingItsNode } from '../witnesses.ts';
import { workloadsIn } from '../lookups.ts';

const nw01: Rule = {
  id: 'NW01',
  family: 'NW',
  title: 'One pod resolves the names of the cluster',
  severity: 'error',
  whySeverity: 'Losing the pod or its node is an everyday event, and then nobody finds anybody.',
  takesDown: 'Every workload that calls another by name.',
  remedy: 'Run at least two replicas of CoreDNS over nodes and zones, with a disruption budget.',
  price: 'Its requests again.',
  source: 'kubeadm#1931, #1657 and #1672; k8s.af (DNS: 12 of 50 stories)',
  needs: 'manifests',
  reads: ['/Service'],
  *check(world, { servicesOf }) {
    for (const workload of world.workloads) {
      if (!keepsReplicas(workload) || floorOf(workload) !== 1 || workload.sourced === undefined) continue;
      const dns = servicesOf(workload).some(
        ({ name, namespace }) => namespace === 'kube-system' && /^(kube-dns|coredns)$/.test(name),
      );
      if (!dns && !(imageNames(workload).has('coredns') && workload.namespace === 'kube-system')) continue;
      yield {
        on: workload,
        path: ['spec', 'replicas'],
        message: 'One pod answers for the names of the whole cluster.',
        cause: defect('one-replica', workload),
        witness: { lose: losingItsNode(workload) },
      };
    }
  },
};

const nw03: Rule = {
  id: 'NW03',
  family: 'NW',
  title: 'All traffic from outside comes in through one pod',
  severity: 'error',
  whySeverity: 'Losing the pod or its node is an everyday event, and then nothing behind it is reached.',
  takesDown: 'Every application that is reached through it.',
  remedy: 'Run at least two replicas over nodes and zones, with a disruption budget and a preStop hook.',
  price: 'Its requests again.',
  source: 'k8s.af (load balancer and ingress: 16 of 50 stories); ingress-nginx docs, deploy/hardening',
  needs: 'manifests',
  reads: ['/Service', 'autoscaling/HorizontalPodAutoscaler'],
  *check(world, { servicesOf }) {
    for (const workload of world.workloads) {
      if (!keepsReplicas(workload) || floorOf(workload) !== 1 || workload.sourced === undefined) continue;
      const entry =
        servicesOf(workload).some(({ spec }) => spec.type === 'LoadBalancer') || isIngressController(workload);
      if (!entry) continue;
      yield {
        on: workload,
        path: ['spec', 'replicas'],
        message: 'One pod takes in what comes from outside.',
        cause: defect('one-replica', workload),
        witness: { lose: losingItsNode(workload) },
      };
    }
  },
};

const nw04: Rule = {
  id: 'NW04',
  family: 'NW',
  title: 'A balancer that only reaches nodes with a pod, and zones without one',
  severity: 'warning',
  whySeverity:
    'It needs a balancer without cross-zone traffic, or a drain; then a zone of the balancer answers nothing.',
  takesDown: 'The share of the requests that the balancer sends to zones without a pod.',
  remedy: 'Run at least one pod in each zone, spread over zones, or use externalTrafficPolicy: Cluster.',
  price: 'With Cluster the address of the caller is lost, and a hop is added.',
  source: 'Kubernetes docs, reference/networking/virtual-ips (traffic policies); DevOps Hof (k8s.af)',
  needs: 'document',
  reads: ['/Service'],
  *check(world, { zones }) {
    for (const { spec, workloads, sourced } of world.services) {
      if (spec.type !== 'LoadBalancer' || spec.externalTrafficPolicy !== 'Local' || workloads.length === 0) continue;
      if (workloads.some(({ kind }) => kind === 'DaemonSet')) continue;
      const pods = workloads.reduce((sum, workload) => sum + floorOf(workload), 0);
      if (zones.length < 2 || pods >= zones.length) continue;
      yield {
        on: sourced,
        path: ['spec', 'externalTrafficPolicy'],
        message: `${pods === 1 ? 'One pod is' : `${pods} pods are`} in at most ${pods} of ${zones.length} zones; in the others the balancer finds none.`,
        takesDown: workloads,
      };
    }
  },
};

const nw05: Rule = {
  id: 'NW05',
  family: 'NW',
  title: 'A Service that only answers on nodes with one of its pods',
  severity: 'error',
  whySeverity: 'On every other node its callers get nothing, now and not only after a loss.',
  takesDown: 'Callers on nodes that have none of its pods.',
  remedy: 'Use internalTrafficPolicy: Cluster with trafficDistribution: PreferClose, or a DaemonSet.',
  source: 'Kubernetes docs, concepts/services-networking/service-traffic-policy (no fallback)',
  needs: 'manifests',
  reads: ['/Service'],
  *check(world) {
    for (const { spec, workloads, sourced } of world.services) {
      if (spec.internalTrafficPolicy !== 'Local' || workloads.length === 0) continue;
      if (!workloads.every(keepsReplicas)) continue;
      yield {
        on: sourced,
        path: ['spec', 'internalTrafficPolicy'],
        message: `Local reaches only pods on the caller's own node, and ${workloads[0]?.id ?? ''} is no DaemonSet.`,
        takesDown: workloads,
      };
    }
  },
};

const nw06: Rule = {
  id: 'NW06',
  family: 'NW',
  title: 'Traffic stays in its zone, and nothing spreads the pods over zones',
  severity: 'warning',
  whySeverity: 'It needs zones with few pods and many callers; then these few take it all, while others are idle.',
  takesDown: 'Pods of the zone with the most callers for each pod, by overload.',
  remedy: 'Spread the pods over zones (topologySpreadConstraints), or leave trafficDistribution out.',
  price: 'Without it traffic crosses zones, which clouds bill.',
  source: 'Kubernetes docs, reference/networking/virtual-ips (traffic distribution)',
  needs: 'manifests',
  reads: ['/Service'],
  *check(world) {
    for (const { spec, workloads, sourced } of world.services) {
      const field = trafficField(sourced.object, spec.trafficDistribution);
      if (field === undefined) continue;
      const uneven = workloads.find(
        (workload) =>
          keepsReplicas(workload) && workload.replicas > 1 && !isApartBy(apartOf(workload, world), ZONE_KEYS),
      );
      if (uneven === undefined) continue;
      yield {
        on: sourced,
        path: field.path,
        message: `${field.value} sends to pods of the caller's own zone, and nothing spreads the ${uneven.replicas} pods of ${uneven.id} over zones.`,
        takesDown: [uneven],
      };
    }
  },
};

/** The field, or the annotation before it, that keeps traffic in a zone. */
function trafficField(
  object: unknown,
  distribution: string | undefined,
): { readonly path: FieldPath; readonly value: string } | undefined {
  if (distribution !== undefined) return { path: ['spec', 'trafficDistribution'], value: distribution };
  for (const name of ['topology-mode', 'topology-aware-hints']) {
    const path = ['metadata', 'annotations', `service.kubernetes.io/${name}`];
    const value = at(object, ...path);
    if (typeof value === 'string' && value.toLowerCase() === 'auto') return { path, value: `${name}: ${value}` };
  }
  return undefined;
}

const nw07: Rule = {
  id: 'NW07',
  family: 'NW',
  title: 'Traffic is denied by default, and so is DNS',
  severity: 'error',
  whySeverity: 'No pod that it selects can resolve a name: it is down as soon as the policy is enforced.',
  takesDown: 'Every workload of the namespace that calls another by name.',
  remedy: 'Add a policy that allows egress to kube-dns on port 53, UDP and TCP.',
  source: 'Kubernetes docs, concepts/services-networking/network-policies (default deny all egress)',
  needs: 'manifests',
  reads: ['networking.k8s.io/NetworkPolicy', ...PLUGIN_POLICY_KINDS],
  *check(world) {
    const policies = ofKind(world.index, 'networking.k8s.io/NetworkPolicy');
    for (const sourced of policies) {
      const namespace = namespaceOf(sourced.object) ?? '';
      if (!deniesEgress(sourced) || allowsDns(sourced, world)) continue;
      if (!selectsEverything(podsOf(sourced))) continue;
      const beside = policies.filter(
        (other) => namespaceOf(other.object) === namespace && deniesEgress(other) && allowsDns(other, world),
      );
      const cut = workloadsIn(world, namespace).find(
        (workload) =>
          workload.kind !== 'Other' &&
          !(workload.templates[0]?.spec.hostNetwork ?? false) &&
          !beside.some((other) => selects(podsOf(other), workload.templates[0]?.labels ?? workload.spec.labels)),
      );
      if (cut === undefined) continue;
      const other = PLUGIN_POLICY_KINDS.find((kind) => world.index.byKind.has(kind));
      if (other !== undefined) {
        yield { unknown: `${other} may allow what NetworkPolicy ${namespace}/${nameOf(sourced.object)} denies` };
        continue;
      }
      yield {
        on: sourced,
        path: ['spec', 'egress'],
        message: `It denies ${list(sourced.object, ['spec', 'egress']).length > 0 ? 'all other' : 'all'} egress of namespace ${namespace}, and no policy lets ${cut.id} ask for names on port 53 by UDP.`,
        takesDown: [cut],
        cause: defect('no-names', cut),
      };
    }
  },
};

function podsOf({ object }: Sourced): ReturnType<typeof readSelector> {
  return readSelector(reader(at(object, 'spec')), 'podSelector');
}

/** policyTypes; absent: Ingress, and Egress when there are egress rules. */
function deniesEgress({ object }: Sourced): boolean {
  const types = at(object, 'spec', 'policyTypes');
  return Array.isArray(types) ? types.includes('Egress') : list(object, ['spec', 'egress']).length > 0;
}

/** Rules that let pods ask the DNS of the cluster: by UDP, on its port, and where its pods may be. */
function allowsDns({ object }: Sourced, world: World): boolean {
  return list(object, ['spec', 'egress']).some((rule) => {
    if (!isObject(rule)) return false;
    const [ports, peers] = [list(rule, ['ports']), list(rule, ['to'])];
    return (
      (ports.length === 0 || ports.some(isDnsPort)) &&
      (peers.length === 0 || peers.some((peer) => mayBeDns(peer, namespaceOf(object) ?? '', world)))
    );
  });
}

/** A policy sees the port of the pod, to which a Service may lead from 53: CoreDNS of OpenShift listens on 5353. */
const DNS_PORTS: readonly number[] = [53, 1053, 5353, 8053];

function isDnsPort(rule: unknown): boolean {
  const [port, end] = [at(rule, 'port'), at(rule, 'endPort')];
  if ((at(rule, 'protocol') ?? 'TCP') !== 'UDP') return false;
  if (typeof port !== 'number') return port === undefined || (typeof port === 'string' && /dns/.test(port));
  return DNS_PORTS.some((one) => port <= one && one <= (typeof end === 'number' ? end : port));
}

/** Pods of the policy's own namespace are no DNS, unless it is that of DNS; an address may be. */
function mayBeDns(peer: unknown, namespace: string, { namespaces }: World): boolean {
  if (at(peer, 'ipBlock') !== undefined) return true;
  if (at(peer, 'namespaceSelector') === undefined) return namespace === 'kube-system';
  const labels = namespaces.get('kube-system')?.labels ?? namespaceLabels('kube-system', {});
  const selector = readSelector(reader(peer), 'namespaceSelector');
  // DNS may live elsewhere, as on OpenShift; a label that somebody gave kube-system is not shown.
  const others = [...namespaces.values()].filter(
    ({ name, sourced }) => name !== 'kube-system' && sourced !== undefined,
  );
  return selects(selector, labels) || !others.some((other) => selects(selector, other.labels));
}

export const network: readonly Rule[] = [nw01, nw03, nw04, nw05, nw06, nw07];
