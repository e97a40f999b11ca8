/**
 * Which pods of lower priority make room on which node. Kubernetes v1.36.3 framework/preemption/preemption.go and
 * plugins/defaultpreemption/default_preemption.go.
 */
import type { Random } from '../../core/random.ts';
import type { HostPort } from '../../kubernetes/feasibility.ts';
import type { NodeIndex, PodIndex } from '../model/cluster-state.ts';
import type { Cluster } from '../model/cluster.ts';
import type { Shape } from '../model/shape.ts';
import type { CrossState } from './cross-filters.ts';
import { FITS, failureOf } from './failures.ts';
import type { Situation } from './nominated.ts';
import { addQuirk, failureIn, noOverlay } from './nominated.ts';
import type { Scheduler } from './scheduler.ts';

export interface Candidate {
  readonly node: NodeIndex;
  /** The most important first. */
  readonly victims: readonly PodIndex[];
  readonly pdbViolations: number;
}

export interface PreemptionInput {
  readonly pod: PodIndex;
  readonly state: CrossState;
  /** The nodes that may be looked at; undefined: all. */
  readonly only: readonly NodeIndex[] | undefined;
  readonly random: Random;
}

/** So many candidates are looked for: a tenth of the nodes, at least 100 (DefaultPreemptionArgs). */
const CANDIDATE_PERCENTAGE = 10;
const LEAST_CANDIDATES = 100;

export const NEVER_PREEMPTS = 'not eligible due to preemptionPolicy=Never.';

/** Why the pod may not preempt at all; undefined when it may (PodEligibleToPreemptOthers). */
export function preemptionRefused(cluster: Cluster, scheduler: Scheduler, input: PreemptionInput): string | undefined {
  const { pod, state } = input;
  const shape = cluster.shapeOf(pod);
  if (shape.neverPreempts) return NEVER_PREEMPTS;
  const nominated = cluster.pods.nominated[pod] as number;
  if (nominated < 0 || cluster.nodes.exists[nominated] !== 1) return undefined;
  const failure = scheduler.failure(pod, nominated, state);
  if (failure !== FITS && failureOf(failure).code === 'UnschedulableAndUnresolvable') return undefined;
  const waiting = podsOf(cluster, nominated).some(
    (other) => cluster.shapeOf(other).priority < shape.priority && cluster.isVictim(other),
  );
  return waiting ? 'not eligible due to a terminating pod on the nominated node.' : undefined;
}

/** The node and victims that the scheduler would choose; undefined when there is none. */
export function preempt(cluster: Cluster, scheduler: Scheduler, input: PreemptionInput): Candidate | undefined {
  if (!cluster.hasLowerPriority(cluster.shapeOf(input.pod).priority)) return undefined;
  if (preemptionRefused(cluster, scheduler, input) !== undefined) return undefined;
  const nodes = potentialNodes(cluster, scheduler, input);
  if (nodes.length === 0) return undefined;
  const wanted = Math.min(
    nodes.length,
    Math.max(Math.trunc((nodes.length * CANDIDATE_PERCENTAGE) / 100), LEAST_CANDIDATES),
  );
  const offset = input.random.int(nodes.length);
  const safe: Candidate[] = [];
  const violating: Candidate[] = [];
  for (let looked = 0; looked < nodes.length; looked += 1) {
    const candidate = victimsOn(cluster, input, nodes[(offset + looked) % nodes.length] as number);
    if (candidate === undefined) continue;
    (candidate.pdbViolations === 0 ? safe : violating).push(candidate);
    if (safe.length > 0 && safe.length + violating.length >= wanted) break;
  }
  const best = bestCandidates(cluster, [...safe, ...violating]);
  return best.length === 0 ? undefined : best[input.random.int(best.length)];
}

/** Every node on which preemption would help, for explanations. */
export function allCandidates(cluster: Cluster, scheduler: Scheduler, input: PreemptionInput): readonly Candidate[] {
  return potentialNodes(cluster, scheduler, input).flatMap((node) => victimsOn(cluster, input, node) ?? []);
}

/** Nodes that the removal of pods could help: those whose failure is exactly Unschedulable. */
function potentialNodes(
  cluster: Cluster,
  scheduler: Scheduler,
  { pod, state, only }: PreemptionInput,
): readonly NodeIndex[] {
  void cluster;
  const nodes = only ?? [...scheduler.order];
  return nodes.filter((node) => {
    const failure = scheduler.failure(pod, node, state);
    return failure !== FITS && failureOf(failure).code === 'Unschedulable';
  });
}

/** The candidates that remain after every rule of choice but the last, which is chance (pickOneNodeForPreemption). */
export function bestCandidates(cluster: Cluster, all: readonly Candidate[]): readonly Candidate[] {
  const rules: readonly ((candidate: Candidate) => number)[] = [
    ({ pdbViolations }) => -pdbViolations,
    ({ victims }) => -priorityOf(cluster, victims[0] as PodIndex),
    ({ victims }) => -victims.reduce((sum, victim) => sum + priorityOf(cluster, victim) + 2 ** 31, 0),
    ({ victims }) => -victims.length,
    ({ victims }) => earliestStart(cluster, victims),
  ];
  let left = all;
  for (const rule of rules) {
    const most = Math.max(...left.map(rule));
    left = left.filter((candidate) => rule(candidate) === most);
    if (left.length <= 1) break;
  }
  return left;
}

function earliestStart(cluster: Cluster, victims: readonly PodIndex[]): number {
  const highest = Math.max(...victims.map((victim) => priorityOf(cluster, victim)));
  const starts = victims
    .filter((victim) => priorityOf(cluster, victim) === highest)
    .map((victim) => cluster.pods.startedAt[victim] as number);
  return Math.min(...starts);
}

/** SelectVictimsOnNode: all of lower priority go, then as many as possible come back, the most important first. */
function victimsOn(cluster: Cluster, { pod, state }: PreemptionInput, node: NodeIndex): Candidate | undefined {
  const shape = cluster.shapeOf(pod);
  const lower = podsOf(cluster, node).filter((other) => cluster.shapeOf(other).priority < shape.priority);
  if (lower.length === 0) return undefined;
  const game = new Game(cluster, pod, node, state);
  for (const victim of lower) game.remove(victim);
  try {
    if (!game.fits()) return undefined;
    const ordered = [...lower].sort((a, b) => byImportance(cluster, a, b));
    const { violating, others } = cluster.budgetViolations(ordered);
    const spared = (victim: PodIndex): boolean => {
      game.add(victim);
      if (game.fits()) return true;
      game.remove(victim);
      return false;
    };
    const lostToBudgets = violating.filter((victim) => !spared(victim));
    const victims = [...lostToBudgets, ...others.filter((victim) => !spared(victim))];
    if (violating.length > 0 && others.length > 0) victims.sort((a, b) => byImportance(cluster, a, b));
    return victims.length === 0 ? undefined : { node, victims, pdbViolations: lostToBudgets.length };
  } finally {
    game.end();
  }
}

/** Pods taken off one node and put back, to see what would be; `end` leaves everything as it was. */
class Game {
  readonly #cluster: Cluster;
  readonly #pod: PodIndex;
  readonly #node: NodeIndex;
  readonly #situation: Situation;
  readonly #order: readonly PodIndex[];
  readonly #ports: readonly HostPort[];
  readonly #away = new Set<PodIndex>();

  constructor(cluster: Cluster, pod: PodIndex, node: NodeIndex, state: CrossState) {
    this.#cluster = cluster;
    this.#pod = pod;
    this.#node = node;
    this.#situation = { state, overlay: noOverlay(cluster.shapeOf(pod), node) };
    this.#order = podsOf(cluster, node);
    this.#ports = cluster.nodes.ports[node] ?? [];
  }

  remove(victim: PodIndex): void {
    this.#cluster.unplace(victim);
    this.#away.add(victim);
    this.#quirks(victim, -1);
  }

  add(victim: PodIndex): void {
    this.#cluster.place(victim, this.#node);
    this.#away.delete(victim);
    this.#quirks(victim, 1);
  }

  fits(): boolean {
    return failureIn(this.#cluster, this.#pod, this.#node, this.#situation) === FITS;
  }

  /** Puts every pod back, in the order of the list as it was. */
  end(): void {
    const present = this.#order.filter((pod) => !this.#away.has(pod));
    for (const pod of present) this.#cluster.unplace(pod);
    for (const pod of this.#order) this.#cluster.place(pod, this.#node);
    this.#cluster.nodes.ports[this.#node] = this.#ports;
  }

  /** The scheduler moves pods that are being deleted in and out of its counts, though they were never in them. */
  #quirks(victim: PodIndex, sign: 1 | -1): void {
    const { extra } = this.#situation.overlay;
    const shape = this.#cluster.shapeOf(this.#pod);
    const moved = this.#cluster.shapeOf(victim);
    addQuirk(shape, moved, extra, sign);
    if (!this.#cluster.pods.isTerminating(victim) || moved.namespace !== shape.namespace) return;
    shape.hardSpread.forEach(({ counts, selects }, index) => {
      if (counts && selects(moved.labels)) extra[index] = (extra[index] as number) + sign;
    });
  }
}

function podsOf(cluster: Cluster, node: NodeIndex): readonly PodIndex[] {
  const found: PodIndex[] = [];
  for (let pod = cluster.nodes.firstPod[node] as number; pod >= 0; pod = cluster.pods.next[pod] as number)
    found.push(pod);
  return found;
}

function priorityOf(cluster: Cluster, pod: PodIndex): number {
  return cluster.shapeOf(pod).priority;
}

/** util.MoreImportantPod: the higher priority, then the earlier start. */
function byImportance(cluster: Cluster, a: PodIndex, b: PodIndex): number {
  const byPriority = priorityOf(cluster, b) - priorityOf(cluster, a);
  return byPriority !== 0 ? byPriority : startOf(cluster, a) - startOf(cluster, b);
}

function startOf(cluster: Cluster, pod: PodIndex): number {
  return cluster.pods.startedAt[pod] as number;
}

export type { Shape };
