/** Random clusters as plain manifests: realistic and nasty, the same for the same seed. */
import type { Manifest } from '../oracle.ts';
import { drawFrom } from './draw.ts';
import { nodesOf } from './nodes.ts';
import { podsOf } from './pods.ts';
import { policiesOf } from './policies.ts';
import { type Sizes, shapeOf } from './shape.ts';
import { storageOf } from './storage.ts';

export interface RandomCluster {
  readonly seed: number;
  readonly objects: readonly Manifest[];
}

/** A cluster of this seed. Everything in it passes the API's validation. */
export function randomCluster(seed: number, sizes: Sizes = {}): RandomCluster {
  const shape = shapeOf(drawFrom(seed), sizes);
  const nodes = nodesOf(shape);
  const policies = policiesOf(shape);
  const storage = storageOf(shape);
  const pods = podsOf(shape, policies, storage);
  return {
    seed,
    objects: [...policies.objects.map((object) => scaled(object, pods)), ...nodes, ...storage.objects, ...pods],
  };
}

/** A controller that wants as many pods as it has: a reader that makes the missing ones has none to make. */
function scaled(object: Manifest, pods: readonly Manifest[]): Manifest {
  const { uid } = object['metadata'] as { uid?: string };
  if (uid === undefined || !uid.startsWith('owner-')) return object;
  const replicas = pods.filter((pod) => isActive(pod) && ownerOf(pod) === uid).length;
  return { ...object, spec: { ...(object['spec'] as object), replicas } };
}

function ownerOf(pod: Manifest): string | undefined {
  const { ownerReferences } = pod['metadata'] as { ownerReferences?: readonly { uid: string }[] };
  return ownerReferences?.[0]?.uid;
}

function isActive(pod: Manifest): boolean {
  const { deletionTimestamp } = pod['metadata'] as { deletionTimestamp?: string };
  const { phase } = pod['status'] as { phase?: string };
  return deletionTimestamp === undefined && phase !== 'Succeeded' && phase !== 'Failed';
}
