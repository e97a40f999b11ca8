/**
 * Nodes of the world: read from Node objects, or made from the document's zones and pools as those machines would
 * register. What a made node rests on is said with it.
 */
import { formatCpu, sayBytes } from '../core/quantity.ts';
import type { ControlPlaneFacts, NodePoolFacts } from '../facts.ts';
import { CONTROL_PLANE, HOSTNAME, REGION, ZONE, readNode } from '../kubernetes/nodes.ts';
import type { Labels } from '../kubernetes/objects.ts';
import type { Resources } from '../kubernetes/resources.ts';
import type { Plan } from '../plan/types.ts';
import type { ObjectIndex } from './indexes.ts';
import { ofKind } from './indexes.ts';
import type { RelationInputs } from './relations.ts';
import type { Reservation } from './reservations.ts';
import { KUBELET_DEFAULTS, allocatableOf, plannedReservation } from './reservations.ts';
import type { WorldNode, WorldZone } from './world.ts';

/** What a machine that has just registered shows of itself. */
const NEW_NODE = { images: [], declaredFeatures: [], terminating: false } as const;

/** Nodes from Node objects, in the order in which they were given. */
export function nodesOfObjects(index: ObjectIndex, refuseIn: RelationInputs['refuseIn']): readonly WorldNode[] {
  return ofKind(index, '/Node').map((sourced): WorldNode => {
    const node = readNode(sourced.object, refuseIn(sourced));
    const role = Object.hasOwn(node.labels, CONTROL_PLANE) ? 'control-plane' : 'worker';
    return { ...node, role, pool: undefined, sourced, assumed: [] };
  });
}

/** The machines of every pool that always run, pool by pool and zone by zone, named `<pool>-<zone>-<number>`. */
export function nodesOfPools({ cluster, systems }: Pick<Plan, 'cluster' | 'systems'>): readonly WorldNode[] {
  const { pools, engine } = systems.autoscaling.facts;
  const reservations = new Map(systems.scheduling.facts.reservations.map((one) => [one.pool, plannedReservation(one)]));
  const sized = new Set(cluster.pools.filter(({ machine }) => machine.sized).map(({ name }) => name));
  return pools.flatMap((pool) => {
    const shape = shapeOfPool(pool, reservations.get(pool.name) ?? KUBELET_DEFAULTS, sized.has(pool.name));
    const common = { ...machineLabels(pool), ...(engine === 'karpenter' ? karpenterLabels(pool) : {}), ...pool.labels };
    return pool.places.flatMap(({ region, zones }) =>
      zones.flatMap((zone) =>
        Array.from({ length: pool.minNodesPerZone }, (_, index): WorldNode => {
          const name = `${pool.name}-${zone}-${index + 1}`;
          return { ...shape, name, region, zone, labels: { ...placeLabels({ name, region, zone }), ...common } };
        }),
      ),
    );
  });
}

/** The machines of the control plane; a managed one shows none. They refuse pods that do not tolerate their taint (kubeadm). */
export function nodesOfMembers(controlPlane: ControlPlaneFacts): readonly WorldNode[] {
  const { cpu, memory } = controlPlane.machine;
  const capacity: Resources = { cpu, memory, 'ephemeral-storage': controlPlane.machine.storage, pods: 110 };
  return controlPlane.members.map(({ name, region, zone }) => ({
    name,
    labels: {
      ...placeLabels({ name, region, zone }),
      'kubernetes.io/arch': 'amd64',
      'kubernetes.io/os': 'linux',
      [CONTROL_PLANE]: '',
    },
    region,
    zone,
    taints: [{ key: CONTROL_PLANE, value: '', effect: 'NoSchedule' }],
    unschedulable: false,
    capacity,
    allocatable: allocatableOf(capacity, KUBELET_DEFAULTS),
    ready: true,
    ...NEW_NODE,
    role: 'control-plane',
    pool: undefined,
    sourced: undefined,
    assumed: [...KUBELET_DEFAULTS.assumed, 'the machine has an amd64 processor'],
  }));
}

/** Zones with nodes or members, in the order of their first node, the unlabelled nodes last. */
export function zonesOfNodes(
  nodes: readonly WorldNode[],
  members: readonly { name: string; region: string; zone: string }[],
): readonly WorldZone[] {
  const zones = new Map<string, { region: string; zone: string; nodes: WorldNode[]; members: string[] }>();
  const zoneAt = (region: string, zone: string) => {
    const key = `${region}\n${zone}`;
    const known = zones.get(key) ?? { region, zone, nodes: [], members: [] };
    zones.set(key, known);
    return known;
  };
  for (const node of nodes) zoneAt(node.region, node.zone).nodes.push(node);
  for (const member of members) zoneAt(member.region, member.zone).members.push(member.name);
  const all = [...zones.values()];
  return [...all.filter(({ zone }) => zone !== ''), ...all.filter(({ zone }) => zone === '')];
}

type Shape = Omit<WorldNode, 'name' | 'labels' | 'region' | 'zone'>;

function shapeOfPool(pool: NodePoolFacts, reservation: Reservation, sized: boolean): Shape {
  const { cpu, memory, pods, gpus } = pool;
  const capacity: Resources = {
    cpu,
    memory,
    'ephemeral-storage': UNLIMITED_DISK,
    pods,
    ...(gpus > 0 ? { 'nvidia.com/gpu': gpus } : {}),
  };
  const assumed = [...reservation.assumed, 'the disk never limits: the document gives no size for it'];
  if (!sized) {
    assumed.push(
      `the machine has ${formatCpu(cpu)} CPUs and ${sayBytes(memory)}: the document gives neither its size nor a known type`,
    );
  }
  return {
    taints: pool.taints,
    unschedulable: false,
    capacity,
    allocatable: allocatableOf(capacity, reservation),
    ready: true,
    ...NEW_NODE,
    role: 'worker',
    pool: pool.name,
    sourced: undefined,
    assumed,
  };
}

/** The document gives no disk; it must not be what keeps a pod from a node. */
const UNLIMITED_DISK = Number.MAX_SAFE_INTEGER;

/** Labels that the kubelet and the cloud controller set: k8s.io/api core/v1/well_known_labels.go. */
function placeLabels({ name, region, zone }: { name: string; region: string; zone: string }): Labels {
  return { [HOSTNAME]: name, [REGION]: region, [ZONE]: zone };
}

function machineLabels({ architecture, machineTypes }: NodePoolFacts): Labels {
  const [type] = machineTypes;
  return {
    'kubernetes.io/arch': architecture,
    'kubernetes.io/os': 'linux',
    ...(type === undefined ? {} : { 'node.kubernetes.io/instance-type': type }),
  };
}

/** karpenter v1.14.1 pkg/apis/v1/labels.go. */
function karpenterLabels({ name, capacity }: NodePoolFacts): Labels {
  return { 'karpenter.sh/nodepool': name, 'karpenter.sh/capacity-type': capacity };
}
