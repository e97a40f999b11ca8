/** Where the cluster document writes what no object holds: the cluster's own fields, its regions and zones, the machines of its pools. */
import type { Position } from '../core/error.ts';
import type { World } from '../inventory/world.ts';
import type { FieldPath } from '../kubernetes/objects.ts';
import type { ParsedDocument } from '../spec/parse.ts';
import type { NamedTarget } from './rule.ts';

/** What of a document places are told by. */
export type DocumentPlaces = Pick<ParsedDocument, 'cluster' | 'locateField'>;

/** The field, or the nearest that is written; undefined for what is not of the document. */
export function documentPlace(
  { kind, name }: NamedTarget,
  path: FieldPath,
  { document, nodes }: { readonly document: DocumentPlaces | undefined; readonly nodes: World['nodes'] },
): Position | undefined {
  if (document === undefined) return undefined;
  const { cluster, locateField } = document;
  if (kind === 'Cluster') return cluster.name === name ? locateField(path) : undefined;
  if (kind === 'Region') {
    const region = cluster.regions.findIndex((one) => one.name === name);
    return region === -1 ? undefined : locateField(['spec', 'regions', region]);
  }
  if (kind === 'Zone') {
    const region = cluster.regions.findIndex(({ zones }) => zones.includes(name));
    const zone = cluster.regions[region]?.zones.indexOf(name);
    return zone === undefined ? undefined : locateField(['spec', 'regions', region, 'zones', zone]);
  }
  const node = kind === 'Node' ? nodes.find((one) => one.name === name && one.sourced === undefined) : undefined;
  const pool = cluster.pools.findIndex((one) => one.name === node?.pool);
  return pool === -1 ? undefined : locateField(['spec', 'pools', pool]);
}
