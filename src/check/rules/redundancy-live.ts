/** WL07–WL10: where the pods of a running cluster are. */
import type { Workload, World, WorldNode, WorldPod } from '../../inventory/world.ts';
import { selectedPods } from '../../inventory/relations.ts';
import type { Labels } from '../../kubernetes/objects.ts';
import { podPath } from '../reach.ts';
import { defect, type Rule } from '../rule.ts';
import { keepsReplicas } from '../workloads.ts';
import { selectedNodes } from '../spreading.ts';
import { losingItsNode, losingItsZone } from '../witnesses.ts';

const wl07: Rule = {
  id: 'WL07',
  family: 'WL',
  title: 'All replicas are on one node',
  severity: 'error',
  whySeverity: 'The loss or the drain of that one node takes all of them, as if there were one.',
  takesDown: 'The workload, by the loss of one node.',
  remedy:
    'Spread it over nodes (topologySpreadConstraints on kubernetes.io/hostname), then restart it once: pods do not move by themselves.',
  price: 'One rollout.',
  source:
    'Moonlight outage of 2019 (k8s.af); Kubernetes v1.36 docs, concepts/scheduling-eviction/topology-spread-constraints',
  needs: 'live',
  reads: [],
  *check(world) {
    const nodes = nodesByName(world);
    if (workers(world).length < 2) return;
    for (const workload of world.workloads) {
      const placed = placedPods(workload);
      const names = new Set(placed.map(({ node }) => node));
      if (placed.length < 2 || names.size !== 1) continue;
      const [name = ''] = names;
      yield {
        on: workload,
        path: podPath(workload),
        message: `All ${placed.length} of its pods are on node ${name}${zoneSuffix(nodes.get(name))}.`,
        cause: defect('together', workload),
        witness: { lose: losingItsNode(workload) },
      };
    }
  },
};

const wl08: Rule = {
  id: 'WL08',
  family: 'WL',
  title: 'All replicas are in one zone',
  severity: 'warning',
  whySeverity: 'A zone is lost more rarely than a node, and then all of them are.',
  takesDown: 'The workload, by the loss of one zone.',
  remedy: 'Spread it over zones (topologySpreadConstraints on topology.kubernetes.io/zone), then restart it once.',
  price: 'Traffic between zones, which clouds bill, and one rollout.',
  source: 'Kubernetes v1.36 docs, setup/best-practices/multiple-zones',
  needs: 'live',
  reads: [],
  yieldsTo: ['WL07'],
  *check(world, { zones }) {
    if (zones.length < 2) return;
    const nodes = nodesByName(world);
    for (const workload of world.workloads) {
      const placed = placedPods(workload);
      const found = placed.map(({ node }) => nodes.get(node ?? ''));
      if (placed.length < 2 || found.some((node) => node === undefined || node.zone === '')) continue;
      const names = new Set(found.map((node) => node?.zone ?? ''));
      if (names.size !== 1) continue;
      yield {
        on: workload,
        path: podPath(workload),
        message: `All ${placed.length} of its pods are in zone ${[...names][0] ?? ''}; the cluster has ${zones.length} zones.`,
        cause: defect('together', workload),
        witness: { lose: losingItsZone(workload) },
      };
    }
  },
};

const wl09: Rule = {
  id: 'WL09',
  family: 'WL',
  title: 'All replicas run on machines that the provider may take back',
  severity: 'warning',
  whySeverity: 'The provider takes many of them back at once, with two minutes of notice or less.',
  takesDown: 'The workload, when the spot machines of its pools are reclaimed together.',
  remedy:
    'Let at least one replica require machines that are not spot: a second small Deployment behind the same Service, or a preference in place of the requirement.',
  price: 'The difference between the prices of the two kinds of machine.',
  source: 'AWS EC2 user guide, Spot Instance interruptions; GKE docs, Spot VMs',
  needs: 'document',
  reads: [],
  *check(world) {
    const nodes = workers(world);
    const byName = nodesByName(world);
    if (nodes.every(isSpot) || !world.nodes.some(isSpot)) return;
    for (const workload of world.workloads) {
      if (!keepsReplicas(workload) || workload.replicas === 0) continue;
      const placed = workload.observed ? placedPods(workload).map(({ node }) => byName.get(node ?? '')) : [];
      const [template] = workload.templates;
      const where =
        placed.length > 0 || template === undefined
          ? placed.filter((node) => node !== undefined)
          : selectedNodes(template, nodes);
      if (where.length === 0 || !where.every(isSpot)) continue;
      yield {
        on: workload,
        path: podPath(workload),
        message:
          placed.length > 0
            ? `All ${placed.length} of its pods are on spot machines.`
            : `Its node selection allows ${where.length} nodes, and all of them are spot machines.`,
      };
    }
  },
};

const wl10: Rule = {
  id: 'WL10',
  family: 'WL',
  title: 'A Service with one ready endpoint',
  severity: 'warning',
  whySeverity: 'More pods are wanted than are ready: the next loss takes the rest.',
  takesDown: 'Everybody who calls the Service, by the loss of one more pod.',
  remedy: 'See why the other pods are not ready: kubectl describe shows the failing probe or the missing node.',
  source: 'Kubernetes v1.36 docs, concepts/services-networking/service (EndpointSlices)',
  needs: 'live',
  reads: ['/Service'],
  *check(world) {
    for (const { spec, workloads, name, sourced } of world.services) {
      const pods = workloads.flatMap((workload) => (workload.observed ? selectedPods(workload, spec.selector) : []));
      if (pods.length < 2 || workloads.some(({ observed }) => !observed)) continue;
      const ready = pods.filter((pod) => pod.ready === true && !pod.terminating);
      if (ready.length !== 1) continue;
      yield {
        on: sourced,
        path: ['spec', 'selector'],
        message: `Of ${pods.length} pods behind ${name}, only ${ready[0]?.name ?? ''} is ready.`,
        takesDown: workloads,
      };
    }
  },
};

function placedPods(workload: Workload): readonly WorldPod[] {
  if (!keepsReplicas(workload) || !workload.observed) return [];
  return workload.pods.filter((pod) => pod.node !== undefined && !pod.terminating);
}

function workers({ nodes }: World): readonly WorldNode[] {
  return nodes.filter(({ role }) => role === 'worker');
}

function nodesByName({ nodes }: World): ReadonlyMap<string, WorldNode> {
  return new Map(nodes.map((node) => [node.name, node]));
}

function zoneSuffix(node: WorldNode | undefined): string {
  return node === undefined || node.zone === '' ? '' : ` in zone ${node.zone}`;
}

/** Labels of machines that the provider may take back: Karpenter, EKS, GKE, AKS. */
const SPOT: Labels = {
  'karpenter.sh/capacity-type': 'spot',
  'eks.amazonaws.com/capacityType': 'SPOT',
  'cloud.google.com/gke-spot': 'true',
  'cloud.google.com/gke-preemptible': 'true',
  'kubernetes.azure.com/scalesetpriority': 'spot',
};

function isSpot({ labels }: Pick<WorldNode, 'labels'>): boolean {
  return Object.entries(SPOT).some(([key, value]) => labels[key] === value);
}

export const redundancyLive: readonly Rule[] = [wl07, wl08, wl09, wl10];
