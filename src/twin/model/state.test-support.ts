/** Small worlds for tests, and a text of everything that a state holds. */
import { readInventory } from '../../inventory/inventory.ts';
import type { World } from '../../inventory/world.ts';
import { worldOfInventory } from '../../inventory/world-of.ts';
import type { ExplainableState } from './create-state.ts';

type Fields = Readonly<Record<string, unknown>>;

export function worldOf(objects: readonly Fields[]): World {
  const text = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects });
  const world = worldOfInventory(readInventory([{ file: 'cluster.json', text, named: true }]));
  if (world.problems.length > 0) throw new Error(world.problems.map(({ message }) => message).join('\n'));
  return world;
}

export function node(
  name: string,
  { zone, ...rest }: { zone?: string; cpu?: string; taints?: unknown; pods?: number },
) {
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name,
      labels: {
        'kubernetes.io/hostname': name,
        ...(zone === undefined ? {} : { 'topology.kubernetes.io/zone': zone }),
      },
    },
    spec: rest.taints === undefined ? {} : { taints: rest.taints },
    status: { allocatable: { cpu: rest.cpu ?? '4', memory: '16Gi', pods: String(rest.pods ?? 110) } },
  };
}

export function pod(name: string, spec: Fields = {}, labels: Fields = { app: 'web' }) {
  const { cpu = '500m', status, ...rest } = spec;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'shop', labels },
    spec: { containers: [{ name: 'main', image: 'web', resources: { requests: { cpu, memory: '256Mi' } } }], ...rest },
    ...(status === undefined ? {} : { status }),
  };
}

/** Everything that decides what the scheduler would do next. */
export function dump(state: ExplainableState): unknown {
  const { nodes, pods, registry, nominations, budgets } = state.cluster;
  const shown = Array.from({ length: nodes.count }, (_, at) => ({
    name: nodes.names[at],
    exists: nodes.exists[at],
    cordoned: nodes.unschedulable[at],
    taints: nodes.taints[at],
    ports: nodes.ports[at],
    requested: nodes.requested.map((column) => column[at]),
    nonZero: [nodes.nonZeroCpu[at], nodes.nonZeroMemory[at]],
    pods: state.podsOn(at).map((one) => [one, pods.shape[one], pods.state[one], pods.startedAt[one]]),
  }));
  return {
    nodes: shown,
    order: [...state.scheduler.order],
    live: Array.from({ length: pods.count }, (_, at) => (pods.lives(at) ? [pods.shape[at], pods.node[at]] : null)),
    counts: registry.counts(),
    nominations: [...nominations].sort(([a], [b]) => a - b),
    budgets: [...budgets.allowed],
    nextStart: state.scheduler.nextStart,
    preferNoSchedule: state.cluster.preferNoScheduleTaints,
  };
}
