/**
 * What filters and scores that one node decides said last, per shape and node. It holds while the node's version is the
 * one that was judged, so a stream of like pods judges only the nodes that changed in between.
 */
import { grown } from '../model/grown.ts';

/** Not judged yet; versions start at 1. */
const NEVER = 0;
export const UNKNOWN = -1;

export class ShapeCache {
  /** The version of the node that `failure` and `score` are of. */
  version: Int32Array;
  failure: Int16Array;
  /** Weighted sum of the scores that need no normalisation. */
  score: Int16Array;
  /** Cordon, taints and selection; UNKNOWN until it is asked. */
  fixedFailure: Int16Array;
  /** NodeAffinity before normalisation; UNKNOWN until it is asked. */
  preferred: Int32Array | undefined;

  constructor(capacity: number, hasPreferences: boolean) {
    this.version = new Int32Array(capacity).fill(NEVER);
    this.failure = new Int16Array(capacity);
    this.score = new Int16Array(capacity);
    this.fixedFailure = new Int16Array(capacity).fill(UNKNOWN);
    this.preferred = hasPreferences ? new Int32Array(capacity).fill(UNKNOWN) : undefined;
  }

  grow(capacity: number): void {
    this.version = grown(this.version, capacity, NEVER);
    this.failure = grown(this.failure, capacity);
    this.score = grown(this.score, capacity);
    this.fixedFailure = grown(this.fixedFailure, capacity, UNKNOWN);
    if (this.preferred !== undefined) this.preferred = grown(this.preferred, capacity, UNKNOWN);
  }

  /** The node's labels, taints or cordon changed, or it is another node now. */
  forget(node: number): void {
    this.version[node] = NEVER;
    this.fixedFailure[node] = UNKNOWN;
    if (this.preferred !== undefined) this.preferred[node] = UNKNOWN;
  }
}
