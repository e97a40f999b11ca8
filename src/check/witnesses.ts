/** The failures that rules show their findings with; each is asked of the twin, which knows where pods are. */
import type { Workload, WorldNode } from '../inventory/world.ts';
import type { Twin } from '../twin/twin.ts';
import type { WitnessDraft } from './rule.ts';
import { ZONE_KEYS } from './spreading.ts';

/** How long a drain waits for budgets before it gives up: `kubectl drain` waits for ever, upgrades an hour or less. */
const DRAIN_TIMEOUT = '10m';

/** The node with most of its pods is lost for good. */
export function losingItsNode(workload: Workload): WitnessDraft['lose'] {
  return (twin) => nodeFault(twin, workload, (node) => `node=${node}`);
}

/** The node with most of its pods is drained. */
export function drainingItsNode(workload: Workload): WitnessDraft['lose'] {
  return (twin) => nodeFault(twin, workload, drainOf);
}

function drainOf(node: string): string {
  return `drain=${node},timeout=${DRAIN_TIMEOUT}`;
}

/** So many nodes with most of its pods are drained together, as upgrades of node groups do it. */
export function drainingItsNodes(workload: Workload, count: number): WitnessDraft['lose'] {
  return (twin) => someOf(byCount(nodesOf(twin, workload)).slice(0, count).map(drainOf));
}

/** Every node with one of its pods is lost for good at once; undefined where no other is left. */
export function losingItsNodes(workload: Workload): WitnessDraft['lose'] {
  return (twin) => {
    const names = new Set(nodesOf(twin, workload));
    const isOther = ({ name, role }: WorldNode): boolean => role === 'worker' && !names.has(name);
    return twin.world.nodes.some(isOther) ? someOf([...names].map((node) => `node=${node}`)) : undefined;
  };
}

/** The zone with most of its pods is lost for good. */
export function losingItsZone(workload: Workload): WitnessDraft['lose'] {
  return (twin) => {
    const zones = zonesOf(twin.world.nodes);
    const zone = commonest(nodesOf(twin, workload).map((node) => zones.get(node) ?? ''));
    return zone === undefined || zone === '' ? undefined : [`zone=${zone}`];
  };
}

/** The place that the label means: a zone, else the node. */
export function losingItsPlace(workload: Workload, topologyKey: string): WitnessDraft['lose'] {
  return ZONE_KEYS.has(topologyKey) ? losingItsZone(workload) : losingItsNode(workload);
}

const zonesKnown = new WeakMap<readonly WorldNode[], ReadonlyMap<string, string>>();

/** `region/zone` of each node by name, empty where the node tells none. */
function zonesOf(nodes: readonly WorldNode[]): ReadonlyMap<string, string> {
  const known =
    zonesKnown.get(nodes) ??
    new Map(nodes.map(({ name, region, zone }) => [name, zone === '' ? '' : `${region}/${zone}`]));
  zonesKnown.set(nodes, known);
  return known;
}

/** When a Deployment says that its rollout does not progress: Kubernetes' default of progressDeadlineSeconds. */
const ROLLED_BACK_AFTER = '10m';

/** A template whose pods never become ready is rolled out, and rolled back when the Deployment says so. */
export function rollingOut(workload: Workload): WitnessDraft['lose'] {
  return () => [`rollout=${workload.id},for=${ROLLED_BACK_AFTER}`];
}

function nodeFault(twin: Twin, workload: Workload, say: (node: string) => string): readonly string[] | undefined {
  const node = commonest(nodesOf(twin, workload));
  return node === undefined ? undefined : [say(node)];
}

function nodesOf(twin: Twin, { pods }: Workload): readonly string[] {
  return pods.flatMap((pod) => twin.nodeOf(pod) ?? []);
}

function commonest(names: readonly string[]): string | undefined {
  return byCount(names)[0];
}

/** Each once, the most frequent first; equals stay as they come. */
function byCount(names: readonly string[]): readonly string[] {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].sort(([, a], [, b]) => b - a).map(([name]) => name);
}

function someOf(faults: readonly string[]): readonly string[] | undefined {
  return faults.length === 0 ? undefined : faults;
}
