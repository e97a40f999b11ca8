/**
 * Pending pods placed one after another: each choice changes what the next pod finds. Nothing else happens in between:
 * victims are gone at once, budgets keep their status.
 */
import type { World, WorldPod } from '../inventory/world.ts';
import { ALL_NODES, explainPod, fullName, nameOfPod, pendingPods } from './explain-pods.ts';
import type { PodVerdict } from './explanation.ts';
import type { ExplainableState, StateSettings } from './model/create-state.ts';
import { createClusterState } from './model/create-state.ts';
import type { PodIndex } from './model/cluster-state.ts';

export type PodChoice =
  | { readonly pod: string; readonly node: string }
  | { readonly pod: string; readonly nominated: string; readonly victims: readonly string[] }
  /** Neither fits nor can make room. */
  | { readonly pod: string };

export interface SequenceStep {
  readonly verdict: PodVerdict;
  readonly choice: PodChoice;
}

export interface PodSequence {
  readonly steps: readonly SequenceStep[];
}

/** 2100-01-01: pods that were placed here count as younger than all others, each a second younger than the one before. */
const FIRST_START = 4_102_444_800_000;
const SECOND = 1_000;

/** Explains each pod before its choice; a pod that was nominated is tried once more at the end. */
export function sequencePods(world: World, settings: StateSettings = {}): PodSequence {
  const state = createClusterState(world, { percentageOfNodesToScore: ALL_NODES, exactVolumes: true, ...settings });
  const queue = [...inQueueOrder(pendingPods(world))];
  const again: WorldPod[] = [];
  const steps: SequenceStep[] = [];
  const tryOne = (pod: WorldPod): PodChoice => {
    const verdict = explainPod(state, pod);
    const choice = choose(state, pod, steps.length);
    steps.push({ verdict, choice });
    return choice;
  };
  for (const pod of queue) if ('nominated' in tryOne(pod)) again.push(pod);
  for (const pod of again) tryOne(pod);
  return { steps };
}

/** The active queue of the scheduler: priority first, then age. */
export function inQueueOrder(pods: readonly WorldPod[]): readonly WorldPod[] {
  return [...pods].sort(
    (a, b) => b.template.priority - a.template.priority || (a.status?.created ?? 0) - (b.status?.created ?? 0),
  );
}

function choose(state: ExplainableState, worldPod: WorldPod, place: number): PodChoice {
  const pod = state.podOf(worldPod) as PodIndex;
  const name = fullName(worldPod);
  const result = state.schedule(pod);
  if (result.kind === 'failed') return { pod: name };
  if (result.kind === 'bound') {
    state.place(pod, result.node);
    state.cluster.pods.startedAt[pod] = FIRST_START + place * SECOND;
    return { pod: name, node: state.nodeName(result.node) };
  }
  // By name, as whoever follows the sequence removes them: which pods stand where on a node decides ties between victims.
  const removed = result.victims
    .map((victim) => ({ victim, called: nameOfPod(state, victim) }))
    .sort((a, b) => (a.called < b.called ? -1 : 1));
  for (const { victim } of removed) state.removePod(victim);
  for (const other of state.cluster.nominations.get(result.node) ?? [])
    if (state.cluster.shapeOf(other).priority < state.cluster.shapeOf(pod).priority) state.nominate(other, undefined);
  state.nominate(pod, result.node);
  return { pod: name, nominated: state.nodeName(result.node), victims: removed.map(({ called }) => called) };
}
