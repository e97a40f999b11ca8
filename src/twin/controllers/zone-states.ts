/**
 * How disrupted each zone is, and how fast it may be tainted: ComputeZoneState, handleDisruption, ReducedQPSFunc of
 * Kubernetes v1.36.3 pkg/controller/nodelifecycle/node_lifecycle_controller.go. Counters follow the nodes; no pass looks
 * at all of them.
 */
import type { Millis } from '../../core/units.ts';
import type { ControlPlaneSettings } from '../../inventory/world.ts';
import type { ClusterState, NodeIndex } from '../model/cluster-state.ts';
import { ZoneLimiter } from '../engine/token-bucket.ts';

export type ZoneState = 'initial' | 'normal' | 'partial' | 'full';

const EXCLUDED = 'node.kubernetes.io/exclude-disruption';

export interface Zone {
  readonly key: string;
  readonly limiter: ZoneLimiter;
  state: ZoneState;
  total: number;
  notReady: number;
}

export interface Zones {
  readonly of: (node: NodeIndex) => Zone;
  readonly count: (node: NodeIndex, change: { readonly total: number; readonly notReady: number }) => void;
  /** At the end of a pass; what it decided about the whole cluster. */
  readonly settle: (now: Millis) => 'as-before' | 'enter-master-disruption' | 'leave-master-disruption';
  readonly forget: (now: Millis) => void;
  readonly all: () => Iterable<Zone>;
}

/** Counts of the zones at rest, found once for a world. */
export type ZoneCounts = ReadonlyMap<string, { readonly total: number; readonly notReady: number }>;

export function zoneKey(state: ClusterState, node: NodeIndex): string {
  const { region, zone } = state.nodeSource(node);
  return `${region}\n${zone}`;
}

export function zoneCounts(state: ClusterState, isReady: (node: NodeIndex) => boolean): ZoneCounts {
  const counts = new Map<string, { total: number; notReady: number }>();
  for (let node = 0; node < state.nodeCount; node += 1) {
    if (!state.nodeExists(node) || isExcluded(state, node)) continue;
    const key = zoneKey(state, node);
    const known = counts.get(key) ?? { total: 0, notReady: 0 };
    known.total += 1;
    if (!isReady(node)) known.notReady += 1;
    counts.set(key, known);
  }
  return counts;
}

export function zonesOf(state: ClusterState, settings: ControlPlaneSettings, counts: ZoneCounts): Zones {
  const zones = new Map<string, Zone>();
  for (const [key, { total, notReady }] of counts) zones.set(key, newZone(key, settings, { total, notReady }, 0));
  for (const zone of zones.values()) setState(zone, computed(zone, settings), settings, 0);
  const zoneAt = (key: string, now: Millis): Zone => {
    const known = zones.get(key) ?? newZone(key, settings, { total: 0, notReady: 0 }, now);
    zones.set(key, known);
    return known;
  };
  return {
    all: () => zones.values(),
    of: (node) => zoneAt(zoneKey(state, node), 0),
    count: (node, { total, notReady }) => {
      if (isExcluded(state, node)) return;
      const zone = zoneAt(zoneKey(state, node), 0);
      zone.total += total;
      zone.notReady += notReady;
    },
    forget: (now) => {
      for (const [key, { total, notReady }] of zones) zones.set(key, newZone(key, settings, { total, notReady }, now));
    },
    settle: (now) => {
      const inhabited = [...zones.values()].filter(({ total }) => total > 0);
      const next = inhabited.map((zone) => computed(zone, settings));
      const allAre = next.every((state) => state === 'full');
      const allWere = inhabited.every(({ state }) => state === 'full');
      if (inhabited.length === 0 || (allAre && allWere)) return 'as-before';
      if (allAre) {
        for (const zone of inhabited) {
          zone.limiter.swap(0, now);
          zone.state = 'full';
        }
        return 'enter-master-disruption';
      }
      for (const [index, zone] of inhabited.entries()) {
        const state = next[index] ?? 'normal';
        if (allWere || zone.state !== state) setState(zone, state, settings, now);
      }
      return allWere ? 'leave-master-disruption' : 'as-before';
    },
  };
}

/** Nodes per second that may be tainted in a zone of this state. */
export function evictionRate(zone: Pick<Zone, 'total'>, state: ZoneState, settings: ControlPlaneSettings): number {
  if (state !== 'partial') return settings.nodeEvictionRate;
  return zone.total > settings.largeClusterSizeThreshold ? settings.secondaryNodeEvictionRate : 0;
}

function newZone(
  key: string,
  settings: ControlPlaneSettings,
  counts: { total: number; notReady: number },
  now: Millis,
): Zone {
  return { key, limiter: new ZoneLimiter(settings.nodeEvictionRate, now), state: 'initial', ...counts };
}

function computed({ total, notReady }: Zone, { unhealthyZoneThreshold }: ControlPlaneSettings): ZoneState {
  if (total > 0 && notReady === total) return 'full';
  // The controller compares 32-bit floats.
  return notReady > 2 && Math.fround(notReady / total) >= Math.fround(unhealthyZoneThreshold) ? 'partial' : 'normal';
}

function setState(zone: Zone, state: ZoneState, settings: ControlPlaneSettings, now: Millis): void {
  zone.limiter.swap(evictionRate(zone, state, settings), now);
  zone.state = state;
}

function isExcluded(state: ClusterState, node: NodeIndex): boolean {
  return Object.hasOwn(state.nodeSource(node).labels, EXCLUDED);
}
