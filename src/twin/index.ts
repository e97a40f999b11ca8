/** The twin: what the cluster's controllers would do, in process. Re-exports only. */
export type {
  NodeExplanation,
  PodExplanation,
  PodVerdict,
  PreemptionCandidate,
  PreemptionExplanation,
} from './explanation.ts';
export { explainPods, type ExplainOptions } from './explain-pods.ts';
export { createClusterState, type StateSettings } from './model/create-state.ts';
export type { ClusterState } from './model/cluster-state.ts';
export { sequencePods, type PodChoice, type PodSequence, type SequenceStep } from './sequence-pods.ts';
export { DEFAULT_OPTIONS, type NodePoolLimit, type Provisioning, type TwinOptions } from './engine/options.ts';
export { distributionOf } from './distribution.ts';
export { settingsOfPlan } from './plan-settings.ts';
export type { Simulation, Sweep, SweepFailure, WorkloadOutcome } from './results.ts';
export { simulate } from './simulate.ts';
export { planSweep, runSweep, summarise, sweep, type SweepPlan, type SweepQuestion } from './sweep.ts';
export { Twin, type TwinSettings } from './twin.ts';
