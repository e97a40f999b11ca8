/** Effects: a live cluster is read. Every request is a GET; Secrets are never asked for. */
import { HoldfastError } from '../../core/error.ts';
import { nearest } from '../../core/nearest.ts';
import type { KubernetesObject } from '../../system.ts';
import type { Connection } from './connection.ts';
import { type ServedKind, servedKinds } from './discovery.ts';
import { isKind, KUBEADM_CONFIG, NEVER_READ, READ_KINDS } from './kinds.ts';
import { listAll, type Listed, type ListOptions } from './list.ts';
import type { LiveObjects } from './live-objects.ts';
import { controllerOf } from '../indexes.ts';
import type { Unseen } from '../inventory.ts';
import { groupOf } from '../kinds.ts';

export interface ReadOptions extends ListOptions {
  /** The only namespace to read; cluster-wide kinds are read all the same. */
  readonly namespace?: string | undefined;
  /** Kinds beside those that are always read, `example.com/Database`, or `?/Database` of any group. */
  readonly moreKinds?: readonly string[];
  /** Called before a kind is asked for. */
  readonly onKind?: (kind: string) => void;
}

/**
 * Reads what the credentials may list; what they may not is in `unseen`.
 * @throws HoldfastError `cluster-unreachable`, `cluster-refuses`, `no-api-server`, `no-credentials`, `unknown-namespace`.
 */
export async function readLive(connection: Connection, options: ReadOptions = {}): Promise<LiveObjects> {
  const { namespace, moreKinds = [], onKind } = options;
  const wanted = [...READ_KINDS, ...moreKinds].filter((key) => key !== '*');
  const served = await servedKinds(connection);
  const objects: KubernetesObject[] = [];
  const unseen: Unseen[] = [];
  const take = (kind: string, listed: Listed): void => {
    if ('why' in listed) unseen.push({ kind, why: listed.why });
    else for (const object of listed.objects) objects.push(object);
  };
  const read = async (kind: ServedKind): Promise<void> => {
    if (NEVER_READ.has(kind.kind)) {
      unseen.push({ kind: kind.kind, why: 'It is never read.' });
      return;
    }
    onKind?.(kind.kind);
    const listed = await listAll(connection, pathOf(kind, namespace), options);
    if (kind.kind === '/Namespace' && namespace !== undefined) namespaceMustBe(namespace, listed, connection);
    take(kind.kind, listed);
  };
  for (const kind of served) if (wanted.some((key) => isKind(kind.kind, key))) await read(kind);
  // What an operator makes, it makes of an object that may say more: of backups, of how many members.
  const owners = ownerKinds(objects);
  const more = served.filter(({ kind }) => owners.has(kind) && !wanted.some((key) => isKind(kind, key)));
  for (const kind of more) await read(kind);
  if (namespace !== undefined || !wanted.includes(KUBEADM_CONFIG.kind))
    take(KUBEADM_CONFIG.kind, await listAll(connection, KUBEADM_CONFIG.path, options));
  return {
    context: connection.context,
    namespace,
    kubernetesVersion: await versionOf(connection),
    objects,
    unseen,
  };
}

function pathOf({ version, resource, namespaced }: ServedKind, namespace: string | undefined): string {
  if (!namespaced || namespace === undefined) return `${version}/${resource}`;
  return `${version}/namespaces/${encodeURIComponent(namespace)}/${resource}`;
}

/** Kinds of the controllers that objects belong to. */
function ownerKinds(objects: readonly KubernetesObject[]): ReadonlySet<string> {
  const owners = objects.map(controllerOf).filter((owner) => owner !== undefined);
  return new Set(owners.map(({ apiVersion, kind }) => `${groupOf(apiVersion)}/${kind}`));
}

/** A namespace with a slip in its name is empty, and nothing is wrong in an empty one. */
function namespaceMustBe(name: string, listed: Listed, { context }: Connection): void {
  if ('why' in listed) return;
  const names = listed.objects.map(({ metadata }) => metadata?.name ?? '');
  if (names.includes(name)) return;
  const near = nearest(name, names);
  throw new HoldfastError('unknown-namespace', `There is no namespace ${name} in the context ${context}.`, {
    hint: near === undefined ? `Namespaces are ${names.toSorted().join(', ')}.` : `Did you mean ${near}?`,
  });
}

async function versionOf(connection: Connection): Promise<string | undefined> {
  const { status, text } = await connection.get('/version');
  if (status !== 200) return undefined;
  return /"gitVersion":\s*"([^"]*)"/.exec(text)?.[1];
}
