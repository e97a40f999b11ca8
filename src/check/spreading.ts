/** What of a workload keeps its own pods apart, and where they may be. */
import type { PodTemplate, Workload, World, WorldNode } from '../inventory/world.ts';
import { matchesNodeSelection } from '../kubernetes/feasibility.ts';
import { HOSTNAME, ZONE } from '../kubernetes/nodes.ts';
import type { PodAffinityTerm, SpreadConstraint } from '../kubernetes/pod-spec.ts';
import { countsItself, isAboutItself, type PodIdentity } from '../kubernetes/spread.ts';
import { firstUntolerated, lastingTaints } from '../kubernetes/tolerations.ts';
import { podSpecOf } from './reach.ts';

/** Labels that mean a zone: the one of today and the one before v1.17. */
export const ZONE_KEYS: ReadonlySet<string> = new Set([ZONE, 'failure-domain.beta.kubernetes.io/zone']);
export const HOST_KEYS: ReadonlySet<string> = new Set([HOSTNAME]);

export interface Apart {
  /** Constraints that count its own pods. */
  readonly spread: readonly SpreadConstraint[];
  /** Terms of anti-affinity against its own pods. */
  readonly required: readonly PodAffinityTerm[];
  readonly preferred: readonly PodAffinityTerm[];
  /** They ask for the same port of their node, so that no two of them fit one. */
  readonly byPort: boolean;
}

/** The constraints and terms that are about the workload's own pods. */
export function apartOf(workload: Workload, world: Pick<World, 'namespaces'>): Apart {
  const { spread, podAntiAffinity } = podSpecOf(workload);
  const pod = identityOf(workload, world);
  return {
    spread: spread.filter((constraint) => countsItself(constraint, pod)),
    required: podAntiAffinity.required.filter((term) => isAboutItself(term, pod)),
    preferred: podAntiAffinity.preferred.map(({ term }) => term).filter((term) => isAboutItself(term, pod)),
    byPort: (workload.templates[0]?.demand.hostPorts.length ?? 0) > 0,
  };
}

export function identityOf(workload: Workload, { namespaces }: Pick<World, 'namespaces'>): PodIdentity {
  const { namespace, templates, spec } = workload;
  return {
    namespace,
    labels: templates[0]?.labels ?? spec.labels,
    namespaceLabels: namespaces.get(namespace)?.labels ?? {},
  };
}

/** True when something keeps its pods apart by one of these labels of nodes. */
export function isApartBy({ spread, required, preferred, byPort }: Apart, keys: ReadonlySet<string>): boolean {
  if (byPort && keys === HOST_KEYS) return true;
  return [...spread, ...required, ...preferred].some(({ topologyKey }) => keys.has(topologyKey));
}

const askedOf = new WeakMap<readonly WorldNode[], Map<string, readonly WorldNode[]>>();

/** Nodes that its selection and its tolerations allow, full or not, well or not; found once for workloads that ask for the same. */
export function allowedNodes({ templates }: Workload, { nodes }: Pick<World, 'nodes'>): readonly WorldNode[] {
  const [template] = templates;
  if (template === undefined) return [];
  const { tolerations } = template.demand;
  const selected = selectedNodes(template, nodes);
  return nodesOnce(nodes, `${selectionKey(template)} ${JSON.stringify(tolerations)}`, () =>
    selected.filter(
      ({ taints }) => firstUntolerated(lastingTaints(taints), tolerations, ['NoSchedule', 'NoExecute']) === undefined,
    ),
  );
}

/** Nodes that the pod's selection names, whatever their taints. */
export function selectedNodes(template: PodTemplate, nodes: readonly WorldNode[]): readonly WorldNode[] {
  return nodesOnce(nodes, selectionKey(template), () =>
    nodes.filter((node) => matchesNodeSelection(template.demand, node)),
  );
}

function selectionKey({ spec }: PodTemplate): string {
  return JSON.stringify([spec.nodeName, spec.nodeSelector, spec.requiredNodeTerms]);
}

/** Equal questions of the same nodes have one answer. */
function nodesOnce(nodes: readonly WorldNode[], key: string, find: () => readonly WorldNode[]): readonly WorldNode[] {
  const known = askedOf.get(nodes) ?? new Map<string, readonly WorldNode[]>();
  askedOf.set(nodes, known);
  const found = known.get(key) ?? find();
  known.set(key, found);
  return found;
}

const domainCounts = new WeakMap<readonly Pick<WorldNode, 'labels'>[], Map<string, number>>();

/** How many values of a label nodes have. */
export function domainsOf(nodes: readonly Pick<WorldNode, 'labels'>[], key: string): number {
  const known = domainCounts.get(nodes) ?? new Map<string, number>();
  domainCounts.set(nodes, known);
  const count = known.get(key) ?? new Set(nodes.flatMap(({ labels }) => labels[key] ?? [])).size;
  known.set(key, count);
  return count;
}

interface Zones {
  readonly zones: number;
  /** Nodes of the zone that has most. */
  readonly most: number;
}

const zonesKnown = new WeakMap<readonly WorldNode[], Zones>();

/** How many zones the nodes are in, and how many are in the largest. */
export function nodesOfZones(nodes: readonly WorldNode[]): Zones {
  const known = zonesKnown.get(nodes);
  if (known !== undefined) return known;
  const perZone = new Map<string, number>();
  for (const { region, zone } of nodes) {
    const key = `${region}\n${zone}`;
    perZone.set(key, (perZone.get(key) ?? 0) + 1);
  }
  const made = { zones: perZone.size, most: Math.max(0, ...perZone.values()) };
  zonesKnown.set(nodes, made);
  return made;
}
