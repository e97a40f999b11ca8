/**
 * Effects: the objects that Holdfast renders against those of a live cluster. Everything is read; with `dryRun` the API
 * server is also asked what an apply would leave, which needs the right to patch and keeps nothing.
 */
import { isObject } from '../../core/json.ts';
import type { KubernetesObject } from '../../system.ts';
import { groupOf, scopeOf } from '../kinds.ts';
import type { Connection, Reply } from './connection.ts';
import { allServed, type ServedKind } from './discovery.ts';
import { NEVER_READ, sayKind } from './kinds.ts';
import { listAll, patiently } from './list.ts';

/** One rendered object and where it is in the tree. */
export interface RenderedObject {
  readonly object: KubernetesObject;
  readonly file: string;
}

export type ComparedObject = { readonly rendered: RenderedObject } & (
  | { readonly state: 'missing' | 'not-served' }
  /** Nobody could look. */
  | { readonly state: 'unread'; readonly why: string }
  | {
      readonly state: 'present';
      readonly live: KubernetesObject;
      /** What an apply would leave; undefined where no dry run was made. */
      readonly applied?: KubernetesObject;
      /** Why the dry run was refused. */
      readonly refused?: string;
    }
);

export interface Comparison {
  readonly context: string;
  readonly objects: readonly ComparedObject[];
  /** Objects with Holdfast's labels for this cluster that nothing renders. */
  readonly extra: readonly KubernetesObject[];
  /** Kinds of which such objects may be there unseen, with the reason. */
  readonly unlisted: readonly { readonly kind: string; readonly why: string }[];
}

export interface CompareOptions {
  /** Of the document. */
  readonly cluster: string;
  readonly dryRun: boolean;
  /** The only namespace that is compared, with what belongs to none. */
  readonly namespace?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Rendered for another cluster; never extra, should that be this one. */
  readonly elsewhere?: readonly RenderedObject[];
}

/**
 * @throws HoldfastError `cluster-unreachable`, `cluster-refuses`, `no-api-server`, `no-credentials`.
 */
export async function compareWithLive(
  connection: Connection,
  rendered: readonly RenderedObject[],
  options: CompareOptions,
): Promise<Comparison> {
  const served = await allServed(connection);
  const wanted = rendered.filter(({ object }) => isWithin(object, served, options.namespace));
  const { dryRun, signal } = options;
  const objects = await inParallel(wanted, (one) => compareObject(connection, one, { served, dryRun, signal }));
  const known = [...rendered, ...(options.elsewhere ?? [])].map(({ object }) => identityOf(object, served));
  return { context: connection.context, objects, ...(await extraObjects(connection, { served, known, options })) };
}

function isWithin(object: KubernetesObject, served: readonly ServedKind[], namespace: string | undefined): boolean {
  return namespace === undefined || (namespaceIn(object, servedAs(object, served)) ?? namespace) === namespace;
}

interface ObjectOptions {
  readonly served: readonly ServedKind[];
  readonly dryRun: boolean;
  readonly signal: AbortSignal | undefined;
}

async function compareObject(
  connection: Connection,
  rendered: RenderedObject,
  { served, dryRun, signal }: ObjectOptions,
): Promise<ComparedObject> {
  const { object } = rendered;
  const kind = servedAs(object, served);
  if (kind === undefined) return { rendered, state: 'not-served' };
  if (NEVER_READ.has(kind.kind)) return { rendered, state: 'unread', why: `${sayKind(kind.kind)}s are never read.` };
  const path = pathOf(object, kind);
  const reply = await patiently(() => connection.get(path), signal);
  if (reply.status === 404) return { rendered, state: 'missing' };
  const live = objectIn(reply);
  if (live === undefined) return { rendered, state: 'unread', why: sayRefusal('reading it', reply) };
  if (!dryRun) return { rendered, state: 'present', live };
  const answer = await patiently(() => connection.dryRunApply(path, object), signal);
  const applied = objectIn(answer);
  if (applied !== undefined) return { rendered, state: 'present', live, applied };
  return { rendered, state: 'present', live, refused: sayRefusal('the dry run', answer) };
}

function servedAs({ apiVersion, kind }: KubernetesObject, served: readonly ServedKind[]): ServedKind | undefined {
  const version = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  return served.find((one) => one.version === version && one.kind === `${groupOf(apiVersion)}/${kind}`);
}

function pathOf(object: KubernetesObject, kind: ServedKind): string {
  const namespace = namespaceIn(object, kind);
  const folder = namespace === undefined ? '' : `/namespaces/${encodeURIComponent(namespace)}`;
  return `${kind.version}${folder}/${kind.resource}/${encodeURIComponent(object.metadata?.name ?? '')}`;
}

/** Undefined for what belongs to no namespace. */
function namespaceIn(object: KubernetesObject, kind: ServedKind | undefined): string | undefined {
  const namespaced = kind?.namespaced ?? scopeOf(object.apiVersion, object.kind) !== 'cluster';
  return namespaced ? (object.metadata?.namespace ?? 'default') : undefined;
}

function identityOf(object: KubernetesObject, served: readonly ServedKind[]): string {
  const group = groupOf(object.apiVersion);
  const kind = served.find((one) => one.kind === `${group}/${object.kind}`);
  return [group, object.kind, namespaceIn(object, kind) ?? '', object.metadata?.name ?? ''].join('/');
}

function objectIn({ status, text }: Reply): KubernetesObject | undefined {
  if (status !== 200 && status !== 201) return undefined;
  const value = parsed(text);
  return isObject(value) && typeof value['kind'] === 'string' && typeof value['apiVersion'] === 'string'
    ? (value as KubernetesObject)
    : undefined;
}

const LONGEST_REASON = 300;

/** What the server says of it, shortened: `the dry run is refused (403): …`. */
function sayRefusal(what: string, { status, text }: Reply): string {
  const value = parsed(text);
  const message =
    isObject(value) && typeof value['message'] === 'string' ? value['message'].replaceAll(/\s+/g, ' ') : '';
  const short = message.length > LONGEST_REASON ? `${message.slice(0, LONGEST_REASON)}…` : message;
  return `The API server refuses ${what} (${status})${short === '' ? '' : `: ${short}`}`;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Kinds whose objects carry the labels of another object because a controller copies them. */
const COPIES: ReadonlySet<string> = new Set([
  '/Endpoints',
  'discovery.k8s.io/EndpointSlice',
  '/Pod',
  '/Event',
  'events.k8s.io/Event',
]);
/** Groups that only measure what others hold, with its labels. */
const MEASURES = /^(?:[a-z]+\.)?metrics\.k8s\.io\//;
/** Names and labels alone: what such objects hold is not asked for. */
const METADATA_ONLY = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1';

interface ExtraInputs {
  readonly served: readonly ServedKind[];
  readonly known: readonly string[];
  readonly options: CompareOptions;
}

async function extraObjects(
  connection: Connection,
  { served, known, options }: ExtraInputs,
): Promise<Pick<Comparison, 'extra' | 'unlisted'>> {
  const kinds = new Map<string, ServedKind>();
  for (const kind of served) if (!kinds.has(kind.kind) && mayBeRendered(kind)) kinds.set(kind.kind, kind);
  const rendered = new Set(known);
  const extra: KubernetesObject[] = [];
  const unlisted: Comparison['unlisted'][number][] = [];
  const metadataOnly = { ...connection, get: (path: string) => connection.get(path, METADATA_ONLY) };
  const seen = new Set<string>();
  await inParallel([...kinds.values()], async (kind) => {
    const listed = await listAll(metadataOnly, listPath(kind, options), { signal: options.signal });
    if ('why' in listed) {
      unlisted.push({ kind: kind.kind, why: listed.why });
      return;
    }
    for (const { metadata } of listed.objects) {
      const object = { apiVersion: apiVersionOf(kind), kind: nameOf(kind), metadata } as KubernetesObject;
      const { uid, ownerReferences } = (metadata ?? {}) as {
        readonly uid?: unknown;
        readonly ownerReferences?: unknown;
      };
      if (Array.isArray(ownerReferences) && ownerReferences.length > 0) continue;
      if (rendered.has(identityOf(object, served)) || seen.has(String(uid))) continue;
      seen.add(String(uid));
      extra.push(object);
    }
  });
  return {
    extra: extra.toSorted((a, b) => (identityOf(a, served) < identityOf(b, served) ? -1 : 1)),
    unlisted: unlisted.toSorted((a, b) => (a.kind < b.kind ? -1 : 1)),
  };
}

function mayBeRendered({ kind }: ServedKind): boolean {
  return !COPIES.has(kind) && !NEVER_READ.has(kind) && !MEASURES.test(kind);
}

function listPath({ version, resource, namespaced }: ServedKind, { cluster, namespace }: CompareOptions): string {
  const selector = encodeURIComponent(`app.kubernetes.io/managed-by=holdfast,app.kubernetes.io/part-of=${cluster}`);
  const folder = namespaced && namespace !== undefined ? `/namespaces/${encodeURIComponent(namespace)}` : '';
  return `${version}${folder}/${resource}?labelSelector=${selector}`;
}

function apiVersionOf({ version }: ServedKind): string {
  return version.replace(/^\/apis?\//, '');
}

function nameOf({ kind }: ServedKind): string {
  return kind.slice(kind.indexOf('/') + 1);
}

/** Requests under way at once; an API server takes 400 that read (Kubernetes v1.36.3, --max-requests-inflight). */
const AT_ONCE = 8;

async function inParallel<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<readonly R[]> {
  const results: R[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let index = next++; index < items.length; index = next++) results[index] = await work(items[index] as T);
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, items.length) }, worker));
  return results;
}
