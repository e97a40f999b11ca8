/** Pods as columns. A number is never used for another pod, except after undo: what was removed must be found as it was. */
import type { NodeIndex, PodIndex, ShapeIndex } from './cluster-state.ts';
import { grown } from './grown.ts';
import type { PodLinks } from './node-table.ts';

const ACTIVE = 1;
const TERMINATING = 2;

export class PodTable implements PodLinks {
  /** Numbers ever used. */
  count = 0;
  shape: Int32Array;
  node: Int32Array;
  /** 0: the pod is gone. */
  state: Uint8Array;
  /** Creation or start, in milliseconds; later pods are less important to preemption. */
  startedAt: Float64Array;
  next: Int32Array;
  previous: Int32Array;
  /** 1 while it is deleted to make room for another. */
  victim: Uint8Array;
  /** The node that it is nominated to, or -1. */
  nominated: Int32Array;

  constructor(capacity: number) {
    this.shape = new Int32Array(capacity);
    this.node = new Int32Array(capacity).fill(-1);
    this.state = new Uint8Array(capacity);
    this.startedAt = new Float64Array(capacity);
    this.next = new Int32Array(capacity).fill(-1);
    this.previous = new Int32Array(capacity).fill(-1);
    this.nominated = new Int32Array(capacity).fill(-1);
    this.victim = new Uint8Array(capacity);
  }

  add(shape: ShapeIndex, startedAt: number): PodIndex {
    const pod = this.count;
    this.count += 1;
    if (this.count > this.shape.length) this.#grow(this.count * 2);
    this.shape[pod] = shape;
    this.node[pod] = -1;
    this.state[pod] = ACTIVE;
    this.startedAt[pod] = startedAt;
    this.nominated[pod] = -1;
    this.victim[pod] = 0;
    return pod;
  }

  /** The pod is gone. */
  drop(pod: PodIndex): void {
    this.state[pod] = 0;
  }

  /** Takes the last `add` back. */
  undoAdd(pod: PodIndex): void {
    this.state[pod] = 0;
    this.count = pod;
  }

  /** Takes `drop` back. */
  undoDrop(pod: PodIndex, terminating: boolean): void {
    this.state[pod] = terminating ? TERMINATING : ACTIVE;
  }

  lives(pod: PodIndex): boolean {
    return this.state[pod] !== 0;
  }

  isTerminating(pod: PodIndex): boolean {
    return this.state[pod] === TERMINATING;
  }

  setTerminating(pod: PodIndex, terminating: boolean): void {
    this.state[pod] = terminating ? TERMINATING : ACTIVE;
  }

  nodeOf(pod: PodIndex): NodeIndex {
    return this.node[pod] as number;
  }

  #grow(capacity: number): void {
    this.shape = grown(this.shape, capacity);
    this.node = grown(this.node, capacity, -1);
    this.state = grown(this.state, capacity);
    this.startedAt = grown(this.startedAt, capacity);
    this.next = grown(this.next, capacity, -1);
    this.previous = grown(this.previous, capacity, -1);
    this.nominated = grown(this.nominated, capacity, -1);
    this.victim = grown(this.victim, capacity);
  }
}
