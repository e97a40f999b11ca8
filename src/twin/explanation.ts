/** What the scheduler says of pods, node by node: the shape that `explain pods` prints and that the oracle answers with. */

/** Unschedulable: removing other pods could help. UnschedulableAndUnresolvable: it could not. */
export type FailureCode = 'Unschedulable' | 'UnschedulableAndUnresolvable';

export interface NodeExplanation {
  readonly node: string;
  readonly fits: boolean;
  /** The first filter that failed, in the scheduler's order. */
  readonly plugin?: string;
  readonly code?: FailureCode;
  /** The scheduler's own words. */
  readonly reasons?: readonly string[];
  /** Sum of `scores`. */
  readonly total?: number;
  /** Normalised to 0..100 and weighted, by plugin; a plugin that skipped the pod is absent. */
  readonly scores?: Readonly<Record<string, number>>;
}

export interface PreemptionCandidate {
  readonly node: string;
  /** `ns/name`, sorted. */
  readonly victims: readonly string[];
  /** Victims whose removal violates a disruption budget. */
  readonly pdbViolations: number;
}

export interface PreemptionExplanation {
  /** Every node on which removing pods of lower priority makes room. */
  readonly candidates: readonly PreemptionCandidate[];
  /** Candidates among which the scheduler chooses at random. */
  readonly best: readonly string[];
  /** Why there is no preemption at all: `preemptionPolicy: Never`. */
  readonly refused?: string;
}

export interface PodVerdict {
  /** `ns/name` */
  readonly pod: string;
  /** `Plugin: message` when the whole pod was refused before any node was looked at; `nodes` is then empty. */
  readonly preFilter?: string;
  /** In the scheduler's order of nodes; those a PreFilter result left out are there, with that plugin. */
  readonly nodes: readonly NodeExplanation[];
  /** Nodes with the highest total. */
  readonly best: readonly string[];
  /** Only for a pod that fits nowhere. */
  readonly preemption?: PreemptionExplanation;
}

export interface PodExplanation {
  readonly apiVersion: 'holdfast.dev/v1';
  readonly kind: 'PodExplanation';
  readonly kubernetesVersion: string;
  readonly pods: readonly PodVerdict[];
}
