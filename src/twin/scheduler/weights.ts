/** Weights of the score plugins, as in a KubeSchedulerConfiguration; 0 switches a plugin's score off. */
export interface Weights {
  readonly TaintToleration: number;
  readonly NodeAffinity: number;
  readonly NodeResourcesFit: number;
  readonly PodTopologySpread: number;
  readonly InterPodAffinity: number;
  readonly NodeResourcesBalancedAllocation: number;
  readonly ImageLocality: number;
}

/** Kubernetes v1.36.3 pkg/scheduler/apis/config/v1/default_plugins.go. */
export const DEFAULT_WEIGHTS: Weights = {
  TaintToleration: 3,
  NodeAffinity: 2,
  NodeResourcesFit: 1,
  PodTopologySpread: 2,
  InterPodAffinity: 2,
  NodeResourcesBalancedAllocation: 1,
  ImageLocality: 1,
};
