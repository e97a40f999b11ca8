/**
 * The inventory: every Kubernetes object that was given, with its origin, and everything that was wrong. A bad document
 * costs only itself.
 */
import type { Problem } from '../core/error.ts';
import { isObject } from '../core/json.ts';
import { describe } from '../kubernetes/objects.ts';
import type { KubernetesObject } from '../system.ts';
import { duplicatesOf } from './duplicates.ts';
import type { Sourced } from './identity.ts';
import { isClusterDocument, isConfiguration, isUnderstood, scopeOf } from './kinds.ts';
import type { FileOrigin, SourceText, TextStart } from './origin.ts';
import { positionOf, sourceText } from './origin.ts';
import { parseJson } from './parse-json.ts';
import { parseYaml, partsOf } from './parse-yaml.ts';
import type { ParsedDocument } from './parsed.ts';
import type { Template } from './template-lines.ts';

/** The text of one input. */
export interface InputText {
  readonly file: string;
  readonly text: string;
  /** False for files that were only found in a directory: what is no manifest there is passed over, not a problem. */
  readonly named: boolean;
  /** Of a text that is a part of its file. */
  readonly from?: TextStart;
  /** Of a text that was rendered; then `file` is what messages call it. */
  readonly template?: Template;
  /** Where objects live that could live in a namespace and name none: that of the chart's release. */
  readonly namespace?: string;
}

/** The text of a cluster document for its own parser; its lines count as in the file. */
export interface ClusterDocumentText {
  readonly file: string;
  readonly text: string;
}

export interface UnknownKind {
  readonly apiVersion: string;
  readonly kind: string;
  readonly count: number;
  /** How many of them hold a pod template that the world does not run. */
  readonly withPodTemplate: number;
}

export interface Inventory {
  /** Objects of the API, in the order in which they were given; of two with the same name the later one. */
  readonly objects: readonly Sourced[];
  /** Documents that programs read from disk: kubeadm, kubelet, eksctl, audit policy; named or not. */
  readonly configurations: readonly Sourced[];
  readonly clusterDocuments: readonly ClusterDocumentText[];
  readonly unknownKinds: readonly UnknownKind[];
  /** Documents found in directories that are no manifests. */
  readonly passedOver: readonly { readonly file: string; readonly line: number; readonly why: string }[];
  readonly problems: readonly Problem[];
  /** Of a live cluster; absent when everything was given that is to be looked at. */
  readonly live?: LiveReading;
}

/** What is known of a live cluster beside its objects. */
export interface LiveReading {
  /** Of the kubeconfig. */
  readonly context: string;
  /** The only namespace that was read; undefined: all. */
  readonly namespace: string | undefined;
  /** Of the API server, `v1.36.3`; undefined when it does not tell. */
  readonly kubernetesVersion: string | undefined;
  readonly unseen: readonly Unseen[];
}

/** A kind that the cluster serves and of which nothing could be read. Its objects may be there. */
export interface Unseen {
  /** `policy/PodDisruptionBudget`, the core group being empty. */
  readonly kind: string;
  /** One sentence. */
  readonly why: string;
}

interface Collected {
  readonly objects: Sourced[];
  readonly configurations: Sourced[];
  readonly clusterDocuments: ClusterDocumentText[];
  readonly passedOver: Inventory['passedOver'][number][];
  readonly problems: Problem[];
}

/** Reads all texts into one inventory. Never throws on what is in them. */
export function readInventory(texts: readonly InputText[]): Inventory {
  const into: Collected = { objects: [], configurations: [], clusterDocuments: [], passedOver: [], problems: [] };
  for (const input of texts) collectText(input, into);
  const { kept, problems } = duplicatesOf(into.objects);
  return { ...into, objects: kept, problems: [...into.problems, ...problems], unknownKinds: countUnknown(kept) };
}

/** One inventory of several, the later ones over the earlier ones. */
export function mergeInventories(inventories: readonly Inventory[]): Inventory {
  const { kept, problems } = duplicatesOf(inventories.flatMap(({ objects }) => objects));
  const live = inventories.find((inventory) => inventory.live !== undefined)?.live;
  return {
    ...(live === undefined ? {} : { live }),
    objects: kept,
    configurations: inventories.flatMap(({ configurations }) => configurations),
    clusterDocuments: inventories.flatMap(({ clusterDocuments }) => clusterDocuments),
    passedOver: inventories.flatMap(({ passedOver }) => passedOver),
    problems: [...inventories.flatMap((inventory) => inventory.problems), ...problems],
    unknownKinds: countUnknown(kept),
  };
}

function collectText(input: InputText, into: Collected): void {
  const json = input.file.endsWith('.json') || /^\uFEFF?\s*[{[]/.test(input.text);
  const { rest, documents } = json ? { rest: input.text, documents: [] } : takeClusterDocuments(input);
  into.clusterDocuments.push(...documents);
  const parsed = json ? parseLikeJson(input) : parseYaml(rest, input.file, input);
  into.problems.push(...parsed.problems);
  for (const document of parsed.documents) collectDocument(document, input, into);
}

/** Text that begins like JSON but is YAML in flow style, as a person may write it, is read as YAML. */
function parseLikeJson({ file, text, from }: InputText): ReturnType<typeof parseJson> {
  const asJson = parseJson(text.replace(/^\uFEFF/, ' '), file, from);
  if (asJson.problems.length === 0 || file.endsWith('.json') || from !== undefined) return asJson;
  const asYaml = parseYaml(text, file);
  return asYaml.problems.length === 0 ? asYaml : asJson;
}

/**
 * Takes cluster documents out of a YAML text by their first-level apiVersion and kind, so that a mistake within one is
 * told by its own parser. Line numbers stay: what is taken out, and what stands before it, is left as empty lines.
 */
function takeClusterDocuments({ file, text }: InputText): { rest: string; documents: readonly ClusterDocumentText[] } {
  if (!text.includes('holdfast.dev/v1')) return { rest: text, documents: [] };
  const documents: ClusterDocumentText[] = [];
  let rest = text;
  for (const { start, end } of partsOf(sourceText(file, text))) {
    const part = text.slice(start, end);
    if (
      !/^apiVersion:\s*["']?holdfast\.dev\/v1["']?\s*(?:#.*)?$/m.test(part) ||
      !/^kind:\s*["']?Cluster["']?\s*(?:#.*)?$/m.test(part)
    )
      continue;
    documents.push({ file, text: blank(text.slice(0, start)) + part.replace(/^---/, '   ') });
    rest = rest.slice(0, start) + blank(part) + rest.slice(end);
  }
  return { rest, documents };
}

/** The same lines and offsets with nothing in them. */
function blank(text: string): string {
  return text.replace(/[^\r\n]/g, ' ');
}

function collectDocument(document: ParsedDocument, input: InputText, into: Collected): void {
  const { value, origin } = document;
  if (value === null || value === undefined) return;
  if (!isObject(value)) {
    passOver(origin, input, into, `is ${describe(value)}, not a Kubernetes object`);
    return;
  }
  if (value['kind'] === 'List' && !Array.isArray(value['items'])) {
    // kubectl writes `items: null` for nothing.
    const { items } = value;
    if (items !== undefined && items !== null)
      passOver(origin, input, into, `is a List whose items are ${describe(items)}`);
    return;
  }
  const list = listOf(value);
  if (list === undefined) {
    collectObject(value, origin, input, into);
    return;
  }
  for (const [index, item] of list.items.entries()) {
    const part = document.items[index];
    const itemOrigin: FileOrigin =
      part === undefined ? { ...origin, prefix: ['items', index] } : { ...origin, ...part };
    if (isObject(item)) collectObject(withKind(item, list), itemOrigin, { ...input, named: true }, into);
    else if (item !== null)
      into.problems.push(notAnObject(itemOrigin, `the item is ${describe(item)}, not a Kubernetes object`));
  }
}

interface ObjectList {
  readonly apiVersion: unknown;
  readonly itemKind: string;
  readonly items: readonly unknown[];
}

function listOf(value: Record<string, unknown>): ObjectList | undefined {
  const { kind, items, apiVersion } = value;
  if (typeof kind !== 'string' || !kind.endsWith('List') || !Array.isArray(items)) return undefined;
  return { apiVersion, itemKind: kind.slice(0, -'List'.length), items };
}

/** The API leaves apiVersion and kind out of the items of a typed list. */
function withKind(item: Record<string, unknown>, { apiVersion, itemKind }: ObjectList): Record<string, unknown> {
  if (itemKind === '' || 'kind' in item || 'apiVersion' in item) return item;
  return { apiVersion, kind: itemKind, ...item };
}

function collectObject(value: Record<string, unknown>, origin: FileOrigin, input: InputText, into: Collected): void {
  const { apiVersion, kind } = value;
  if (typeof apiVersion !== 'string' || typeof kind !== 'string' || apiVersion === '' || kind === '') {
    const missing = [
      typeof apiVersion === 'string' && apiVersion !== '' ? '' : 'apiVersion',
      typeof kind === 'string' && kind !== '' ? '' : 'kind',
    ];
    const both = missing.every((field) => field !== '');
    passOver(
      origin,
      both ? input : { ...input, named: true },
      into,
      `has no ${missing.filter((field) => field !== '').join(' and no ')}`,
    );
    return;
  }
  const object = value as KubernetesObject;
  if (isClusterDocument(object)) {
    into.clusterDocuments.push({ file: input.file, text: documentText(origin.source, origin) });
    return;
  }
  if (isConfiguration(object)) {
    into.configurations.push({ object, origin });
    return;
  }
  const name = nameProblem(object, origin);
  if (name === undefined) into.objects.push({ object: inNamespace(object, input.namespace), origin });
  else into.problems.push(name);
}

/** As the client that creates it does: helm.sh/helm/v4 pkg/kube/client.go (Build, with the release's namespace as default). */
function inNamespace(object: KubernetesObject, namespace: string | undefined): KubernetesObject {
  const metadata: unknown = object.metadata;
  if (namespace === undefined || !isObject(metadata) || scopeOf(object.apiVersion, object.kind) !== 'namespace')
    return object;
  const { namespace: written } = metadata;
  return written === undefined || written === null || written === ''
    ? { ...object, metadata: { ...object.metadata, namespace } }
    : object;
}

/** A cluster document in JSON, or in a flow that was not recognised before parsing: its text with its lines kept. */
function documentText(source: SourceText, { start, end }: FileOrigin): string {
  return blank(source.text.slice(0, start)) + source.text.slice(start, end);
}

function passOver(origin: FileOrigin, input: InputText, into: Collected, why: string): void {
  if (!input.named) into.passedOver.push({ file: input.file, line: positionOf(origin).line, why });
  else into.problems.push(notAnObject(origin, `the document ${why}`));
}

function notAnObject(origin: FileOrigin, message: string): Problem {
  return {
    code: 'not-an-object',
    message,
    at: positionOf(origin),
    expected: 'a Kubernetes object with apiVersion, kind and metadata.name',
  };
}

/** What keeps the object from having a name that the API takes; undefined when it has one. */
function nameProblem(object: KubernetesObject, origin: FileOrigin): Problem | undefined {
  const metadata: unknown = object.metadata;
  const name = isObject(metadata) ? metadata['name'] : undefined;
  if (typeof name === 'string' && name !== '') return undefined;
  if (name === undefined && isObject(metadata) && typeof metadata['generateName'] === 'string') return undefined;
  const found = name === undefined || name === '' ? 'has no name' : `has ${describe(name)} as its name`;
  return {
    code: 'no-name',
    message: `the ${object.kind} ${found}`,
    path: 'metadata.name',
    at: positionOf(origin, ['metadata', 'name']),
    expected: 'a name; put it in quotes when it looks like a number',
  };
}

export function countUnknown(objects: readonly Sourced[]): readonly UnknownKind[] {
  const counts = new Map<string, { apiVersion: string; kind: string; count: number; withPodTemplate: number }>();
  for (const { object, podOwner } of objects) {
    const { apiVersion, kind } = object;
    if (podOwner !== undefined || isUnderstood(apiVersion, kind)) continue;
    const key = `${apiVersion}/${kind}`;
    const known = counts.get(key) ?? { apiVersion, kind, count: 0, withPodTemplate: 0 };
    known.count += 1;
    if (holdsPodTemplate(object)) known.withPodTemplate += 1;
    counts.set(key, known);
  }
  return [...counts.values()].sort((a, b) => (a.kind < b.kind ? -1 : a.kind > b.kind ? 1 : 0));
}

function holdsPodTemplate(object: KubernetesObject): boolean {
  const spec = object['spec'];
  const template = isObject(spec) ? spec['template'] : undefined;
  const pod = isObject(template) ? template['spec'] : undefined;
  return isObject(pod) && Array.isArray(pod['containers']);
}
