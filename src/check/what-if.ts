/**
 * Questions about room and deadlock, put to the scheduler of the twin: pods are taken away, tried again elsewhere, and
 * everything is taken back. Nothing here knows how a pod is placed.
 */
import type { Workload, World, WorldNode, WorldPod } from '../inventory/world.ts';
import { UNREACHABLE, UNSCHEDULABLE, type Taint } from '../kubernetes/tolerations.ts';
import type { ClusterState, NodeIndex, PodIndex, SchedulingFailure } from '../twin/model/cluster-state.ts';
import type { Twin } from '../twin/twin.ts';
import { keepsReplicas } from './workloads.ts';

/** A pod that finds no node any more. */
export interface Homeless {
  readonly workload: Workload;
  readonly failure: SchedulingFailure;
}

/**
 * `gone`: the Node objects are deleted. `unreachable`: they are there, tainted as the node lifecycle controller does it.
 */
export type LossForm = 'gone' | 'unreachable';

const LOST: readonly Taint[] = [
  { key: UNREACHABLE, value: '', effect: 'NoSchedule' },
  { key: UNREACHABLE, value: '', effect: 'NoExecute' },
];

/** Pods of these nodes that find no place on the others once they are evicted. */
export function homelessAfter(twin: Twin, nodes: readonly string[], form: LossForm): readonly Homeless[] {
  return roomIsSure(twin, nodes) ? [] : homelessAsScheduled(twin, nodes, form);
}

/** True only when every pod of these nodes finds a place on the others, whatever the scheduler chooses. */
export function roomIsSure({ world, state }: Twin, names: readonly string[]): boolean {
  const owners = ownersOf(world);
  const nodes = new Set(names.flatMap((name) => state.nodeNamed(name) ?? []));
  const shapes = [...nodes].flatMap((node) =>
    state.podsOn(node).flatMap((pod) => {
      const moved = movedPod(state, pod, owners);
      return moved === undefined ? [] : [state.shapeFor(moved.pod.template, moved.pod)];
    }),
  );
  return state.surelyFit(shapes, nodes);
}

/** The same, each pod put to the scheduler. */
export function homelessAsScheduled(twin: Twin, nodes: readonly string[], form: LossForm): readonly Homeless[] {
  const { state } = twin;
  const owners = ownersOf(twin.world);
  const mark = state.mark();
  try {
    const queue: Moved[] = [];
    for (const name of nodes) {
      const node = state.nodeNamed(name);
      if (node !== undefined) queue.push(...emptied(state, node, { form, owners }));
    }
    return placed(state, queue, owners);
  } finally {
    state.undo(mark);
  }
}

interface Moved {
  readonly workload: Workload;
  readonly pod: WorldPod;
  readonly priority: number;
}

function emptied(
  state: ClusterState,
  node: NodeIndex,
  { form, owners }: { readonly form: LossForm; readonly owners: ReadonlyMap<WorldPod, Workload> },
): readonly Moved[] {
  const moved: Moved[] = [];
  for (const pod of state.podsOn(node)) {
    const known = movedPod(state, pod, owners);
    if (known !== undefined) moved.push(known);
    state.removePod(pod);
  }
  if (form === 'gone') state.removeNode(node);
  else state.setTaints(node, [...state.taintsOf(node), ...LOST]);
  return moved;
}

/** Pods whose controller makes another one elsewhere: none of DaemonSets, and none whose volumes hold it in its place. */
function movedPod(state: ClusterState, index: PodIndex, owners: ReadonlyMap<WorldPod, Workload>): Moved | undefined {
  const pod = state.worldPod(index);
  const workload = pod === undefined ? undefined : owners.get(pod);
  if (pod === undefined || workload === undefined || !keepsReplicas(workload)) return undefined;
  if (workload.spec.claimTemplates.length > 0 || pod.template.priority < 0) return undefined;
  return { workload, pod, priority: pod.template.priority };
}

function placed(
  state: ClusterState,
  first: readonly Moved[],
  owners: ReadonlyMap<WorldPod, Workload>,
): readonly Homeless[] {
  const homeless: Homeless[] = [];
  let queue: readonly Moved[] = [...first].sort((a, b) => b.priority - a.priority);
  // Whoever is pushed out has a lower priority, so that this ends.
  while (queue.length > 0) {
    const pushed: Moved[] = [];
    for (const { workload, pod } of queue) {
      const index = state.addPod(state.shapeFor(pod.template, pod), 0);
      const result = state.schedule(index);
      if (result.kind === 'failed') {
        homeless.push({ workload, failure: result.failure });
        state.removePod(index);
        continue;
      }
      for (const victim of result.kind === 'nominated' ? result.victims : []) {
        const known = movedPod(state, victim, owners);
        if (known !== undefined) pushed.push(known);
        state.removePod(victim);
      }
      state.place(index, result.node);
    }
    queue = pushed.sort((a, b) => b.priority - a.priority);
  }
  return homeless;
}

/** Why one more pod like this one finds no node; undefined when it finds one, at the cost of nobody. */
export function refusalOfOneMore(twin: Twin, pod: WorldPod): SchedulingFailure | undefined {
  const { state } = twin;
  const mark = state.mark();
  try {
    const result = state.schedule(state.addPod(state.shapeFor(pod.template, pod), 0));
    return result.kind === 'failed' ? result.failure : undefined;
  } finally {
    state.undo(mark);
  }
}

/** Pods that are tried one by one; so many that find room say enough. */
const MOST_TRIED = 2_000;

/** How many of so many more pods like this one find no room, on the nodes that there are and on those that are added. */
export function unplacedOf(
  { state }: Twin,
  pod: WorldPod,
  { count, added = [] }: { readonly count: number; readonly added?: readonly WorldNode[] },
): number {
  const tries = Math.min(count, MOST_TRIED);
  const shape = state.shapeFor(pod.template, pod);
  if (
    state.surelyFit(
      Array.from({ length: tries }, () => shape),
      new Set(),
    )
  )
    return 0;
  const mark = state.mark();
  try {
    for (const node of added) if (state.nodeNamed(node.name) === undefined) state.addNode(node);
    for (let tried = 0; tried < tries; tried += 1) {
      const index = state.addPod(shape, 0);
      const result = state.schedule(index);
      // They are alike: where one finds no room the others find none.
      if (result.kind === 'failed') return result.failure.plugins.has('NodeResourcesFit') ? count - tried : 0;
      for (const victim of result.kind === 'nominated' ? result.victims : []) state.removePod(victim);
      state.place(index, result.node);
    }
    return 0;
  } finally {
    state.undo(mark);
  }
}

/** Asks while the nodes are cordoned; the cluster is cordoned once for all that is asked. */
export function whileCordoned<Answer>(twin: Twin, nodes: ReadonlySet<string>, ask: () => Answer): Answer {
  const { state } = twin;
  const mark = state.mark();
  try {
    for (const name of nodes) {
      const node = state.nodeNamed(name);
      if (node === undefined) continue;
      state.setUnschedulable(node, true);
      // The node lifecycle controller follows with the taint, which spreading reads.
      state.setTaints(node, [...state.taintsOf(node), { key: UNSCHEDULABLE, value: '', effect: 'NoSchedule' }]);
    }
    return ask();
  } finally {
    state.undo(mark);
  }
}

/** How many of these pods find another node, evicted one after the other. */
export function movedElsewhere(twin: Twin, pods: readonly WorldPod[]): number {
  const { state } = twin;
  const shapes = pods.map((pod) => state.shapeFor(pod.template, pod));
  return state.surelyFit(shapes, NO_NODES) ? pods.length : movedAsScheduled(twin, pods);
}

const NO_NODES: ReadonlySet<NodeIndex> = new Set();

/** The same, each pod put to the scheduler. */
export function movedAsScheduled({ state }: Twin, pods: readonly WorldPod[]): number {
  const mark = state.mark();
  let moved = 0;
  try {
    for (const pod of pods) {
      const index = state.podOf(pod);
      if (index !== undefined) state.removePod(index);
      const next = state.addPod(state.shapeFor(pod.template, pod), 0);
      const result = state.schedule(next);
      if (result.kind === 'failed') continue;
      state.place(next, result.node);
      moved += 1;
    }
    return moved;
  } finally {
    state.undo(mark);
  }
}

const owned = new WeakMap<World, ReadonlyMap<WorldPod, Workload>>();

function ownersOf(world: World): ReadonlyMap<WorldPod, Workload> {
  const known = owned.get(world);
  if (known !== undefined) return known;
  const made = new Map<WorldPod, Workload>();
  for (const workload of world.workloads) for (const pod of workload.pods) made.set(pod, workload);
  owned.set(world, made);
  return made;
}

/** `NodeResourcesFit: Insufficient cpu on 4 nodes; …`: what the scheduler says, the most frequent first. */
export function sayFailure({ preFilter, counts }: SchedulingFailure): string {
  if (preFilter !== undefined) return preFilter;
  return [...counts]
    .sort((a, b) => b.nodes - a.nodes)
    .map(({ reason, nodes }) => `${nodes} × ${reason}`)
    .join(', ');
}
