/** What the autoscaling's own renderer reads beside the facts. */
import type { Bytes, Fraction, MilliCpu, Millis } from '../../core/units.ts';
import type { AutoscalingFacts, NodePoolFacts } from '../../facts.ts';

/** Values of the autoscaling's files: those of its decisions, and what the document says as it stands. */
export interface AutoscalingSettings {
  /** The pools of the facts, with what only their files say. */
  readonly pools: readonly NodePool[];
  /** The placeholder pods spread over zones too, not only over nodes. */
  readonly spreadHeadroom: boolean;
  /** Of the placeholder pods. */
  readonly priorityClass: string;
  /** True when no priority class of the scheduling suits the placeholder pods, so that one is rendered. */
  readonly ownPriorityClass: boolean;
  readonly unreadyPercentage: number;
  readonly provisionTime: Millis;
  readonly consolidateAfter: Millis;
  readonly expireAfter: Millis;
  readonly disruptedShare: Fraction;
  /** `v20260903`; the release of the provider's node image. */
  readonly nodeImage: string;
  readonly rootVolume: Bytes;
  readonly kubeletCertificates: 'signed' | 'self-signed';
  readonly metricsServer: { readonly cpu: MilliCpu; readonly memory: Bytes };
  readonly engineSize: { readonly cpu: MilliCpu; readonly memory: Bytes };
  readonly prometheus: string;
  readonly workloads: readonly ScaledWorkload[];
}

/** A pool with what only its files say. */
export interface NodePool extends NodePoolFacts {
  /** Value of the label that tells the GPU, `nvidia-l4`; null without GPUs. */
  readonly accelerator: string | null;
  /** Which pool grows first: higher goes first. */
  readonly priority: number;
}

/** One workload with the one thing that scales it. */
export interface ScaledWorkload {
  readonly namespace: string;
  readonly kind: 'Deployment' | 'StatefulSet';
  readonly name: string;
  readonly by: 'hpa' | 'keda';
  readonly minReplicas: number;
  readonly maxReplicas: number;
  readonly metric:
    | { readonly type: 'cpu' | 'memory'; /** Whole per cent of the requests. */ readonly utilization: number }
    | { readonly type: 'prometheus'; readonly query: string; readonly perPod: number };
  readonly scaleUp: { readonly percent: number; readonly pods: number };
  readonly scaleDown: { readonly percent: number; readonly window: Millis };
}

/** Facts with the settings: what a file may be made of. */
export interface Settled extends AutoscalingFacts {
  readonly pools: readonly NodePool[];
  readonly settings: AutoscalingSettings;
}
