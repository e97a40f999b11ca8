/** What was read of a live cluster, as plain data: a worker thread makes the same inventory of it. */
import type { KubernetesObject } from '../../system.ts';
import type { Sourced } from '../identity.ts';
import { countUnknown, type Inventory, type LiveReading } from '../inventory.ts';

export interface LiveObjects extends LiveReading {
  /** As they are stored, without `managedFields` unless they were wanted. */
  readonly objects: readonly KubernetesObject[];
}

export function inventoryOfLive({ objects, ...live }: LiveObjects): Inventory {
  const origin = { context: live.context };
  const sourced = objects.map((object): Sourced => ({ object, origin }));
  return {
    objects: sourced,
    configurations: [],
    clusterDocuments: [],
    unknownKinds: countUnknown(sourced),
    passedOver: [],
    problems: [],
    live,
  };
}
