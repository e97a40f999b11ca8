/** Node pools as the nodes tell: machines that are alike, by size, labels, taints and number in each zone. */
import { formatBytes } from '../../core/quantity.ts';
import type { WorldNode } from '../../inventory/world.ts';
import type { Labels } from '../../kubernetes/objects.ts';
import type { Taint } from '../../kubernetes/tolerations.ts';
import { counted, listed } from '../../report/words.ts';
import { type MachineType, machineTypes } from '../../spec/machine-types.ts';
import { nameFor, unique } from './names.ts';
import type { Places } from './places.ts';
import { poolLabels, poolNameOf, poolTaints } from './registration.ts';

export interface ObservedPool {
  readonly name: string;
  /** In document order; undefined for every zone of the document. */
  readonly zones: readonly string[] | undefined;
  readonly nodesPerZone: number;
  readonly machine: ObservedMachine;
  readonly spot: boolean;
  readonly labels: Labels;
  readonly taints: readonly Taint[];
  /** Sentences on where it was seen. */
  readonly seen: readonly string[];
}

export interface ObservedMachine {
  readonly type: string | undefined;
  /** Undefined where the type tells, or no node does. */
  readonly cpu: number | undefined;
  /** As a quantity. */
  readonly memory: string | undefined;
  readonly gpus: number | undefined;
  /** Undefined for the default. */
  readonly pods: number | undefined;
}

export interface PoolInputs {
  readonly provider: MachineType['provider'] | 'bare-metal' | 'lab';
  readonly places: Places;
}

/** The pools of the workers that stand in a place of the document; the largest first. */
export function poolsOf(workers: readonly WorldNode[], { provider, places }: PoolInputs): readonly ObservedPool[] {
  const placed = workers.filter((node) => places.placeOf(node) !== undefined);
  const groups = groupBy(placed, shapeKey).flatMap(byMemory).flatMap(byLabels).toSorted(largestFirst);
  const taken = new Set<string>();
  // Who has a name keeps it; made-up names go around those.
  const namedFirst = [
    ...groups.filter(({ name }) => name !== undefined),
    ...groups.filter((one) => one.name === undefined),
  ];
  const names = new Map<Group, string>();
  for (const group of namedFirst) names.set(group, unique(group.name ?? madeUpName(group, groups), taken));
  return groups.flatMap((group) => poolsOfGroup(group, { name: names.get(group) ?? '', provider, places, taken }));
}

interface Group {
  readonly nodes: readonly WorldNode[];
  readonly name: string | undefined;
  readonly labels: Labels;
  /** Keys that every machine has a value of its own for. */
  readonly ownKeys: readonly string[];
}

const GPU = 'nvidia.com/gpu';
const DEFAULT_PODS = 110;
const INSTANCE_TYPE = 'node.kubernetes.io/instance-type';

function typeOf({ labels }: WorldNode): string | undefined {
  return labels[INSTANCE_TYPE] ?? labels['beta.kubernetes.io/instance-type'];
}

function isSpot({ labels }: WorldNode): boolean {
  return labels['karpenter.sh/capacity-type'] === 'spot' || labels['eks.amazonaws.com/capacityType'] === 'SPOT';
}

/** Machines of one key may be one pool; memory and labels are looked at afterwards. */
function shapeKey(node: WorldNode): string {
  const { capacity, labels } = node;
  const name = poolNameOf(node)?.name;
  const { cpu, pods } = capacity;
  const taints = poolTaints(node);
  return JSON.stringify([
    name,
    typeOf(node),
    cpu,
    capacity[GPU],
    pods,
    isSpot(node),
    labels['kubernetes.io/arch'],
    taints,
  ]);
}

/** Machines of one make differ in what firmware and kernel keep to themselves. */
const SAME_MEMORY = 0.02;

/** Splits where memory makes a step; of a type that is known the size is, too. */
function byMemory(nodes: readonly WorldNode[]): readonly (readonly WorldNode[])[] {
  const [first] = nodes;
  if (first !== undefined && machineTypes[typeOf(first) ?? ''] !== undefined) return [nodes];
  const memoryOf = ({ capacity }: WorldNode): number => capacity['memory'] ?? 0;
  const groups: WorldNode[][] = [];
  let last = Number.NEGATIVE_INFINITY;
  for (const node of nodes.toSorted((a, b) => memoryOf(a) - memoryOf(b))) {
    const memory = memoryOf(node);
    if (memory > last * (1 + SAME_MEMORY) || groups.length === 0) groups.push([node]);
    else groups.at(-1)?.push(node);
    last = memory;
  }
  return groups;
}

/** From so many machines on, a label with a value of its own on each is taken for the machine's name, not the pool's. */
const LEAST_FOR_OWN = 4;

function byLabels(nodes: readonly WorldNode[]): readonly Group[] {
  const labels = new Map(nodes.map((node) => [node, poolLabels(node)] as const));
  const keys = new Set([...labels.values()].flatMap((one) => Object.keys(one)));
  const ownKeys = [...keys].filter((key) => {
    const values = new Set([...labels.values()].map((one) => one[key]));
    return nodes.length >= LEAST_FOR_OWN && values.size === nodes.length;
  });
  const shared = (node: WorldNode): Labels =>
    Object.fromEntries(Object.entries(labels.get(node) ?? {}).filter(([key]) => !ownKeys.includes(key)));
  return groupBy(nodes, (node) => JSON.stringify(shared(node))).map((alike) => {
    const [first] = alike;
    const name = first === undefined ? undefined : poolNameOf(first)?.name;
    return { nodes: alike, name, labels: first === undefined ? {} : shared(first), ownKeys };
  });
}

function madeUpName({ nodes }: Group, groups: readonly Group[]): string {
  const [first] = nodes;
  const type = first === undefined ? undefined : typeOf(first);
  if ((first?.capacity[GPU] ?? 0) > 0) return 'gpu';
  return type === undefined || groups.length === 1 ? 'general' : nameFor(type, 'general', 40);
}

interface GroupInputs extends PoolInputs {
  readonly name: string;
  readonly taken: Set<string>;
}

/** A pool has one number for all of its zones, so zones with other numbers are pools of their own. */
function poolsOfGroup(group: Group, { name, provider, places, taken }: GroupInputs): readonly ObservedPool[] {
  const order = places.regions.flatMap(({ zones }) => zones);
  const counts = new Map(order.map((zone) => [zone, 0]));
  for (const node of group.nodes) {
    const zone = places.placeOf(node)?.zone ?? '';
    counts.set(zone, (counts.get(zone) ?? 0) + 1);
  }
  const numbers = [...new Set([...counts.values()].filter((count) => count > 0))];
  const parts = numbers
    .map((number) => ({ number, zones: order.filter((zone) => counts.get(zone) === number) }))
    .toSorted((a, b) => b.number * b.zones.length - a.number * a.zones.length || b.number - a.number);
  const uneven = order.filter((zone) => counts.get(zone) !== 0).map((zone) => `${counts.get(zone)} in ${zone}`);
  return parts.map(({ number, zones }, index) => ({
    name: index === 0 ? name : unique(name, taken),
    zones: zones.length === order.length ? undefined : zones,
    nodesPerZone: number,
    machine: machineOf(group.nodes, provider),
    spot: group.nodes.some(isSpot) && provider === 'aws',
    labels: group.labels,
    taints: group.nodes[0] === undefined ? [] : poolTaints(group.nodes[0]),
    seen: [
      seenOn(group),
      ...(parts.length === 1
        ? []
        : [
            `There are ${listed(uneven)}; a pool has one number for all its zones, so it is ${parts.length} pools here.`,
          ]),
      ...(group.ownKeys.length === 0 ? [] : [`${listed(group.ownKeys)} differ on every machine and are left out.`]),
      ...architectureNote(group.nodes, machineOf(group.nodes, provider)),
    ],
  }));
}

function seenOn({ nodes }: Group): string {
  const [first] = nodes;
  const named = first === undefined ? undefined : poolNameOf(first);
  const by = named === undefined ? 'no label names their pool' : `named by ${named.by}`;
  return `Seen on ${counted(nodes.length, 'node')}; ${by}.`;
}

/** The plan knows the processor by the machine type alone. */
function architectureNote([first]: readonly WorldNode[], { type }: ObservedMachine): readonly string[] {
  const architecture = first?.labels['kubernetes.io/arch'];
  if (architecture === undefined || architecture === 'amd64' || machineTypes[type ?? ''] !== undefined) return [];
  return [`The machines are ${architecture}, which the document cannot say; the plan takes amd64.`];
}

function machineOf(nodes: readonly WorldNode[], provider: PoolInputs['provider']): ObservedMachine {
  const [first] = nodes;
  const written = first === undefined ? undefined : typeOf(first);
  const known = machineTypes[written ?? ''];
  const type = known === undefined || known.provider === provider ? written : undefined;
  const pods = first?.capacity['pods'];
  const ofPods = pods === undefined || pods === DEFAULT_PODS ? undefined : pods;
  if (known !== undefined && type !== undefined)
    return { type, cpu: undefined, memory: undefined, gpus: undefined, pods: ofPods };
  const gpus = first?.capacity[GPU] ?? 0;
  return {
    type,
    cpu: first?.capacity['cpu'],
    memory: leastMemory(nodes),
    gpus: gpus === 0 ? undefined : gpus,
    pods: ofPods,
  };
}

const MEBIBYTE = 2 ** 20;

/** What each of the machines has. */
function leastMemory(nodes: readonly WorldNode[]): string | undefined {
  const sizes = nodes.flatMap(({ capacity }) => capacity['memory'] ?? []);
  if (sizes.length === 0) return undefined;
  const least = Math.min(...sizes);
  return formatBytes(Math.max(...sizes) === least ? least : Math.floor(least / MEBIBYTE) * MEBIBYTE);
}

function groupBy(nodes: readonly WorldNode[], keyOf: (node: WorldNode) => string): readonly (readonly WorldNode[])[] {
  const groups = new Map<string, WorldNode[]>();
  for (const node of nodes) {
    const key = keyOf(node);
    const known = groups.get(key);
    if (known === undefined) groups.set(key, [node]);
    else known.push(node);
  }
  return [...groups.values()];
}

function largestFirst(a: Group, b: Group): number {
  const first = ({ nodes }: Group): string => nodes.map(({ name }) => name).toSorted()[0] ?? '';
  return b.nodes.length - a.nodes.length || (first(a) < first(b) ? -1 : 1);
}
