/** Moves on a cluster, written down so that they can be taken back one by one. */
import type { StatefulRandom } from '../../core/random.ts';
import type { WorldNode } from '../../inventory/world.ts';
import type { Taint } from '../../kubernetes/tolerations.ts';
import type { Scheduler } from '../scheduler/scheduler.ts';
import type { Mark, NodeIndex, PodIndex, ShapeIndex } from './cluster-state.ts';
import type { Cluster } from './cluster.ts';

/** Nodes that come at once when the table is full. */
const MORE_NODES = 256;

export class MoveLog {
  readonly #cluster: Cluster;
  readonly #scheduler: Scheduler;
  readonly #random: StatefulRandom;
  readonly #undo: (() => void)[] = [];
  /** Marks that are open; without any, nothing needs to be written down. */
  #marked = false;

  constructor(cluster: Cluster, scheduler: Scheduler, random: StatefulRandom) {
    this.#cluster = cluster;
    this.#scheduler = scheduler;
    this.#random = random;
  }

  mark(): Mark {
    this.#marked = true;
    return {
      moves: this.#undo.length,
      randomState: this.#random.state(),
      nextStart: this.#scheduler.nextStart,
      volumes: this.#cluster.volumes.mark(),
    };
  }

  undo({ moves, randomState, nextStart, volumes }: Mark): void {
    while (this.#undo.length > moves) this.#undo.pop()?.();
    this.#cluster.volumes.undo(volumes);
    this.#random.restore(randomState);
    this.#scheduler.nextStart = nextStart;
  }

  addPod(shape: ShapeIndex, at: number): PodIndex {
    const { pods } = this.#cluster;
    const pod = pods.add(shape, at);
    this.#write(() => pods.undoAdd(pod));
    return pod;
  }

  place(pod: PodIndex, node: NodeIndex): void {
    this.nominate(pod, -1);
    this.#cluster.volumes.assume(this.#cluster.shapeOf(pod), node);
    const { ports } = this.#cluster.nodes;
    const before = ports[node] ?? [];
    this.#cluster.place(pod, node);
    this.#write(() => {
      this.#cluster.unplace(pod);
      ports[node] = before;
    });
  }

  terminate(pod: PodIndex, toMakeRoom: boolean): void {
    const { pods } = this.#cluster;
    if (pods.isTerminating(pod)) return;
    this.#cluster.setTerminating(pod, true);
    pods.victim[pod] = toMakeRoom ? 1 : 0;
    this.#write(() => {
      pods.victim[pod] = 0;
      this.#cluster.setTerminating(pod, false);
    });
  }

  removePod(pod: PodIndex): void {
    const { pods } = this.#cluster;
    this.nominate(pod, -1);
    const node = pods.nodeOf(pod);
    const { ports } = this.#cluster.nodes;
    const before = ports[node] ?? [];
    if (node >= 0) this.#cluster.unplace(pod);
    const terminating = pods.isTerminating(pod);
    pods.drop(pod);
    this.#write(() => {
      pods.undoDrop(pod, terminating);
      if (node < 0) return;
      this.#cluster.replace(pod, node);
      ports[node] = before;
    });
  }

  nominate(pod: PodIndex, node: NodeIndex): void {
    const before = this.#cluster.pods.nominated[pod] as number;
    if (before === node) return;
    this.#cluster.nominate(pod, node);
    this.#write(() => this.#cluster.nominate(pod, before));
  }

  setTaints(node: NodeIndex, taints: readonly Taint[]): void {
    const before = this.#cluster.nodes.taints[node] ?? [];
    this.#cluster.setTaints(node, taints);
    this.#write(() => this.#cluster.setTaints(node, before));
  }

  setUnschedulable(node: NodeIndex, unschedulable: boolean): void {
    const before = this.#cluster.nodes.unschedulable[node] as number;
    const now = unschedulable ? 1 : 0;
    if (before === now) return;
    this.#cluster.setUnschedulable(node, now);
    this.#write(() => this.#cluster.setUnschedulable(node, before));
  }

  addNode(source: WorldNode): NodeIndex {
    const { nodes } = this.#cluster;
    if (nodes.count === nodes.capacity) this.#grow(nodes.capacity + MORE_NODES);
    const previous = nodes.named(source.name);
    const node = this.#cluster.addNode(source);
    this.#scheduler.nodesChanged();
    this.#write(() => {
      this.#cluster.dropNode(previous);
      this.#scheduler.nodesChanged();
    });
    return node;
  }

  removeNode(node: NodeIndex): void {
    if (this.#cluster.nodes.exists[node] !== 1) return;
    this.#cluster.setExists(node, false);
    this.#scheduler.nodesChanged();
    this.#write(() => {
      this.#cluster.setExists(node, true);
      this.#scheduler.nodesChanged();
    });
  }

  setDisruptionsAllowed(budget: number, allowed: number): void {
    const { allowed: table } = this.#cluster.budgets;
    const before = table[budget];
    if (before === undefined || before === allowed) return;
    table[budget] = allowed;
    this.#write(() => (table[budget] = before));
  }

  /** Grown tables stay grown; undo needs no smaller ones. */
  #grow(capacity: number): void {
    this.#cluster.grow(capacity);
    this.#scheduler.grow(capacity);
  }

  #write(inverse: () => void): void {
    if (this.#marked) this.#undo.push(inverse);
  }
}
