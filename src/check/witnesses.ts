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
  return (twin) => nodeFault(twin, workload, (node) => `drain=${node},timeout=${DRAIN_TIMEOUT}`);
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

/** A template whose pods never become ready is rolled out. */
export function rollingOut(workload: Workload): WitnessDraft['lose'] {
  return () => [`rollout=${workload.id}`];
}

function nodeFault(twin: Twin, workload: Workload, say: (node: string) => string): readonly string[] | undefined {
  const node = commonest(nodesOf(twin, workload));
  return node === undefined ? undefined : [say(node)];
}

function nodesOf(twin: Twin, { pods }: Workload): readonly string[] {
  return pods.flatMap((pod) => twin.nodeOf(pod) ?? []);
}

/** Of equals the first. */
function commonest(names: readonly string[]): string | undefined {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  let best: string | undefined;
  for (const [name, count] of counts) if (best === undefined || count > (counts.get(best) ?? 0)) best = name;
  return best;
}
