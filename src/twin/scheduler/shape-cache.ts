/**
 * What filters and scores that one node decides said last, per shape and node. It holds while the node's version is the
 * one that was judged, so a stream of like pods judges only the nodes that changed in between.
 */
import { grown } from '../model/grown.ts';

/** Not judged yet; versions start at 1. */
const NEVER = 0;

export class ShapeCache {
  /** The version of the node that `failure` and `score` are of. */
  version: Int32Array;
  failure: Int16Array;
  /** Weighted sum of the scores that need no normalisation. */
  score: Int16Array;
  /** By class of node: what cordon, taints and selection say; NodeAffinity and TaintToleration before normalisation. */
  readonly fixed: number[] = [];
  readonly preferred: number[] = [];
  readonly unwanted: number[] = [];
  #generation = 0;

  /** False for shapes that single nodes out: they are judged node by node. */
  byClass: boolean;

  constructor(capacity: number, byClass: boolean) {
    this.byClass = byClass;
    this.version = new Int32Array(capacity).fill(NEVER);
    this.failure = new Int16Array(capacity);
    this.score = new Int16Array(capacity);
  }

  grow(capacity: number): void {
    this.version = grown(this.version, capacity, NEVER);
    this.failure = grown(this.failure, capacity);
    this.score = grown(this.score, capacity);
  }

  /** Forgets everything, for another kind of shapes. */
  reset(byClass: boolean): void {
    this.byClass = byClass;
    this.version.fill(NEVER);
    this.#forgetClasses();
  }

  /** Forgets what it knows of classes when they are new ones. */
  follow(generation: number): void {
    if (this.#generation === generation) return;
    this.#generation = generation;
    this.#forgetClasses();
  }

  #forgetClasses(): void {
    this.fixed.length = 0;
    this.preferred.length = 0;
    this.unwanted.length = 0;
  }
}
