/** From a pending pod to a ready machine, how many machines per minute, and when a machine that does not come is given up. */
import type { Millis, PerSecond } from '../../core/units.ts';
import type { Engine } from './engine.ts';
import { mostNodes, standingNodes } from './node-pools.ts';
import type { Section } from './section.ts';
import type { NodePool } from './settings.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
/** Karpenter gathers pods until none came for 1 s, at most for 10 s (karpenter v1.14.1 pkg/operator/options/options.go). */
export const KARPENTER_BATCH = { idle: SECOND, most: 10 * SECOND } as const;
/** Cluster Autoscaler leaves pods younger than 2 s alone and orders within 60 s in clusters of up to 1,000 nodes (cluster-autoscaler-1.36.1 FAQ.md, service level objectives). */
export const AUTOSCALER_ORDER = { youngest: 2 * SECOND, most: MINUTE } as const;
/** Without a sign of life for three times the slowest boot, a machine will not come. */
const GIVE_UP_AFTER_BOOTS = 3;
const LEAST_PROVISION = 3 * MINUTE;
/** --max-node-provision-time is 15m by default. */
const MOST_PROVISION = 15 * MINUTE;

/** From a pending pod to a ready machine; null without an engine. */
export function nodeReadyTime(
  engine: Engine,
  { nodeBoot }: Pick<Section, 'nodeBoot'>,
): { readonly least: Millis; readonly most: Millis } | null {
  if (engine === 'none') return null;
  const slow = Math.max(nodeBoot.least, nodeBoot.most);
  if (engine === 'karpenter')
    return { least: KARPENTER_BATCH.idle + nodeBoot.least, most: KARPENTER_BATCH.most + slow };
  return { least: AUTOSCALER_ORDER.youngest + nodeBoot.least, most: AUTOSCALER_ORDER.most + slow };
}

/** When Cluster Autoscaler gives a machine up and tries another group: three slow boots in whole minutes, 3 to 15. */
export function provisionTime({ nodeBoot }: Pick<Section, 'nodeBoot'>): Millis {
  const wanted = Math.ceil((GIVE_UP_AFTER_BOOTS * nodeBoot.most) / MINUTE) * MINUTE;
  return Math.min(MOST_PROVISION, Math.max(LEAST_PROVISION, wanted));
}

/** Machines per minute that each stage lets through. */
export interface ScaleUpStages {
  /** Machines between the least and the most of all pools: more cannot be added at all. */
  readonly room: number;
  readonly launches: number;
  /** Machines that new pods can fill: the controller manager creates pods one call each. */
  readonly podCreation: number;
}

/** The stages of a scale-up; null without an engine. */
export function scaleUpStages(
  engine: Engine,
  section: Pick<Section, 'launchRate' | 'podsPerNode'>,
  from: { readonly pools: readonly NodePool[]; readonly podsPerSecond: number },
): ScaleUpStages | null {
  if (engine === 'none') return null;
  return {
    room: from.pools.reduce((sum, pool) => sum + mostNodes(pool) - standingNodes(pool), 0),
    launches: perMinute(section.launchRate),
    podCreation: perMinute(from.podsPerSecond / section.podsPerNode),
  };
}

/** Machines per second of the narrowest stage. */
export function scaleUpRate(stages: ScaleUpStages): PerSecond {
  return Math.min(stages.room, stages.launches, stages.podCreation) / 60;
}

/** The narrowest stage. */
export function narrowest(stages: ScaleUpStages): keyof ScaleUpStages {
  const order = ['room', 'launches', 'podCreation'] as const;
  return order.reduce((least, stage) => (stages[stage] < stages[least] ? stage : least));
}

function perMinute(rate: PerSecond): number {
  return Number((rate * 60).toFixed(2));
}
