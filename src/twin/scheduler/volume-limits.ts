/** NodeVolumeLimits: how many volumes a CSI driver attaches to a node. Kubernetes v1.36.3 plugins/nodevolumelimits/csi.go. */
import type { Attachment } from '../../kubernetes/csi-migration.ts';
import { attachmentOfDisk, driverOfProvisioner } from '../../kubernetes/csi-migration.ts';
import type { CsiNode } from '../../kubernetes/storage.ts';
import type { Claim } from '../model/claims.ts';
import { FITS, failureId } from './failures.ts';

export const VOLUME_LIMIT = failureId({
  plugin: 'NodeVolumeLimits',
  code: 'Unschedulable',
  reasons: ['node(s) exceed max volume count'],
});

/** A volume as it is counted: by the driver, under a name that is one for the volume. */
export interface Counted {
  readonly driver: string;
  readonly unique: string;
}

export function counted({ driver, handle }: Pick<Attachment, 'driver' | 'handle'>): Counted {
  return { driver, unique: `${driver}/${handle}` };
}

/**
 * getCSIDriverInfo on a node with a CSINode: the claim's volume, else what its class will make, under the claim's name. A
 * node without CSINode has no limits, so what it would count does not matter.
 */
export function countedOfClaim(claim: Claim): Counted | undefined {
  const { volume } = claim;
  if (volume === undefined) {
    const provisioner = claim.storageClass?.spec.provisioner;
    const driver = provisioner === undefined || claim.className === '' ? undefined : driverOfProvisioner(provisioner);
    return driver === undefined
      ? undefined
      : counted({ driver: driver.driver, handle: `?/${claim.namespace}/${claim.name}` });
  }
  const source = volume.csi ?? (volume.disk === undefined ? undefined : attachmentOfDisk(volume.disk, volume.labels));
  return source === undefined || source.driver === '' || source.handle === '' ? undefined : counted(source);
}

export interface Limits {
  readonly byDriver: ReadonlyMap<string, number>;
  readonly least: number;
}

/** getVolumeLimits; undefined when the node has none. */
export function limitsOf(csi: CsiNode | undefined): Limits | undefined {
  const byDriver = new Map<string, number>();
  for (const { name, limit } of csi?.drivers ?? []) if (limit !== undefined) byDriver.set(name, limit);
  return byDriver.size === 0 ? undefined : { byDriver, least: Math.min(...byDriver.values()) };
}

/** What is attached to a node, or will be for the pods on it. */
export class Attached {
  /** Volumes of pods. */
  readonly #ofPods = new Set<string>();
  readonly #byDriver = new Map<string, number>();
  #total = 0;

  constructor(ofPods: Iterable<Counted>, ofAttachments: Iterable<Counted>) {
    for (const { unique, driver } of ofPods) {
      if (this.#ofPods.has(unique)) continue;
      this.#ofPods.add(unique);
      this.#count(driver);
    }
    const seen = new Set(this.#ofPods);
    for (const { unique, driver } of ofAttachments) {
      if (seen.has(unique)) continue;
      seen.add(unique);
      this.#count(driver);
    }
  }

  #count(driver: string): void {
    this.#total += 1;
    this.#byDriver.set(driver, (this.#byDriver.get(driver) ?? 0) + 1);
  }

  /**
   * `added` has each volume once. A new volume is known by the volumes of the node's pods only: one that a VolumeAttachment
   * alone tells of counts twice, as attached and as new.
   */
  failure(added: readonly Counted[], limits: Limits): number {
    // Most nodes are far from full.
    if (this.#total + added.length <= limits.least) return FITS;
    for (const { driver } of added) {
      const limit = limits.byDriver.get(driver);
      if (limit === undefined) continue;
      let more = 0;
      for (const other of added) if (other.driver === driver && !this.#ofPods.has(other.unique)) more += 1;
      if (more > 0 && (this.#byDriver.get(driver) ?? 0) + more > limit) return VOLUME_LIMIT;
    }
    return FITS;
  }
}
