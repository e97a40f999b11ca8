/** Volumes of pods, as the scheduler's volume plugins see them. */
import type { World } from '../../inventory/world.ts';
import type { NodeIndex, ShapeSource } from './cluster-state.ts';
import type { Cluster } from './cluster.ts';
import type { Shape } from './shape.ts';

/** What a shape's volumes are to the scheduler. */
export interface ShapeVolumes {
  readonly namespace: string;
}

export class VolumeTable {
  readonly #world: World;
  readonly #cluster: Cluster;

  constructor(world: World, cluster: Cluster) {
    this.#world = world;
    this.#cluster = cluster;
  }

  /** What the volumes of a pod are; undefined when no plugin looks at them. Pods that differ in it have different shapes. */
  compile(source: ShapeSource): ShapeVolumes | undefined {
    void source;
    void this.#world;
    void this.#cluster;
    return undefined;
  }

  /** A text that is equal for pods of one template whose volumes are alike; empty when the template decides. */
  keyOf(source: ShapeSource): string {
    void source;
    return '';
  }

  /** Why the pod is refused before any node is looked at: the PreFilter of the volume plugins, in their order. */
  refusal(shape: Shape): { readonly plugin: string; readonly message: string } | undefined {
    void shape;
    return undefined;
  }

  /** VolumeRestrictions, NodeVolumeLimits, VolumeBinding, VolumeZone on a node, in this order; 0 fits. */
  failure(shape: Shape, node: NodeIndex): number {
    void shape;
    void node;
    return 0;
  }

  /** A pod of the shape comes to the node (1) or leaves it (-1). */
  count(shape: Shape, node: NodeIndex, sign: 1 | -1): void {
    void shape;
    void node;
    void sign;
  }

  /** A point in the log of bindings. */
  mark(): number {
    return 0;
  }

  /** Takes back every binding since the mark. */
  undo(mark: number): void {
    void mark;
  }

  grow(capacity: number): void {
    void capacity;
  }
}
