/** What the scheduler reads of a pod, computed once for all pods that it cannot tell apart. */
import type { HostPort } from '../../kubernetes/feasibility.ts';
import type { Labels } from '../../kubernetes/objects.ts';
import type { PodSpec } from '../../kubernetes/pod-spec.ts';
import type { Toleration } from '../../kubernetes/tolerations.ts';
import type { ShapeSource } from './cluster-state.ts';
import type { Counter, DomainCount } from './counters.ts';
import type { ShapeVolumes } from './volume-table.ts';

/** Amounts of resources by column of the node table; only those above zero. */
export interface Amounts {
  readonly columns: Int32Array;
  readonly amounts: Float64Array;
}

/** One hard spread constraint, with the counts that decide it. */
export interface HardSpread {
  readonly count: DomainCount;
  /** 1 when the pod matches its own selector. */
  readonly self: number;
  readonly maxSkew: number;
  readonly minDomains: number;
  /** The place of the constraint in the pod's list, for causes. */
  readonly place: number;
  /** Whether a pod of this shape is one that the constraint's selector matches, whatever the count says of it. */
  readonly selects: (labels: Labels) => boolean;
  /** False for an empty selector: it matches every pod, yet counts none. */
  readonly counts: boolean;
}

/** One soft spread constraint. */
export interface SoftSpread {
  readonly hostname: boolean;
  readonly count: DomainCount;
  readonly counter: Counter;
  readonly maxSkew: number;
}

/** Counts of pods that match, or have, an affinity term, with what each of them is worth. */
export interface WeightedCount {
  readonly count: DomainCount;
  readonly weight: number;
}

export interface Shape {
  readonly index: number;
  /** Equal for shapes of which every node says the same by itself, whatever other pods they mind and images it has. */
  readonly local: number;
  /** The same of the images too. */
  readonly localWithImages: number;
  /** Equal for shapes that select and tolerate the same nodes. */
  readonly selection: number;
  readonly source: ShapeSource;
  readonly namespace: string;
  readonly labels: Labels;
  readonly spec: PodSpec;
  readonly tolerations: readonly Toleration[];
  readonly priority: number;
  readonly neverPreempts: boolean;
  /** Why the scheduler does not even look at it: gates, or another scheduler's pod. */
  readonly barred: { readonly plugin: string; readonly message: string } | undefined;
  /** What a pending pod asks for. */
  readonly requests: Amounts;
  readonly requestedCpu: number;
  readonly requestedMemory: number;
  readonly nonZeroCpu: number;
  readonly nonZeroMemory: number;
  /** What a placed pod takes; differs while it is being resized. */
  readonly placed: Amounts;
  readonly placedNonZeroCpu: number;
  readonly placedNonZeroMemory: number;
  readonly hostPorts: readonly HostPort[];
  /** Images with a tag, one for each container and image volume. */
  readonly images: readonly string[];
  readonly containers: number;
  readonly volumes: ShapeVolumes | undefined;
  readonly hardSpread: readonly HardSpread[];
  readonly softSpread: readonly SoftSpread[];
  /** Nodes that lack a key of a soft constraint score 0; not so for the scheduler's own constraints. */
  readonly softNeedsAllKeys: boolean;
  /** Pods that match all required affinity terms, by the key of each term. */
  readonly affinity: readonly DomainCount[];
  /** True when the pod itself matches all its required affinity terms. */
  readonly affinityToSelf: boolean;
  /** Pods that match each required anti-affinity term. */
  readonly antiAffinity: readonly DomainCount[];
  /** Pods that have a required anti-affinity term that matches this shape. Grows as shapes come. */
  readonly refusedBy: DomainCount[];
  /** Preferred terms of the pod's own, and terms of others that match it. The latter grow as shapes come. */
  readonly preferences: WeightedCount[];
  /** Keys of the counters of its affinity terms, one for each term. */
  readonly terms: readonly string[];
  /** Counters that a placed pod of this shape is in, once for each time. */
  readonly counters: Counter[];
  /** Those of them that leave terminating pods out. */
  readonly activeCounters: Counter[];
}
