/** Disks of the in-tree plugins, as a pod's volume or a PersistentVolume names them. */
import { isObject } from '../core/json.ts';
import type { Reader } from './objects.ts';
import { flag, into, text, textList } from './objects.ts';

/** Disks that a pod or a PersistentVolume names directly. The first four are compared by VolumeRestrictions. */
export type InTreeDisk =
  | { readonly kind: 'gcePersistentDisk'; readonly disk: string; readonly readOnly: boolean }
  | { readonly kind: 'awsElasticBlockStore'; readonly volumeId: string; readonly readOnly: boolean }
  | { readonly kind: 'iscsi'; readonly iqn: string; readonly readOnly: boolean }
  | {
      readonly kind: 'rbd';
      readonly monitors: readonly string[];
      readonly pool: string;
      readonly image: string;
      readonly readOnly: boolean;
    }
  | { readonly kind: 'azureDisk'; readonly uri: string; readonly managed: boolean }
  | { readonly kind: 'cinder'; readonly volumeId: string }
  | { readonly kind: 'portworxVolume'; readonly volumeId: string }
  /** Has a CSI driver too, but the scheduler never translates it. */
  | { readonly kind: 'azureFile' | 'vsphereVolume' };

/** A disk of a volume or a PersistentVolume; the same fields in both. */
export function readInTreeDisk(from: Reader): InTreeDisk | undefined {
  if (!isObject(from.value)) return undefined;
  for (const kind in from.value) if (Object.hasOwn(DISKS, kind)) return DISKS[kind]?.(into(from, kind));
  return undefined;
}

const DISKS: Readonly<Record<string, (source: Reader) => InTreeDisk>> = {
  gcePersistentDisk: (source) => ({
    kind: 'gcePersistentDisk',
    disk: text(source, 'pdName') ?? '',
    readOnly: flag(source, 'readOnly') ?? false,
  }),
  awsElasticBlockStore: (source) => ({
    kind: 'awsElasticBlockStore',
    volumeId: text(source, 'volumeID') ?? '',
    readOnly: flag(source, 'readOnly') ?? false,
  }),
  iscsi: (source) => ({
    kind: 'iscsi',
    iqn: text(source, 'iqn') ?? '',
    readOnly: flag(source, 'readOnly') ?? false,
  }),
  // SetDefaults_RBDVolumeSource: the pool is called rbd.
  rbd: (source) => ({
    kind: 'rbd',
    monitors: textList(source, 'monitors'),
    pool: text(source, 'pool') || 'rbd',
    image: text(source, 'image') ?? '',
    readOnly: flag(source, 'readOnly') ?? false,
  }),
  azureDisk: (source) => ({
    kind: 'azureDisk',
    uri: text(source, 'diskURI') ?? '',
    managed: text(source, 'kind')?.toLowerCase() === 'managed',
  }),
  cinder: (source) => ({ kind: 'cinder', volumeId: text(source, 'volumeID') ?? '' }),
  portworxVolume: (source) => ({ kind: 'portworxVolume', volumeId: text(source, 'volumeID') ?? '' }),
  azureFile: () => ({ kind: 'azureFile' }),
  vsphereVolume: () => ({ kind: 'vsphereVolume' }),
};
