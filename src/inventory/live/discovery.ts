/** Which kinds a server serves, and under which paths: aggregated discovery, two requests. */
import { isObject } from '../../core/json.ts';
import type { Connection } from './connection.ts';
import { noApiServer, notLetIn } from './failures.ts';

export interface ServedKind {
  /** `apps/Deployment`, the core group being empty. */
  readonly kind: string;
  /** `/apis/apps/v1`. */
  readonly version: string;
  /** `deployments`. */
  readonly resource: string;
  readonly namespaced: boolean;
}

/** Stable since Kubernetes v1.30, on by default since v1.27: KEP-3352. */
const AGGREGATED = ['v2', 'v2beta1']
  .map((version) => `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`)
  .join(',');

/** Every kind that the server can list, each in the version that its group prefers. */
export async function servedKinds(connection: Connection): Promise<readonly ServedKind[]> {
  const served = new Map<string, ServedKind>();
  for (const kind of await allServed(connection)) if (!served.has(kind.kind)) served.set(kind.kind, kind);
  return [...served.values()];
}

/** Every kind in every version, the preferred one of its group first. */
export async function allServed(connection: Connection): Promise<readonly ServedKind[]> {
  const served: ServedKind[] = [];
  for (const root of ['/api', '/apis']) {
    const { status, text } = await connection.get(root, AGGREGATED);
    if (status !== 200) throw notLetIn(connection.context, status);
    const kinds = kindsIn(parse(text), root);
    if (kinds === undefined)
      throw noApiServer(
        connection.context,
        'does not say which kinds it serves: no API server of Kubernetes v1.27 or newer',
      );
    served.push(...kinds);
  }
  return served;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Every kind that can be listed, in the order of preference; undefined when this is no discovery document. */
export function kindsIn(document: unknown, root: string): readonly ServedKind[] | undefined {
  if (!isObject(document) || document['kind'] !== 'APIGroupDiscoveryList') return undefined;
  return list(document['items']).flatMap((group) => {
    const name = text(isObject(group['metadata']) ? group['metadata']['name'] : undefined);
    return list(group['versions']).flatMap((version) => {
      const path = `${root}/${name === '' ? '' : `${name}/`}${text(version['version'])}`;
      return list(version['resources']).flatMap((resource) => servedKind(resource, { group: name, version: path }));
    });
  });
}

function servedKind(
  { resource, responseKind, scope, verbs }: Readonly<Record<string, unknown>>,
  { group, version }: { group: string; version: string },
): readonly ServedKind[] {
  const kind = isObject(responseKind) ? text(responseKind['kind']) : '';
  if (kind === '' || !Array.isArray(verbs) || !verbs.includes('list')) return [];
  return [{ kind: `${group}/${kind}`, version, resource: text(resource), namespaced: scope === 'Namespaced' }];
}

function list(value: unknown): readonly Readonly<Record<string, unknown>>[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
