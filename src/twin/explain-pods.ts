/** Why each pending pod fits or does not fit on each node, with the scheduler's own scores. */
import type { World, WorldPod } from '../inventory/world.ts';
import { podsAsGiven } from '../inventory/world.ts';
import type {
  NodeExplanation,
  PodExplanation,
  PodVerdict,
  PreemptionCandidate,
  PreemptionExplanation,
} from './explanation.ts';
import type { NodeIndex, PodIndex } from './model/cluster-state.ts';
import type { ExplainableState, StateSettings } from './model/create-state.ts';
import { SCHEDULER_NAME } from './model/compile-shape.ts';
import { createClusterState } from './model/create-state.ts';
import { crossState } from './scheduler/cross-filters.ts';
import type { CrossState } from './scheduler/cross-filters.ts';
import { FITS, failureOf } from './scheduler/failures.ts';
import { preFilter } from './scheduler/pre-filter.ts';
import type { Candidate } from './scheduler/preemption.ts';
import { NEVER_PREEMPTS, allCandidates, bestCandidates, preemptionRefused } from './scheduler/preemption.ts';
import { seeded } from '../core/random.ts';

export interface ExplainOptions extends StateSettings {
  /** Only these pods, `ns/name`; undefined: all that wait. */
  readonly only?: ReadonlySet<string>;
}

/** Each pending pod judged on its own against the placed ones. */
export function explainPods(world: World, options: ExplainOptions = {}): PodExplanation {
  const state = createClusterState(world, { percentageOfNodesToScore: ALL_NODES, exactVolumes: true, ...options });
  const pods = pendingPods(world).filter((pod) => options.only?.has(fullName(pod)) ?? true);
  return explanationOf(
    world,
    pods.map((pod) => explainPod(state, pod)),
  );
}

/** Every node is looked at, so that the best are the best of all. */
export const ALL_NODES = 100;

export function explanationOf(world: World, pods: readonly PodVerdict[]): PodExplanation {
  return {
    apiVersion: 'holdfast.dev/v1',
    kind: 'PodExplanation',
    kubernetesVersion: world.kubernetesVersion ?? 'v1.36.3',
    pods,
  };
}

/** Pods that wait for this scheduler: those that were given in the order of their files, then those that controllers will make. */
export function pendingPods(world: World): readonly WorldPod[] {
  return podsAsGiven(world).filter(isPending);
}

function isPending(pod: WorldPod): boolean {
  const phase = pod.status?.phase;
  return (
    pod.node === undefined &&
    !pod.terminating &&
    phase !== 'Succeeded' &&
    phase !== 'Failed' &&
    pod.template.spec.schedulerName === SCHEDULER_NAME
  );
}

export function fullName(pod: WorldPod): string {
  return `${pod.template.namespace}/${pod.name}`;
}

/** What the scheduler says of one pod now. */
export function explainPod(state: ExplainableState, worldPod: WorldPod): PodVerdict {
  const pod = state.podOf(worldPod);
  if (pod === undefined) throw new Error('a pending pod has its place in the state');
  const { cluster } = state;
  const name = fullName(worldPod);
  const { barred } = cluster.shapeOf(pod);
  if (barred !== undefined) return { pod: name, preFilter: `${barred.plugin}: ${barred.message}`, nodes: [], best: [] };
  const allowed = preFilter(cluster.shapeOf(pod), cluster);
  if (allowed.kind === 'refused') {
    const preFilterMessage = `${allowed.plugin}: ${allowed.message}`;
    const preemption = cluster.shapeOf(pod).neverPreempts
      ? { ...NO_PREEMPTION, refused: NEVER_PREEMPTS }
      : NO_PREEMPTION;
    return { pod: name, preFilter: preFilterMessage, nodes: [], best: [], preemption };
  }
  const only = allowed.kind === 'some' ? new Set(allowed.nodes) : undefined;
  return judged(state, name, { pod, only, cross: crossState(cluster.shapeOf(pod)) });
}

const NO_PREEMPTION: PreemptionExplanation = { candidates: [], best: [] };

interface Judging {
  readonly pod: PodIndex;
  readonly only: ReadonlySet<NodeIndex> | undefined;
  readonly cross: CrossState;
}

function judged(state: ExplainableState, name: string, judging: Judging): PodVerdict {
  const { scheduler, cluster } = state;
  const { pod, only, cross } = judging;
  const nominated = cluster.pods.nominated[pod] as number;
  const order = [...scheduler.order];
  // The node that the pod is nominated to is tried even where PreFilter left it out.
  const verdicts = order.map((node) =>
    only?.has(node) === false && node !== nominated ? OUT : scheduler.failure(pod, node, cross),
  );
  const fitting = order.filter((_, place) => verdicts[place] === FITS);
  const scores = scheduler.explainScores(cluster.shapeOf(pod), fitting);
  const totals = scores.map((one) => Object.values(one).reduce((sum, score) => sum + score, 0));
  const best = Math.max(...totals);
  const leftOut = leftOutReason(verdicts[order.indexOf(nominated)]);
  let fit = 0;
  const nodes = order.map((node, place): NodeExplanation => {
    const verdict = verdicts[place] as number;
    if (verdict !== FITS) return refusal(state.nodeName(node), verdict, leftOut);
    fit += 1;
    return { node: state.nodeName(node), fits: true, total: totals[fit - 1] ?? 0, scores: scores[fit - 1] ?? {} };
  });
  if (fitting.includes(nominated)) return { pod: name, nodes, best: [state.nodeName(nominated)] };
  if (fitting.length > 0)
    return { pod: name, nodes, best: fitting.filter((_, place) => totals[place] === best).map(state.nodeName) };
  return { pod: name, nodes, best: [], preemption: explainPreemption(state, judging) };
}

/** A node that a name in the pod's affinity left out; no number of a failure. */
const OUT = -1;

/** The scheduler's words for such nodes name every plugin that had spoken by then: findNodesThatFitPod of schedule_one.go. */
function leftOutReason(nominatedVerdict: number | undefined): string {
  const plugins = new Set(['NodeAffinity']);
  if (nominatedVerdict !== undefined && nominatedVerdict > FITS) plugins.add(failureOf(nominatedVerdict).plugin);
  return `node(s) didn't satisfy plugin(s) [${[...plugins].sort().join(' ')}]`;
}

function refusal(node: string, verdict: number, leftOut: string): NodeExplanation {
  if (verdict === OUT) {
    return { node, fits: false, plugin: 'NodeAffinity', code: 'UnschedulableAndUnresolvable', reasons: [leftOut] };
  }
  return { node, fits: false, ...failureOf(verdict) };
}

function explainPreemption(state: ExplainableState, { pod, only, cross }: Judging): PreemptionExplanation {
  const input = { pod, state: cross, only: only === undefined ? undefined : [...only], random: seeded(1) };
  const refused = preemptionRefused(state.cluster, state.scheduler, input);
  if (refused !== undefined) return { ...NO_PREEMPTION, refused };
  const found = allCandidates(state.cluster, state.scheduler, input);
  return {
    candidates: found.map((candidate) => described(state, candidate)),
    best: found.length === 0 ? [] : bestCandidates(state.cluster, found).map(({ node }) => state.nodeName(node)),
  };
}

function described(state: ExplainableState, { node, victims, pdbViolations }: Candidate): PreemptionCandidate {
  const names = victims.map((victim) => nameOfPod(state, victim)).sort();
  return { node: state.nodeName(node), victims: names, pdbViolations };
}

export function nameOfPod(state: ExplainableState, pod: PodIndex): string {
  const known = state.worldPod(pod);
  return known === undefined ? `#${pod}` : fullName(known);
}
