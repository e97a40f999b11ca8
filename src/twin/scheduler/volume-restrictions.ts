/**
 * VolumeRestrictions: disks of the in-tree plugins on one node, and claims that one pod alone may use. Kubernetes v1.36.3
 * plugins/volumerestrictions/volume_restrictions.go.
 */
import type { InTreeDisk } from '../../kubernetes/disks.ts';
import { failureId } from './failures.ts';

export const DISK_CONFLICT = failureId({
  plugin: 'VolumeRestrictions',
  code: 'Unschedulable',
  reasons: ['node(s) had no available disk'],
});
export const USED_BY_ANOTHER_POD = failureId({
  plugin: 'VolumeRestrictions',
  code: 'Unschedulable',
  reasons: [
    'node(s) unavailable due to PersistentVolumeClaim with ReadWriteOncePod access mode already in-use by another pod',
  ],
});

/** Disks that are compared (needsRestrictionsCheck). */
export function isRestricted({ kind }: InTreeDisk): boolean {
  return kind === 'gcePersistentDisk' || kind === 'awsElasticBlockStore' || kind === 'iscsi' || kind === 'rbd';
}

/** isVolumeConflict: the same disk twice on a node, unless both only read. An EBS volume is never shared. */
export function disksConflict(a: InTreeDisk, b: InTreeDisk): boolean {
  if (a.kind === 'awsElasticBlockStore') return b.kind === a.kind && a.volumeId === b.volumeId;
  if (a.kind === 'gcePersistentDisk') return b.kind === a.kind && a.disk === b.disk && !(a.readOnly && b.readOnly);
  if (a.kind === 'iscsi') return b.kind === a.kind && a.iqn === b.iqn && !(a.readOnly && b.readOnly);
  if (a.kind !== 'rbd' || b.kind !== 'rbd') return false;
  const sameImage = a.pool === b.pool && a.image === b.image && a.monitors.some((one) => b.monitors.includes(one));
  return sameImage && !(a.readOnly && b.readOnly);
}

/**
 * How often placed pods use claims that the pod in question wants for itself: counted once a cycle (PreFilter), then moved
 * along with the pods that are taken away or put back to see what would be (AddPod, RemovePod).
 */
export interface SoleUse {
  /** ReadWriteOncePod claims of the pod, by name. The moves compare names alone, whatever the namespace. */
  readonly names: ReadonlySet<string>;
  conflicts: number;
  /** The plugin has nothing to do in this cycle: pods that come into play later are not looked at. */
  readonly skipped: boolean;
}

export function soleUse(names: ReadonlySet<string>, used: number, hasDisks: boolean): SoleUse {
  return { names, conflicts: used, skipped: !hasDisks && used === 0 };
}

/** A pod with these claims, one for each volume, comes into the game or leaves it. */
export function moveSoleUse(use: SoleUse, claimNames: readonly string[], sign: 1 | -1): void {
  if (use.names.size === 0) return;
  for (const name of claimNames) if (use.names.has(name)) use.conflicts += sign;
}
