/** What one random cluster is made of: sizes, names in use, and which features it leans on. */
import type { Draw } from './draw.ts';

/** Clusters lean on one area, or the first filter that fails would hide all behind it. */
export const focuses = ['mixed', 'plain', 'resources', 'affinity', 'spread', 'storage', 'preemption'] as const;
export type Focus = (typeof focuses)[number];

export interface Shape {
  readonly draw: Draw;
  readonly focus: Focus;
  readonly nodes: number;
  readonly placed: number;
  readonly pending: number;
  readonly zones: readonly string[];
  readonly nodeNames: readonly string[];
  readonly namespaces: readonly string[];
  /** Whether many pods share a start time; then no node has more than twelve. */
  readonly coarseStarts: boolean;
  /** Probability of a feature: `usual`, or much more where the cluster leans on it, or little where it leans elsewhere. */
  readonly odds: (feature: Feature, usual: number) => number;
}

export type Feature = 'resources' | 'affinity' | 'spread' | 'storage' | 'preemption' | 'nodes';

export interface Sizes {
  readonly nodes?: number;
  readonly placed?: number;
  readonly pending?: number;
  readonly focus?: Focus;
  /** False: no pod uses a volume. */
  readonly volumes?: boolean;
}

export const ZONE = 'topology.kubernetes.io/zone';
export const REGION = 'topology.kubernetes.io/region';
export const HOSTNAME = 'kubernetes.io/hostname';
export const BETA_ZONE = 'failure-domain.beta.kubernetes.io/zone';
export const BETA_REGION = 'failure-domain.beta.kubernetes.io/region';
export const apps = ['web', 'api', 'cart', 'queue', 'db', 'batch'] as const;
export const tiers = ['front', 'back', 'data'] as const;
export const releases = ['v1', 'v2'] as const;

const SOME = 6;
const FULL = 9;
const STABLY_SORTED = 12;
const FOCUS_FACTOR = 2.5;
const OTHER_FACTOR = 0.35;

export function shapeOf(draw: Draw, sizes: Sizes): Shape {
  const focus = sizes.focus ?? draw.pick(focuses);
  const nodes = sizes.nodes ?? draw.between(3, SOME * 2);
  const odds = (feature: Feature, usual: number): number => {
    if (feature === 'storage' && sizes.volumes === false) return 0;
    if (focus === 'mixed' || feature === 'nodes') return usual;
    // What preemption can undo goes with it.
    if (focus === 'preemption' && (feature === 'affinity' || feature === 'spread')) return usual;
    if (focus === feature) return Math.min(0.9, usual * FOCUS_FACTOR);
    return usual * OTHER_FACTOR;
  };
  const placed = sizes.placed ?? (focus === 'preemption' ? nodes * FULL : draw.between(nodes, nodes * SOME));
  return {
    draw,
    focus,
    nodes,
    placed,
    coarseStarts: placed <= nodes * STABLY_SORTED && draw.chance(0.4),
    pending: sizes.pending ?? draw.between(SOME, SOME * 3),
    zones: draw.weighted([
      [6, ['eu-west1-a', 'eu-west1-b', 'eu-west1-c']],
      [2, ['eu-west1-a', 'eu-west1-b']],
      [1, ['eu-west1-a']],
      [1, []],
    ]),
    nodeNames: Array.from({ length: nodes }, (_, index) => `node-${String(index)}`),
    namespaces: ['default', 'shop', 'team-a', 'team-b'],
    odds,
  };
}
