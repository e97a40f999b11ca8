/**
 * Filters that depend on pods elsewhere: PodTopologySpread, then InterPodAffinity. After Kubernetes v1.36.3
 * plugins/podtopologyspread/filtering.go and plugins/interpodaffinity/filtering.go.
 */
import type { NodeIndex } from '../model/cluster-state.ts';
import type { DomainCount } from '../model/counters.ts';
import type { HardSpread, Shape } from '../model/shape.ts';
import type { Topology } from '../model/topology.ts';
import { AFFINITY, ANTI_AFFINITY, ANTI_AFFINITY_OF_OTHERS, FITS, SPREAD_KEY_MISSING, SPREAD_SKEW } from './failures.ts';

/** What the scheduler's PreFilter finds once per pod. */
export interface CrossState {
  /** The fewest pods in a domain, by hard constraint. */
  readonly least: Float64Array;
  /** InterPodAffinity has nothing to do with the pod: decided once, even if nominated pods come into play later. */
  readonly skipsAffinity: boolean;
  /** No pod matches all of the pod's affinity terms anywhere. */
  readonly affinityIsNew: boolean;
  readonly antiAffinity: Refusing;
  readonly refusedBy: Refusing;
}

/** Counts that refuse nodes in whose domain they have a pod; those that have none anywhere are left out. */
interface Refusing {
  /** Of topologies with few domains, all counts of one together. */
  readonly zones: readonly { readonly topology: Topology; readonly refused: Uint8Array }[];
  readonly others: readonly DomainCount[];
}

/** With so few domains it pays to look at each once, before any node. */
const FEW_DOMAINS = 256;

/**
 * Pods that are taken away from or put on one node to see what would be. Counts follow such moves by themselves, but for
 * two that the scheduler counts in this game only: pods that are being deleted, and pods that an empty selector matches.
 */
export interface SpreadOverlay {
  readonly node: NodeIndex;
  /** By hard constraint. */
  readonly extra: Int32Array;
}

export function crossState(shape: Shape): CrossState {
  const least = new Float64Array(shape.hardSpread.length);
  for (let index = 0; index < least.length; index += 1) least[index] = leastOf(shape.hardSpread[index] as HardSpread);
  return {
    least,
    skipsAffinity: shape.affinity.length === 0 && shape.antiAffinity.length === 0 && !anyPods(shape.refusedBy),
    affinityIsNew: shape.affinity.length > 0 && !anyPods(shape.affinity),
    antiAffinity: refusing(shape.antiAffinity),
    refusedBy: refusing(shape.refusedBy),
  };
}

const NOTHING: Refusing = { zones: [], others: [] };

function refusing(all: readonly DomainCount[]): Refusing {
  if (!anyPods(all)) return NOTHING;
  const zones = new Map<Topology, Uint8Array>();
  const others: DomainCount[] = [];
  for (const count of all) {
    if (count.total === 0) continue;
    const { topology, counts } = count;
    const domains = topology.values.length;
    if (domains > FEW_DOMAINS) others.push(count);
    else {
      const refused = zones.get(topology) ?? new Uint8Array(domains);
      counts.forEach((domain, pods) => {
        if (pods > 0) refused[domain] = 1;
      });
      zones.set(topology, refused);
    }
  }
  return { zones: [...zones].map(([topology, refused]) => ({ topology, refused })), others };
}

function leastOf({ count, minDomains }: HardSpread): number {
  return count.domains < minDomains ? 0 : count.least();
}

function anyPods(counts: readonly DomainCount[]): boolean {
  for (let index = 0; index < counts.length; index += 1) if ((counts[index] as DomainCount).total > 0) return true;
  return false;
}

export function crossFailure(shape: Shape, node: NodeIndex, state: CrossState): number {
  const { hardSpread } = shape;
  for (let index = 0; index < hardSpread.length; index += 1) {
    const { count, self, maxSkew } = hardSpread[index] as HardSpread;
    const domain = count.topology.domainOf[node] as number;
    if (domain < 0) return SPREAD_KEY_MISSING;
    if (count.counts.at(domain) + self - (state.least[index] as number) > maxSkew) return SPREAD_SKEW;
  }
  return state.skipsAffinity ? FITS : affinityFailure(shape, node, state);
}

/** As crossFailure, with pods moved on the node in question. */
export function crossFailureWith(shape: Shape, node: NodeIndex, state: CrossState, overlay: SpreadOverlay): number {
  const { hardSpread } = shape;
  for (let index = 0; index < hardSpread.length; index += 1) {
    const constraint = hardSpread[index] as HardSpread;
    const { count, self, maxSkew } = constraint;
    const domain = count.topology.domainOf[node] as number;
    if (domain < 0) return SPREAD_KEY_MISSING;
    const extra = count.inclusion.included[overlay.node] === 1 ? (overlay.extra[index] as number) : 0;
    const pods = count.at(node) + extra;
    if (pods + self - leastWith(constraint, domain, extra) > maxSkew) return SPREAD_SKEW;
  }
  if (state.skipsAffinity) return FITS;
  const affinityIsNew = shape.affinity.length > 0 && !anyPods(shape.affinity);
  const antiAffinity = { zones: [], others: shape.antiAffinity };
  const refusedBy = { zones: [], others: shape.refusedBy };
  return affinityFailure(shape, node, { ...state, antiAffinity, refusedBy, affinityIsNew });
}

function leastWith({ count, minDomains }: HardSpread, domain: number, extra: number): number {
  if (count.domains < minDomains) return 0;
  if (extra === 0) return count.least();
  count.counts.add(domain, extra);
  const least = count.least();
  count.counts.add(domain, -extra);
  return least;
}

function affinityFailure(shape: Shape, node: NodeIndex, state: CrossState): number {
  const { affinity } = shape;
  let podsExist = true;
  for (let index = 0; index < affinity.length; index += 1) {
    const count = affinity[index] as DomainCount;
    if ((count.topology.domainOf[node] as number) < 0) return AFFINITY;
    if (count.at(node) <= 0) podsExist = false;
  }
  if (!podsExist && !(state.affinityIsNew && shape.affinityToSelf)) return AFFINITY;
  if (refuses(state.antiAffinity, node)) return ANTI_AFFINITY;
  return refuses(state.refusedBy, node) ? ANTI_AFFINITY_OF_OTHERS : FITS;
}

/** Whether one of the counts has a pod in the node's domain. */
function refuses({ zones, others }: Refusing, node: NodeIndex): boolean {
  for (let index = 0; index < zones.length; index += 1) {
    const { topology, refused } = zones[index] as Refusing['zones'][number];
    const domain = topology.domainOf[node] as number;
    if (domain >= 0 && refused[domain] === 1) return true;
  }
  for (let index = 0; index < others.length; index += 1) {
    const { topology, counts } = others[index] as DomainCount;
    const domain = topology.domainOf[node] as number;
    if (domain >= 0 && counts.at(domain) > 0) return true;
  }
  return false;
}
