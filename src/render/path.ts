/** Where an artifact stands in the tree. */
import type { Artifact } from '../system.ts';

/** The folder of all that goes to the management cluster; nothing else is in it, and none of it is elsewhere. */
export const MANAGEMENT_FOLDER = 'management';

/** `etcd/objects/…`, or `management/etcd/objects/…` for another cluster than the one that is planned. */
export function pathInTree(system: string, { path, target }: Pick<Artifact, 'path' | 'target'>): string {
  return target === 'management' ? `${MANAGEMENT_FOLDER}/${system}/${path}` : `${system}/${path}`;
}
