/** What `simulate` and `sweep` answer, as it is printed: seconds from the start of the scenario, names as people write them. */
import type { Cause } from './control-plane/timeline.ts';

/**
 * `down`: no ready endpoint, or fewer than the declared quorum. `degraded`: fewer ready than desired. `frozen`: serving,
 * but nobody can change or repair it.
 */
export type WorkloadState = 'up' | 'degraded' | 'down' | 'frozen';

export interface WorkloadInterval {
  /** Seconds. */
  readonly from: number;
  /** Absent: to the horizon. */
  readonly to?: number;
  readonly state: WorkloadState;
  /** The fewest ready pods within it. */
  readonly ready: number;
  /** The chain in one line, `a → b → c at cart.yaml:41`; empty while it is up. */
  readonly cause: string;
  /** The same, link by link. */
  readonly causes: readonly Cause[];
}

export interface WorkloadOutcome {
  /** `Deployment/shop/cart`. */
  readonly workload: string;
  readonly replicas: number;
  readonly intervals: readonly WorkloadInterval[];
  readonly downSeconds: number;
  readonly degradedSeconds: number;
  /** When all wanted pods were ready again, and stayed so; absent when they never were less, or never again. */
  readonly recoveredAt?: number;
  /** Its pods hold room for others: a priority below 0. */
  readonly placeholder?: true;
}

export interface ControlPlaneInterval {
  readonly from: number;
  readonly to?: number;
  /** `read-only`: no writes. `no-controllers`: the API answers, but nothing reacts to losses or places pods. */
  readonly state: 'up' | 'read-only' | 'down' | 'no-controllers';
  readonly cause: string;
  readonly causes: readonly Cause[];
}

export interface ObjectiveVerdict {
  /** As the document names it: `nodeFailureRecovery`. */
  readonly name: string;
  readonly verdict: 'kept' | 'missed' | 'unknown';
  /** `2 m`; absent when the document does not promise it. */
  readonly promised?: string;
  readonly measured?: string;
  readonly evidence: string;
}

export interface Simulation {
  readonly apiVersion: 'holdfast.dev/v1';
  readonly kind: 'Simulation';
  /** Its name. */
  readonly scenario: string;
  readonly faults: readonly { readonly fault: string; readonly from: number; readonly to?: number }[];
  readonly seed: number;
  readonly horizonSeconds: number;
  readonly kubernetesVersion: string;
  /** By id. */
  readonly workloads: readonly WorkloadOutcome[];
  readonly controlPlane: { readonly intervals: readonly ControlPlaneInterval[] };
  /** Pods that wait for a node at the horizon. */
  readonly pendingAtEnd: number;
  readonly objectives: readonly ObjectiveVerdict[];
  /** What had to be assumed, one sentence each. */
  readonly assumed: readonly string[];
}

export interface SweepFailure {
  /** As `--lose` takes it: `zone=us-west-2b`, two joined by ` + `. */
  readonly fault: string;
  readonly workloadsDown: readonly string[];
  readonly workloadsDegraded: readonly string[];
  /** The longest that a workload is down. */
  readonly worstSeconds: number;
  readonly pendingAtEnd: number;
  readonly objectivesMissed: readonly string[];
  /** Why the workload that is down longest is down; empty when none is. */
  readonly cause: string;
  /** `up`, or what the control plane is in the end: an election or a takeover is no loss of it. */
  readonly controlPlane: ControlPlaneInterval['state'];
}

export interface Sweep {
  readonly apiVersion: 'holdfast.dev/v1';
  readonly kind: 'Sweep';
  readonly seed: number;
  readonly horizonSeconds: number;
  readonly kubernetesVersion: string;
  readonly domains: readonly string[];
  readonly depth: 1 | 2;
  /** Worst first. */
  readonly failures: readonly SweepFailure[];
  /** Combinations that were not run: pairs of nodes that share nothing, or what an interruption left. */
  readonly leftOut: number;
  /** Single failures that take a workload or the control plane down. */
  readonly singlePoints: readonly string[];
}
