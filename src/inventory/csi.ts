/** What CSI drivers tell of nodes, of room and of attached volumes. */
import type { CsiDriver, CsiNode, StorageCapacity, VolumeAttachment } from '../kubernetes/storage.ts';
import { readCsiDriver, readCsiNode, readStorageCapacity, readVolumeAttachment } from '../kubernetes/storage.ts';
import { ofKind } from './indexes.ts';
import type { RelationInputs } from './relations.ts';

export interface CsiState {
  /** By the node's name. */
  readonly nodes: ReadonlyMap<string, CsiNode>;
  readonly drivers: ReadonlyMap<string, CsiDriver>;
  readonly capacities: readonly StorageCapacity[];
  readonly attachments: readonly VolumeAttachment[];
}

export function buildCsi({ index, refuseIn }: Pick<RelationInputs, 'index' | 'refuseIn'>): CsiState {
  const read = <T>(kind: string, of: (object: unknown, refuse: ReturnType<typeof refuseIn>) => T): readonly T[] =>
    ofKind(index, `storage.k8s.io/${kind}`).map((sourced) => of(sourced.object, refuseIn(sourced)));
  return {
    nodes: new Map(read('CSINode', readCsiNode).map((node) => [node.name, node])),
    drivers: new Map(read('CSIDriver', readCsiDriver).map((driver) => [driver.name, driver])),
    capacities: read('CSIStorageCapacity', readStorageCapacity),
    attachments: read('VolumeAttachment', readVolumeAttachment),
  };
}
