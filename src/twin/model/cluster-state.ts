/**
 * The state that the scheduler looks at, with the moves that change it. Nodes, pods and shapes are numbers, so that
 * a cluster of 5,000 nodes and 150,000 pods is a handful of typed arrays. Every move is written to a log: `mark` and
 * `undo` take the state back, in place of copies.
 */
import type { Taint } from '../../kubernetes/tolerations.ts';
import type { PodTemplate, WorldNode, WorldPod } from '../../inventory/world.ts';

/** Place of a node in the order in which nodes were added; never used again for another. */
export type NodeIndex = number;
/** Place of a pod in the order in which pods were added; never used again for another. */
export type PodIndex = number;
/** Pods that nothing in the scheduler can tell apart have one shape. */
export type ShapeIndex = number;

/** A point in the log of moves. */
export interface Mark {
  readonly moves: number;
  readonly randomState: number;
  readonly nextStart: number;
  readonly volumes: number;
}

/** What a shape is made of. */
export interface ShapeSource {
  readonly template: PodTemplate;
  /** A pod of the world that stands for it. */
  readonly sample: WorldPod;
}

export type SchedulingResult =
  | { readonly kind: 'bound'; readonly node: NodeIndex; readonly ties: number }
  | {
      /** No node fits, but removing the victims from the node makes room; they are not removed yet. */
      readonly kind: 'nominated';
      readonly node: NodeIndex;
      readonly victims: readonly PodIndex[];
      readonly failure: SchedulingFailure;
    }
  | { readonly kind: 'failed'; readonly failure: SchedulingFailure };

/** Why no node fits: nodes by filter plugin and reason, as the scheduler's event counts them. */
export interface SchedulingFailure {
  /** `Plugin: message` when no node was looked at. */
  readonly preFilter: string | undefined;
  readonly counts: readonly { readonly plugin: string; readonly reason: string; readonly nodes: number }[];
  /** Plugins that refused some node; queueing hints ask them. */
  readonly plugins: ReadonlySet<string>;
}

export interface ClusterState {
  // Nodes.
  /** All nodes ever added. */
  readonly nodeCount: number;
  readonly nodeName: (node: NodeIndex) => string;
  readonly nodeNamed: (name: string) => NodeIndex | undefined;
  /** True while the Node object is there. */
  readonly nodeExists: (node: NodeIndex) => boolean;
  readonly nodeSource: (node: NodeIndex) => WorldNode;
  readonly taintsOf: (node: NodeIndex) => readonly Taint[];
  readonly addNode: (node: WorldNode) => NodeIndex;
  /** The Node object is deleted; its pods stay until they are removed. */
  readonly removeNode: (node: NodeIndex) => void;
  readonly setTaints: (node: NodeIndex, taints: readonly Taint[]) => void;
  readonly setUnschedulable: (node: NodeIndex, unschedulable: boolean) => void;

  // Pods.
  readonly shapeOfPod: (pod: PodIndex) => ShapeIndex;
  /** -1 while it has none. */
  readonly nodeOfPod: (pod: PodIndex) => NodeIndex;
  readonly isTerminating: (pod: PodIndex) => boolean;
  /** Pods on a node, those that terminate among them, in the order in which they came. */
  readonly podsOn: (node: NodeIndex) => readonly PodIndex[];
  readonly podsOnCount: (node: NodeIndex) => number;
  /** A pod without a node; `at` is its creation, in milliseconds, for ties of preemption. */
  readonly addPod: (shape: ShapeIndex, at: number) => PodIndex;
  /** Assumed or bound: it takes its room. */
  readonly place: (pod: PodIndex, node: NodeIndex) => void;
  /**
   * Its deletionTimestamp is set: it keeps its room, but spreading no longer counts it. `toMakeRoom`: preemption chose it,
   * and the pod it goes for waits for that.
   */
  readonly terminate: (pod: PodIndex, toMakeRoom?: boolean) => void;
  /** The object is gone. */
  readonly removePod: (pod: PodIndex) => void;
  readonly nominate: (pod: PodIndex, node: NodeIndex | undefined) => void;

  // Shapes.
  readonly shapeCount: number;
  readonly shapeSource: (shape: ShapeIndex) => ShapeSource;
  readonly priorityOf: (shape: ShapeIndex) => number;
  /** The shape of a pod of the world, or of one that a controller makes from a template. */
  readonly shapeFor: (template: PodTemplate, pod: WorldPod) => ShapeIndex;
  /** For explanations and causes. */
  readonly placedOnMissingNode: (pod: PodIndex) => boolean;
  /** Pods of the world that were placed or pending when the state was built, in the world's order. */
  readonly podOf: (pod: WorldPod) => PodIndex | undefined;
  readonly worldPod: (pod: PodIndex) => WorldPod | undefined;

  // Budgets, as preemption reads them: `world.budgets` by place.
  readonly setDisruptionsAllowed: (budget: number, allowed: number) => void;

  /** What had to be assumed of volumes that pods got, one sentence each. */
  readonly assumed: () => readonly string[];

  // The scheduler.
  /** One scheduling cycle of a pending pod as kube-scheduler runs it: adaptive window, ties at random. Does not place it. */
  readonly schedule: (pod: PodIndex) => SchedulingResult;
  /** Whether the pod passes all filters on the node now. */
  readonly fits: (pod: PodIndex, node: NodeIndex) => boolean;
  /**
   * True only when pods of these shapes, one for each, scheduled and placed in any order, all find a node beside `except`
   * at the cost of nobody. False says nothing.
   */
  readonly surelyFit: (shapes: readonly ShapeIndex[], except: ReadonlySet<NodeIndex>) => boolean;

  // Fork and undo.
  readonly mark: () => Mark;
  /** Takes back every move since the mark; equal state, equal bytes. */
  readonly undo: (mark: Mark) => void;
}
