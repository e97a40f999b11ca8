/** What a simulation takes besides a world and a scenario, with honest defaults for what no object tells. */
import type { Millis } from '../../core/units.ts';
import type { NodeRepairFacts } from '../../facts.ts';
import type { Objectives } from '../../spec/cluster.ts';

export interface Span {
  readonly least: Millis;
  readonly most: Millis;
}

export interface NodePoolLimit {
  readonly name: string;
  /** Undefined: no limit is known. */
  readonly maxNodesPerZone: number | undefined;
}

export interface Provisioning {
  readonly engine: 'karpenter' | 'cluster-autoscaler';
  /** From the decision to a node that is Ready. */
  readonly nodeReady: Span;
  /** Pools that may grow, in the order in which they are tried; nodes are made after those that the world has. */
  readonly pools: readonly NodePoolLimit[];
}

export interface TwinOptions {
  readonly seed: number;
  /** From the binding of a pod until it is ready, as a whole. Undefined: from its images, init containers and probes. */
  readonly start: Span | undefined;
  /** Pull of an image that the node does not have. */
  readonly pull: Span;
  /** Until a container runs once its image is there. */
  readonly containerStart: Span;
  readonly initContainer: Span;
  /** What a pod needs to stop once it is told to; never more than its grace period. */
  readonly stop: Span;
  /** Attachment of a volume to a node. */
  readonly attach: Span;
  /** From the return of a machine until its kubelet reports. */
  readonly boot: Span;
  readonly repair: NodeRepairFacts | undefined;
  /** Until the cloud's controller deletes the Node object of a machine that is gone; undefined: it never does. */
  readonly cloudDeletesNodes: Span | undefined;
  readonly provisioning: Provisioning | undefined;
  /** The promises of the document, to be judged. */
  readonly objectives: Objectives | undefined;
  /** How long an upgrade keeps a drained node away. */
  readonly upgrade: Millis;
  /** Pods that the scheduler places in one second when nothing else holds it up. */
  readonly placementsPerSecond: number;
  /** Workloads of which fewer ready pods than this count as down, by id. */
  readonly quorums: ReadonlyMap<string, number>;
}

export const DEFAULT_OPTIONS: TwinOptions = {
  seed: 1,
  start: undefined,
  pull: { least: 1_000, most: 15_000 },
  containerStart: { least: 300, most: 2_000 },
  initContainer: { least: 500, most: 3_000 },
  stop: { least: 500, most: 5_000 },
  attach: { least: 2_000, most: 10_000 },
  boot: { least: 1_000, most: 10_000 },
  repair: undefined,
  cloudDeletesNodes: undefined,
  provisioning: undefined,
  objectives: undefined,
  upgrade: 180_000,
  placementsPerSecond: 500,
  quorums: new Map(),
};
