/**
 * One scheduling cycle as kube-scheduler runs it: nodes in turn from where the last cycle ended until enough fit, their
 * scores, and one of the best at random. Kubernetes v1.36.3 pkg/scheduler/schedule_one.go.
 */
import type { Random } from '../../core/random.ts';
import type { NodeIndex, PodIndex, SchedulingFailure, SchedulingResult } from '../model/cluster-state.ts';
import type { Cluster } from '../model/cluster.ts';
import type { Shape } from '../model/shape.ts';
import type { CrossState } from './cross-filters.ts';
import { crossFailure, crossState } from './cross-filters.ts';
import { affinityScores, normaliseToMost, spreadScores } from './cross-scores.ts';
import type { Feasible } from './cross-scores.ts';
import { FailureCounts } from './failure-counts.ts';
import { FITS, failureOf } from './failures.ts';
import { dynamicFailure, staticFailure } from './node-filters.ts';
import { enoughNodes, nodeOrder } from './node-order.ts';
import {
  MAX_SCORE,
  balancedAllocation,
  imageLocality,
  leastAllocated,
  preferredWeight,
  skipsBalance,
  unwantedTaints,
} from './node-scores.ts';
import { failureWithNominated } from './nominated.ts';
import { preempt } from './preemption.ts';
import { preFilter } from './pre-filter.ts';
import { ShapeCache } from './shape-cache.ts';
import type { SchedulerVersion } from './version.ts';
import type { Weights } from './weights.ts';

/** Judgements of nodes that are kept, 8 bytes each; the kind of shapes that was not asked for longest makes room. */
const MOST_JUDGEMENTS = 2 ** 22;
const LEAST_CACHES = 64;

export interface SchedulerSettings {
  readonly weights: Weights;
  /** 0: adaptive, as by default. */
  readonly percentageOfNodesToScore: number;
  readonly version: SchedulerVersion;
}

/** What one cycle works with. */
interface Cycle {
  readonly pod: PodIndex;
  readonly shape: Shape;
  readonly state: CrossState;
  readonly cache: ShapeCache;
  /** Pod and node alone decide, for every node. */
  readonly plain: boolean;
}

export class Scheduler {
  /** Where the next cycle starts in the order of nodes. */
  nextStart = 0;
  readonly settings: SchedulerSettings;
  readonly #cluster: Cluster;
  readonly #random: Random;
  #order: Int32Array | undefined;
  /** The one that was asked for last comes last. */
  readonly #caches = new Map<number, ShapeCache>();
  #last: { readonly key: number; readonly cache: ShapeCache } | undefined;
  #feasible: Int32Array;
  #totals: Float64Array;
  #scratch: Float64Array;
  /** Failures of the cycle that is under way, by their number. */
  readonly #failures = new FailureCounts();

  constructor(cluster: Cluster, settings: SchedulerSettings, random: Random) {
    this.#cluster = cluster;
    this.settings = settings;
    this.#random = random;
    const { capacity } = cluster.nodes;
    this.#feasible = new Int32Array(capacity);
    this.#totals = new Float64Array(capacity);
    this.#scratch = new Float64Array(capacity);
  }

  get order(): Int32Array {
    this.#order ??= nodeOrder(this.#cluster.nodes);
    return this.#order;
  }

  nodesChanged(): void {
    this.#order = undefined;
  }

  grow(capacity: number): void {
    for (const cache of this.#caches.values()) cache.grow(capacity);
    this.#feasible = new Int32Array(capacity);
    this.#totals = new Float64Array(capacity);
    this.#scratch = new Float64Array(capacity);
  }

  /** One cycle; without `preempts` a pod that fits nowhere makes no room for itself. */
  schedule(pod: PodIndex, preempts = true): SchedulingResult {
    const shape = this.#cluster.shapeOf(pod);
    const refused = preFilter(shape, this.#cluster);
    if (refused.kind === 'refused') return { kind: 'failed', failure: preFilterFailure(refused) };
    const state = crossState(shape);
    this.#failures.clear();
    const nominated = this.#cluster.pods.nominated[pod] as number;
    const cycle: Cycle = { pod, shape, state, cache: this.#cache(shape), plain: this.#isPlain(shape, state) };
    if (nominated >= 0 && this.#failure(cycle, nominated) === FITS) return { kind: 'bound', node: nominated, ties: 1 };
    const only = refused.kind === 'some' ? refused.nodes : undefined;
    const found = this.#findNodes(cycle, only);
    if (found === 0) return this.#nothingFits(pod, state, only, preempts);
    if (found === 1) return { kind: 'bound', node: this.#feasible[0] as number, ties: 1 };
    this.#score(shape, { nodes: this.#feasible, length: found });
    return this.#best(found);
  }

  /** Whether the pod passes every filter on the node. */
  fits(pod: PodIndex, node: NodeIndex): boolean {
    const shape = this.#cluster.shapeOf(pod);
    const allowed = preFilter(shape, this.#cluster);
    if (allowed.kind === 'refused') return false;
    if (allowed.kind === 'some' && !allowed.nodes.includes(node)) return false;
    return this.failure(pod, node, crossState(shape)) === FITS;
  }

  /** The first filter that refuses the node, 0 when it fits. */
  failure(pod: PodIndex, node: NodeIndex, state: CrossState): number {
    const shape = this.#cluster.shapeOf(pod);
    return this.#failure({ pod, shape, state, cache: this.#cache(shape), plain: false }, node);
  }

  #failure({ pod, shape, state, cache, plain }: Cycle, node: NodeIndex): number {
    if (!plain && this.#cluster.nominatedOn(node) > 0) return failureWithNominated(this.#cluster, pod, node, state);
    const own = this.#ownFailure(shape, cache, node);
    if (plain || own !== FITS) return own;
    return this.#cluster.lateFailure(shape, node, crossFailure(shape, node, state));
  }

  /** Fills the feasible nodes and returns how many there are; notes why the others do not fit. */
  #findNodes(cycle: Cycle, only: readonly NodeIndex[] | undefined): number {
    const all = this.order;
    const candidates = only === undefined ? all : Int32Array.from(only);
    const { length } = candidates;
    const enough = enoughNodes(length, this.settings.percentageOfNodesToScore);
    const feasible = this.#feasible;
    const failures = this.#failures;
    let found = 0;
    let looked = 0;
    let at = length === 0 ? 0 : this.nextStart % length;
    for (; looked < length; looked += 1) {
      const node = candidates[at] as number;
      at = at + 1 === length ? 0 : at + 1;
      const failure = this.#failure(cycle, node);
      if (failure !== FITS) failures.add(failure);
      else if (found < enough) {
        feasible[found] = node;
        found += 1;
      } else break;
    }
    if (all.length > 0) this.nextStart = (this.nextStart + looked) % all.length;
    return found;
  }

  #isPlain(shape: Shape, state: CrossState): boolean {
    return (
      shape.hardSpread.length === 0 &&
      state.skipsAffinity &&
      shape.spec.neededFeatures.length === 0 &&
      this.#cluster.nominations.size === 0
    );
  }

  /** What the filters that look at the node alone say; judged anew when the node has changed. */
  #ownFailure(shape: Shape, cache: ShapeCache, node: NodeIndex): number {
    if (cache.version[node] !== this.#cluster.nodes.version[node] || shape.volumes !== undefined)
      this.#judge(shape, cache, node);
    return cache.failure[node] as number;
  }

  #cache(shape: Shape): ShapeCache {
    const key = this.#cluster.images.knowsOneOf(shape.images) ? shape.localWithImages : shape.local;
    if (this.#last?.key !== key) {
      const cache = this.#caches.get(key) ?? this.#newCache(shape);
      this.#caches.delete(key);
      this.#caches.set(key, cache);
      this.#last = { key, cache };
    }
    const { cache } = this.#last;
    cache.follow(this.#cluster.classes.generation);
    return cache;
  }

  /** The oldest of too many, emptied, or a new one. */
  #newCache(shape: Shape): ShapeCache {
    const { capacity } = this.#cluster.nodes;
    const byClass = this.#cluster.followsClasses(shape);
    const most = Math.max(LEAST_CACHES, MOST_JUDGEMENTS / capacity);
    const oldest = this.#caches.size < most ? undefined : this.#caches.entries().next().value;
    if (oldest === undefined) return new ShapeCache(capacity, byClass);
    const [key, cache] = oldest;
    this.#caches.delete(key);
    cache.reset(byClass);
    return cache;
  }

  #judge(shape: Shape, cache: ShapeCache, node: NodeIndex): void {
    const { nodes } = this.#cluster;
    cache.version[node] = nodes.version[node] as number;
    const fixed = cache.byClass ? this.#failureOfClass(shape, cache, node) : staticFailure(shape, node, nodes);
    const failure = fixed === FITS ? dynamicFailure(shape, node, nodes) : fixed;
    cache.failure[node] = failure === FITS ? this.#cluster.volumeFailure(shape, node) : failure;
    if (cache.failure[node] === FITS) cache.score[node] = this.#nodeScore(shape, node);
  }

  #failureOfClass(shape: Shape, cache: ShapeCache, node: NodeIndex): number {
    const nodeClass = this.#cluster.classes.of(node);
    let fixed = cache.fixed[nodeClass];
    if (fixed === undefined) {
      fixed = staticFailure(shape, node, this.#cluster.nodes);
      cache.fixed[nodeClass] = fixed;
    }
    return fixed;
  }

  /** Weighted scores that need no normalisation. */
  #nodeScore(shape: Shape, node: NodeIndex): number {
    const { nodes, images } = this.#cluster;
    const { weights, version } = this.settings;
    let score = leastAllocated(shape, node, nodes) * weights.NodeResourcesFit;
    if (!skipsBalance(shape)) {
      const balance = balancedAllocation(shape, node, nodes, version.scoresGainInBalance);
      score += balance * weights.NodeResourcesBalancedAllocation;
    }
    if (!images.empty) score += imageLocality(shape, node, images) * weights.ImageLocality;
    return score;
  }

  #score(shape: Shape, feasible: Feasible): void {
    const totals = this.#totals;
    const cache = this.#cache(shape);
    const { nodes, length } = feasible;
    const { version, score } = cache;
    const { version: current } = this.#cluster.nodes;
    for (let place = 0; place < length; place += 1) {
      const node = nodes[place] as number;
      // Looking at nominated pods moves them on and off the node, which leaves it with a new version.
      if (version[node] !== current[node]) this.#judge(shape, cache, node);
      totals[place] = score[node] as number;
    }
    const { weights } = this.settings;
    this.#addTaints(shape, feasible);
    if (shape.spec.preferredNodeTerms.length > 0) this.#addPreferred(shape, feasible);
    if (spreadScores(shape, feasible, this.#scratch)) this.#add(length, weights.PodTopologySpread);
    if (affinityScores(shape, feasible, this.#scratch)) this.#add(length, weights.InterPodAffinity);
  }

  #add(length: number, weight: number): void {
    const totals = this.#totals;
    const scratch = this.#scratch;
    for (let place = 0; place < length; place += 1)
      totals[place] = (totals[place] as number) + (scratch[place] as number) * weight;
  }

  /** Without a PreferNoSchedule taint every node scores the same, which changes no choice. */
  #addTaints(shape: Shape, feasible: Feasible): void {
    if (this.#cluster.preferNoScheduleTaints === 0) return;
    const { unwanted, byClass } = this.#cache(shape);
    const { classes, nodes: table } = this.#cluster;
    const { nodes, length } = feasible;
    for (let place = 0; place < length; place += 1) {
      const node = nodes[place] as number;
      this.#scratch[place] = byClass
        ? (unwanted[classes.of(node)] ??= unwantedTaints(shape, node, table))
        : unwantedTaints(shape, node, table);
    }
    normaliseToMost(this.#scratch, length, true);
    this.#add(length, this.settings.weights.TaintToleration);
  }

  #addPreferred(shape: Shape, feasible: Feasible): void {
    const { preferred, byClass } = this.#cache(shape);
    const { classes, nodes: table } = this.#cluster;
    const { nodes, length } = feasible;
    for (let place = 0; place < length; place += 1) {
      const node = nodes[place] as number;
      this.#scratch[place] = byClass
        ? (preferred[classes.of(node)] ??= preferredWeight(shape, node, table))
        : preferredWeight(shape, node, table);
    }
    normaliseToMost(this.#scratch, length, false);
    this.#add(length, this.settings.weights.NodeAffinity);
  }

  /** One of the nodes with the highest total, each with the same chance. */
  #best(found: number): SchedulingResult {
    const totals = this.#totals;
    let most = Number.NEGATIVE_INFINITY;
    let ties = 0;
    for (let place = 0; place < found; place += 1) {
      const total = totals[place] as number;
      if (total > most) {
        most = total;
        ties = 1;
      } else if (total === most) ties += 1;
    }
    let chosen = ties === 1 ? 0 : this.#random.int(ties);
    for (let place = 0; place < found; place += 1) {
      if (totals[place] !== most) continue;
      if (chosen === 0) return { kind: 'bound', node: this.#feasible[place] as number, ties };
      chosen -= 1;
    }
    throw new Error('a best node is among the feasible ones');
  }

  #nothingFits(
    pod: PodIndex,
    state: CrossState,
    only: readonly NodeIndex[] | undefined,
    preempts: boolean,
  ): SchedulingResult {
    const failure = failureOfCounts(this.#failures, only === undefined ? 0 : this.order.length - only.length);
    const found = !preempts ? undefined : preempt(this.#cluster, this, { pod, state, only, random: this.#random });
    if (found === undefined) return { kind: 'failed', failure };
    return { kind: 'nominated', node: found.node, victims: found.victims, failure };
  }

  /** Scores by plugin of nodes that fit, normalised and weighted, for explanations. */
  explainScores(shape: Shape, feasible: readonly NodeIndex[]): readonly Readonly<Record<string, number>>[] {
    const { nodes, images } = this.#cluster;
    const { weights, version } = this.settings;
    const list: Feasible = { nodes: Int32Array.from(feasible), length: feasible.length };
    const scores = feasible.map((node) => {
      const one: Record<string, number> = { NodeResourcesFit: leastAllocated(shape, node, nodes) };
      if (!skipsBalance(shape))
        one['NodeResourcesBalancedAllocation'] = balancedAllocation(shape, node, nodes, version.scoresGainInBalance);
      one['ImageLocality'] = imageLocality(shape, node, images);
      return one;
    });
    scores.forEach((one) => (one[DYNAMIC_RESOURCES] = 0));
    const scratch = new Float64Array(feasible.length);
    const put = (plugin: string): void => scores.forEach((one, place) => (one[plugin] = scratch[place] as number));
    feasible.forEach((node, place) => (scratch[place] = unwantedTaints(shape, node, nodes)));
    normaliseToMost(scratch, list.length, true);
    put('TaintToleration');
    if (shape.spec.preferredNodeTerms.length > 0) {
      feasible.forEach((node, place) => (scratch[place] = preferredWeight(shape, node, nodes)));
      normaliseToMost(scratch, list.length, false);
      put('NodeAffinity');
    }
    if (spreadScores(shape, list, scratch)) put('PodTopologySpread');
    if (affinityScores(shape, list, scratch)) put('InterPodAffinity');
    return scores.map((one) => weighted(one, weights));
  }
}

function weighted(scores: Readonly<Record<string, number>>, weights: Weights): Readonly<Record<string, number>> {
  const out: Record<string, number> = {};
  for (const plugin of Object.keys(scores).sort()) {
    const weight = weights[plugin as keyof Weights];
    if (plugin === DYNAMIC_RESOURCES) out[plugin] = 0;
    else if (weight > 0) out[plugin] = (scores[plugin] ?? 0) * weight;
  }
  return out;
}

function preFilterFailure({ plugin, message }: { plugin: string; message: string }): SchedulingFailure {
  return { preFilter: `${plugin}: ${message}`, counts: [], plugins: new Set([plugin]) };
}

/** Nodes by plugin and reason; `leftOut` are those that a node name in the affinity excluded. */
function failureOfCounts(failures: FailureCounts, leftOut: number): SchedulingFailure {
  const counts = new Map<string, { plugin: string; reason: string; nodes: number }>();
  const plugins = new Set<string>();
  const count = (plugin: string, reason: string, nodes: number): void => {
    plugins.add(plugin);
    const key = `${plugin} ${reason}`;
    const known = counts.get(key);
    if (known === undefined) counts.set(key, { plugin, reason, nodes });
    else known.nodes += nodes;
  };
  for (const [id, nodes] of failures.entries()) {
    const { plugin, reasons } = failureOf(id);
    for (const reason of reasons) count(plugin, reason, nodes);
  }
  if (leftOut > 0) count('NodeAffinity', LEFT_OUT, leftOut);
  const sorted = [...counts.values()].sort((a, b) => b.nodes - a.nodes || (a.reason < b.reason ? -1 : 1));
  return { preFilter: undefined, counts: sorted, plugins };
}

const LEFT_OUT = "node(s) didn't satisfy plugin(s) [NodeAffinity]";

export { MAX_SCORE };

/** Never skips scoring, and scores 0 on every node for a pod without device claims. */
const DYNAMIC_RESOURCES = 'DynamicResources';
