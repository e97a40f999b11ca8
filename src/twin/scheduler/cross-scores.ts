/**
 * Scores that depend on pods elsewhere and on which nodes fit. After Kubernetes v1.36.3
 * plugins/podtopologyspread/scoring.go and plugins/interpodaffinity/scoring.go. Each fills `scores` for the feasible
 * nodes, normalised to 0..100, and says whether it had anything to do with the pod.
 */
import type { NodeIndex } from '../model/cluster-state.ts';
import type { Shape, SoftSpread, WeightedCount } from '../model/shape.ts';
import type { Topology } from '../model/topology.ts';
import { MAX_SCORE } from './node-scores.ts';

/** Nodes that fit: the first `length` of `nodes`. */
export interface Feasible {
  readonly nodes: Int32Array;
  readonly length: number;
}

const IGNORED = -1;

/** Scratch for the domains that were seen among the feasible nodes. */
let seen = new Uint8Array(64);

/** PodTopologySpread; false when the pod has no soft constraint. */
export function spreadScores(shape: Shape, { nodes, length }: Feasible, scores: Float64Array): boolean {
  const { softSpread } = shape;
  if (softSpread.length === 0) return false;
  const ignored = ignoredNodes(shape, { nodes, length }, scores);
  const list: Feasible = { nodes, length };
  for (let index = 0; index < softSpread.length; index += 1) {
    const constraint = softSpread[index] as SoftSpread;
    const { hostname, count } = constraint;
    const size = hostname ? length - ignored : domainsAmong(count.topology.domainOf, list, scores);
    if (hostname) addOwnPods(constraint, Math.log(size + 2), list, scores);
    else addPodsOfDomain(constraint, Math.log(size + 2), list, scores);
  }
  normaliseSpread(scores, length);
  return true;
}

/** By hostname it is the node's own pods that count. A node without the key gets nothing for it. */
function addOwnPods(
  { count, counter, maxSkew }: SoftSpread,
  weight: number,
  list: Feasible,
  scores: Float64Array,
): void {
  const { nodes, length } = list;
  const { domainOf } = count.topology;
  const perNode = counter.perNode.asTable(domainOf.length);
  for (let place = 0; place < length; place += 1) {
    const node = nodes[place] as number;
    const score = scores[place] as number;
    if (score !== IGNORED && (domainOf[node] as number) >= 0)
      scores[place] = score + ((perNode[node] as number) * weight + (maxSkew - 1));
  }
}

function addPodsOfDomain({ count, maxSkew }: SoftSpread, weight: number, list: Feasible, scores: Float64Array): void {
  const { nodes, length } = list;
  const { domainOf } = count.topology;
  const counts = count.counts.asTable(count.topology.values.length);
  for (let place = 0; place < length; place += 1) {
    const domain = domainOf[nodes[place] as number] as number;
    const score = scores[place] as number;
    if (score === IGNORED || domain < 0) continue;
    scores[place] = score + ((counts[domain] as number) * weight + (maxSkew - 1));
  }
}

/** Marks nodes that lack a key of some constraint, and starts the others at 0. */
function ignoredNodes(shape: Shape, { nodes, length }: Feasible, scores: Float64Array): number {
  scores.fill(0, 0, length);
  if (!shape.softNeedsAllKeys) return 0;
  let ignored = 0;
  const { softSpread } = shape;
  for (let place = 0; place < length; place += 1) {
    const node = nodes[place] as number;
    for (let index = 0; index < softSpread.length; index += 1) {
      if (((softSpread[index] as SoftSpread).count.topology.domainOf[node] as number) >= 0) continue;
      scores[place] = IGNORED;
      ignored += 1;
      break;
    }
  }
  return ignored;
}

/** Different values of a key among the feasible nodes; to lack the key is a value too. */
function domainsAmong(domainOf: Int32Array, { nodes, length }: Feasible, scores: Float64Array): number {
  let found = 0;
  let most = 0;
  for (let place = 0; place < length; place += 1) {
    if (scores[place] === IGNORED) continue;
    const domain = (domainOf[nodes[place] as number] as number) + 1;
    if (domain >= seen.length) seen = growSeen(domain);
    if (seen[domain] === 1) continue;
    seen[domain] = 1;
    found += 1;
    if (domain > most) most = domain;
  }
  seen.fill(0, 0, most + 1);
  return found;
}

function growSeen(domain: number): Uint8Array<ArrayBuffer> {
  const longer = new Uint8Array(Math.max(domain + 1, seen.length * 2));
  longer.set(seen);
  return longer;
}

function normaliseSpread(scores: Float64Array, length: number): void {
  let least = Number.POSITIVE_INFINITY;
  let most = 0;
  for (let place = 0; place < length; place += 1) {
    const raw = scores[place] as number;
    if (raw === IGNORED) continue;
    const rounded = Math.round(raw);
    scores[place] = rounded;
    if (rounded < least) least = rounded;
    if (rounded > most) most = rounded;
  }
  for (let place = 0; place < length; place += 1) {
    const raw = scores[place] as number;
    if (raw === IGNORED) scores[place] = 0;
    else if (most === 0) scores[place] = MAX_SCORE;
    else scores[place] = Math.trunc((MAX_SCORE * (most + least - raw)) / most);
  }
}

/** InterPodAffinity; false when no pod anywhere has or matches a term that concerns the pod. */
export function affinityScores(shape: Shape, { nodes, length }: Feasible, scores: Float64Array): boolean {
  const { preferences } = shape;
  let concerned = false;
  for (let index = 0; index < preferences.length; index += 1)
    if ((preferences[index] as WeightedCount).count.total > 0) concerned = true;
  if (!concerned) return false;
  scores.fill(0, 0, length);
  for (const [topology, sums] of sumsByDomain(preferences, length)) {
    const { domainOf } = topology;
    for (let place = 0; place < length; place += 1) {
      const domain = domainOf[nodes[place] as number] as number;
      if (domain >= 0) scores[place] = (scores[place] as number) + (sums[domain] as number);
    }
  }
  for (let index = 0; index < preferences.length; index += 1) {
    const { count, weight } = preferences[index] as WeightedCount;
    if (count.total === 0 || count.topology.values.length <= length) continue;
    for (let place = 0; place < length; place += 1)
      scores[place] = (scores[place] as number) + count.at(nodes[place] as NodeIndex) * weight;
  }
  normaliseAffinity(scores, length);
  return true;
}

/** Where there are no more domains than nodes, all terms of a topology key are summed by domain first. */
function sumsByDomain(preferences: readonly WeightedCount[], nodes: number): ReadonlyMap<Topology, Float64Array> {
  const all = new Map<Topology, Float64Array>();
  for (let index = 0; index < preferences.length; index += 1) {
    const { count, weight } = preferences[index] as WeightedCount;
    const { topology, counts } = count;
    const domains = topology.values.length;
    if (count.total === 0 || domains > nodes) continue;
    const sums = all.get(topology) ?? new Float64Array(domains);
    counts.forEach((domain, pods) => {
      sums[domain] = (sums[domain] as number) + pods * weight;
    });
    all.set(topology, sums);
  }
  return all;
}

/** Divides first, as the scheduler does in floating point: 29 of 100 gives 28. */
function normaliseAffinity(scores: Float64Array, length: number): void {
  let least = Number.POSITIVE_INFINITY;
  let most = Number.NEGATIVE_INFINITY;
  for (let place = 0; place < length; place += 1) {
    const raw = scores[place] as number;
    if (raw < least) least = raw;
    if (raw > most) most = raw;
  }
  const span = most - least;
  for (let place = 0; place < length; place += 1)
    scores[place] = span > 0 ? Math.trunc(MAX_SCORE * (((scores[place] as number) - least) / span)) : 0;
}

/** helper.DefaultNormalizeScore: the highest raw score becomes 100, or 0 when the lowest is the best. */
export function normaliseToMost(scores: Float64Array, length: number, reverse: boolean): void {
  let most = 0;
  for (let place = 0; place < length; place += 1) if ((scores[place] as number) > most) most = scores[place] as number;
  for (let place = 0; place < length; place += 1) {
    const share = most === 0 ? 0 : Math.trunc((MAX_SCORE * (scores[place] as number)) / most);
    scores[place] = reverse ? MAX_SCORE - share : share;
  }
}
