/** Ways to find objects: by kind, by name, by owner; and workloads by the labels of their pods. */
import { isObject } from '../core/json.ts';
import type { Labels } from '../kubernetes/objects.ts';
import type { Selector } from '../kubernetes/selectors.ts';
import { selects } from '../kubernetes/selectors.ts';
import type { KubernetesObject } from '../system.ts';
import type { Sourced } from './identity.ts';
import { nameOf, namespaceOf, writtenName } from './identity.ts';
import { groupOf } from './kinds.ts';

export interface ObjectIndex {
  readonly all: readonly Sourced[];
  /**
   * Key `group/Kind`, the core group being empty: `/Service`, `apps/Deployment`. By namespace and name, as an API server
   * lists them, so that nothing depends on the order of files; but nodes and pods as they come, for the scheduler looks
   * at nodes in the order in which it was told of them.
   */
  readonly byKind: ReadonlyMap<string, readonly Sourced[]>;
  /** Objects of a kind by `namespace/name`; built for a kind when it is asked for first. */
  readonly byName: (kind: string) => ReadonlyMap<string, Sourced>;
  /** All but pods, which own nothing that is looked for. */
  readonly byUid: ReadonlyMap<string, Sourced>;
}

export interface Owner {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
}

export function indexObjects(all: readonly Sourced[]): ObjectIndex {
  const byKind = new Map<string, Sourced[]>();
  const byUid = new Map<string, Sourced>();
  for (const sourced of all) {
    const { object } = sourced;
    const kind = `${groupOf(object.apiVersion)}/${object.kind}`;
    const list = byKind.get(kind);
    if (list === undefined) byKind.set(kind, [sourced]);
    else list.push(sourced);
    if (kind === '/Pod') continue;
    const uid = metadataOf(object)['uid'];
    if (typeof uid === 'string') byUid.set(uid, sourced);
  }
  for (const [kind, list] of byKind) if (kind !== '/Node' && kind !== '/Pod') byKind.set(kind, asListed(list));
  const named = new Map<string, ReadonlyMap<string, Sourced>>();
  const byName = (kind: string): ReadonlyMap<string, Sourced> => {
    const known = named.get(kind);
    if (known !== undefined) return known;
    const made = new Map<string, Sourced>();
    for (const sourced of byKind.get(kind) ?? []) {
      const name = writtenName(sourced.object);
      if (name !== undefined) made.set(`${namespaceOf(sourced.object) ?? ''}/${name}`, sourced);
    }
    named.set(kind, made);
    return made;
  };
  return { all, byKind, byName, byUid };
}

/** Objects that are written twice stay as they come. */
function asListed(objects: Sourced[]): Sourced[] {
  const keyed = objects.map((sourced) => ({
    sourced,
    key: `${namespaceOf(sourced.object) ?? ''}\u0000${writtenName(sourced.object) ?? ''}`,
  }));
  return keyed.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0)).map(({ sourced }) => sourced);
}

/** Objects of a kind: `ofKind(index, 'apps/Deployment')`, `ofKind(index, '/Service')`. */
export function ofKind(index: ObjectIndex, kind: string): readonly Sourced[] {
  return index.byKind.get(kind) ?? [];
}

/** One object; the namespace is empty for cluster-wide kinds. */
export function find(index: ObjectIndex, kind: string, namespace: string, name: string): Sourced | undefined {
  return index.byName(kind).get(`${namespace}/${name}`);
}

/** Objects of a kind in a namespace with these labels. */
export function labelled(index: ObjectIndex, kind: string, namespace: string, selector: Selector): readonly Sourced[] {
  return ofKind(index, kind).filter(
    ({ object }) => namespaceOf(object) === namespace && selects(selector, labelsOf(object)),
  );
}

/** Labels of the object itself; values that are no text are left out. */
export function labelsOf(object: KubernetesObject): Labels {
  return textsOf(metadataOf(object)['labels']);
}

export function annotationsOf(object: KubernetesObject): Labels {
  return textsOf(metadataOf(object)['annotations']);
}

/** The controller that owns the object (`ownerReferences` with `controller: true`). */
export function controllerOf(object: KubernetesObject): Owner | undefined {
  const references = metadataOf(object)['ownerReferences'];
  if (!Array.isArray(references)) return undefined;
  const reference: unknown = references.find((candidate) => isObject(candidate) && candidate['controller'] === true);
  if (!isObject(reference)) return undefined;
  const { apiVersion, kind, name, uid } = reference;
  if (typeof apiVersion !== 'string' || typeof kind !== 'string' || typeof name !== 'string') return undefined;
  return { apiVersion, kind, name, uid: typeof uid === 'string' ? uid : '' };
}

/** The owning object, when it was given: by uid, else by kind and name in the same namespace. */
export function ownerOf(index: ObjectIndex, object: KubernetesObject): Sourced | undefined {
  const owner = controllerOf(object);
  if (owner === undefined) return undefined;
  const byUid = owner.uid === '' ? undefined : index.byUid.get(owner.uid);
  if (byUid !== undefined) return byUid;
  const kind = `${groupOf(owner.apiVersion)}/${owner.kind}`;
  return find(index, kind, namespaceOf(object) ?? '', owner.name) ?? find(index, kind, '', owner.name);
}

/** Finds things by labels without looking at all of them. */
export interface LabelIndex<T> {
  /** Things of the namespace that the selector selects, each once, in the order in which they were added. */
  find(namespace: string, selector: Selector): readonly T[];
}

/** An index over things with a namespace and labels; a thing may be there under several sets of labels. */
export function indexLabels<T>(
  entries: Iterable<{ readonly namespace: string; readonly labels: Labels; readonly thing: T }>,
): LabelIndex<T> {
  type Entry = { readonly labels: Labels; readonly thing: T };
  const byPair = new Map<string, Entry[]>();
  const byNamespace = new Map<string, Entry[]>();
  for (const { namespace, labels, thing } of entries) {
    const entry = { labels, thing };
    push(byNamespace, namespace, entry);
    for (const key in labels) push(byPair, pairKey(namespace, key, labels[key] ?? ''), entry);
  }
  return {
    find(namespace, selector) {
      if (selector.matches === 'nothing') return [];
      const exact = selector.requirements.find(({ operator, values }) => operator === 'In' && values.length === 1);
      const candidates =
        exact === undefined
          ? byNamespace.get(namespace)
          : byPair.get(pairKey(namespace, exact.key, exact.values[0] ?? ''));
      const found = (candidates ?? []).filter(({ labels }) => selects(selector, labels)).map(({ thing }) => thing);
      return [...new Set(found)];
    },
  };
}

/** For messages and keys: `shop/cart`. */
export function qualifiedName(object: KubernetesObject): string {
  const namespace = namespaceOf(object);
  return namespace === undefined ? nameOf(object) : `${namespace}/${nameOf(object)}`;
}

function pairKey(namespace: string, key: string, value: string): string {
  return `${namespace}\n${key}\n${value}`;
}

function push<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}

function metadataOf(object: KubernetesObject): Readonly<Record<string, unknown>> {
  const metadata: unknown = object.metadata;
  return isObject(metadata) ? metadata : {};
}

function textsOf(value: unknown): Labels {
  if (!isObject(value)) return {};
  const texts: Record<string, string> = {};
  for (const [key, text] of Object.entries(value)) if (typeof text === 'string') texts[key] = text;
  return texts;
}
