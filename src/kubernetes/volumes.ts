/** Volumes of a pod, as far as the scheduler, the attach controller or an outage depends on them. */
import { isObject } from '../core/json.ts';
import type { Reader } from './objects.ts';
import { flag, into, text } from './objects.ts';
import type { InTreeDisk } from './disks.ts';
import { readInTreeDisk } from './disks.ts';
import type { ClaimSpec } from './storage.ts';
import { readClaimSpec } from './storage.ts';

export type VolumeSource =
  | { readonly kind: 'claim'; readonly claim: string; readonly readOnly: boolean }
  /** A claim that a StatefulSet makes for each pod from its template of the volume's name; it outlives the pod. */
  | { readonly kind: 'claimTemplate'; readonly readOnly: boolean }
  /** A claim of the pod's own, made and deleted with it. */
  | { readonly kind: 'ephemeral'; readonly spec: ClaimSpec }
  | { readonly kind: 'hostPath'; readonly path: string }
  /** Mounted by its driver without a claim; it counts against no limit of a node. */
  | { readonly kind: 'csi'; readonly driver: string; readonly readOnly: boolean }
  /** ImageLocality counts it like a container's image. */
  | { readonly kind: 'image'; readonly reference: string }
  | InTreeDisk
  /** Any other source, by the name of its field: `emptyDir`, `configMap`, `nfs`. */
  | { readonly kind: 'other'; readonly source: string };

export interface Volume {
  readonly name: string;
  readonly source: VolumeSource;
}

export function readVolume(volume: Reader): Volume {
  return { name: text(volume, 'name') ?? '', source: readVolumeSource(volume) };
}

/** The claim that the pod of this name uses for the volume; undefined when it uses none. component-helpers storage/ephemeral, pkg/controller/statefulset/stateful_set_utils.go (getPersistentVolumeClaimName). */
export function claimOfVolume({ name, source }: Volume, pod: string): string | undefined {
  if (source.kind === 'claim') return source.claim;
  if (source.kind === 'ephemeral') return `${pod}-${name}`;
  return source.kind === 'claimTemplate' ? `${name}-${pod}` : undefined;
}

function readVolumeSource(volume: Reader): VolumeSource {
  const claim = into(volume, 'persistentVolumeClaim');
  if (isObject(claim.value))
    return { kind: 'claim', claim: text(claim, 'claimName') ?? '', readOnly: flag(claim, 'readOnly') ?? false };
  const ephemeral = into(volume, 'ephemeral');
  if (isObject(ephemeral.value))
    return { kind: 'ephemeral', spec: readClaimSpec(into(ephemeral, 'volumeClaimTemplate')) };
  const hostPath = into(volume, 'hostPath');
  if (isObject(hostPath.value)) return { kind: 'hostPath', path: text(hostPath, 'path') ?? '' };
  const csi = into(volume, 'csi');
  if (isObject(csi.value))
    return { kind: 'csi', driver: text(csi, 'driver') ?? '', readOnly: flag(csi, 'readOnly') ?? false };
  const image = into(volume, 'image');
  if (isObject(image.value)) return { kind: 'image', reference: text(image, 'reference') ?? '' };
  const disk = readInTreeDisk(volume);
  if (disk !== undefined) return disk;
  const source = isObject(volume.value) ? Object.keys(volume.value).find((key) => key !== 'name') : undefined;
  return { kind: 'other', source: source ?? 'emptyDir' };
}
