/** What the recovery formula takes and gives. */
import type { Millis } from '../core/units.ts';
import type { ClientLimits, LeaderTimers, NodeTimers } from './recovery-timers.ts';

/** A time that lies between two bounds. */
export interface Span {
  readonly least: Millis;
  readonly most: Millis;
}

/** A time whose upper bound may not exist: null means that nothing ends it. */
export interface Bounds {
  readonly least: Millis;
  readonly most: Millis | null;
}

/** What is lost. */
export interface Loss {
  /** Nodes of the zone before the loss, those of the control plane among them. */
  readonly zoneNodes: number;
  /** Nodes of it that are lost; at least 1. */
  readonly lostNodes: number;
  /** Ready nodes in all other zones. */
  readonly otherReadyNodes: number;
  /** Pods to replace on each lost node. */
  readonly podsPerNode: number;
  /** Whether the leading controller manager may be among what is lost. */
  readonly leaders: 'elsewhere' | 'may-be-lost';
}

/** Where the replacements find room. */
export type Capacity =
  | { readonly kind: 'free' }
  | { readonly kind: 'placeholders' }
  | { readonly kind: 'autoscaler'; readonly nodeReady: Span }
  | { readonly kind: 'none' };

/** How the object of a dead node's pod goes away. */
export type Repair =
  | { readonly kind: 'none' }
  /** Time from the loss until the taint is set, or until the Node object is deleted. */
  | { readonly kind: 'out-of-service' | 'node-deleted'; readonly after: Span };

export type Workload =
  | { readonly kind: 'stateless' }
  | { readonly kind: 'stateful'; readonly volumes: boolean; readonly repair: Repair };

export interface RecoveryInput {
  readonly timers: NodeTimers;
  readonly clients: ClientLimits;
  readonly leader: LeaderTimers;
  readonly loss: Loss;
  readonly capacity: Capacity;
  readonly workload: Workload;
  /** Image pull, init containers and readiness of one replacement. */
  readonly start: Span;
}

export interface RecoveryStep {
  readonly id:
    | 'detection'
    | 'taint'
    | 'toleration'
    | 'deletion'
    | 'creation'
    | 'scheduling'
    | 'capacity'
    | 'start'
    | 'repair'
    | 'collection'
    | 'detach';
  readonly title: string;
  /** For the first displaced pod that is ready again, and for the last. */
  readonly first: Bounds;
  readonly last: Bounds;
  readonly because: string;
}

export interface RecoveryEstimate {
  /** In order; bounds add up. */
  readonly steps: readonly RecoveryStep[];
  readonly first: Bounds;
  readonly last: Bounds;
  /** Until Services send no more requests to the last of the lost pods; endpoint updates themselves take a second or two more. */
  readonly withdrawn: Bounds;
}
