/** One page of a list → its objects, without what nothing reads: a large cluster must find room in memory. */
import { isObject } from '../../core/json.ts';
import type { KubernetesObject } from '../../system.ts';
import { parseJson } from '../parse-json.ts';

export interface PageOptions {
  /** Who wrote which field: half of an object's text. Default: dropped. */
  readonly keepManagedFields?: boolean;
}

export interface Page {
  readonly objects: readonly KubernetesObject[];
  /** The token of the next page; empty on the last one. */
  readonly next: string;
}

/** Undefined when the text is no list. Objects share what siblings have in common. */
export function objectsOfPage(text: string, options: PageOptions = {}): Page | undefined {
  const { documents } = parseJson(text, 'page.json');
  const [document, more] = documents;
  const value = document?.value;
  if (more !== undefined || !isObject(value)) return undefined;
  const { kind, apiVersion, metadata, items } = value;
  if (typeof kind !== 'string' || typeof apiVersion !== 'string' || !kind.endsWith('List')) return undefined;
  // The API writes null for the items of an empty list of some kinds.
  if (items !== null && !Array.isArray(items)) return undefined;
  const itemKind = kind.slice(0, -'List'.length);
  const next = isObject(metadata) ? metadata['continue'] : undefined;
  return {
    objects: (items ?? []).filter(isObject).map((item) => thin({ apiVersion, kind: itemKind, ...item }, options)),
    next: typeof next === 'string' ? next : '',
  };
}

function thin(object: KubernetesObject, { keepManagedFields = false }: PageOptions): KubernetesObject {
  const { metadata } = object as { readonly metadata?: unknown };
  if (isObject(metadata)) {
    if (!keepManagedFields) delete metadata['managedFields'];
    // The whole object once more, as text.
    const annotations = metadata['annotations'];
    if (isObject(annotations) && LAST_APPLIED in annotations) {
      const { [LAST_APPLIED]: _, ...rest } = annotations;
      metadata['annotations'] = rest;
    }
  }
  if (object.kind === 'CustomResourceDefinition') dropSchemas(object['spec']);
  return object;
}

const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/** Most of the text of all definitions. */
function dropSchemas(spec: unknown): void {
  const versions = isObject(spec) ? spec['versions'] : undefined;
  for (const version of Array.isArray(versions) ? versions : []) if (isObject(version)) delete version['schema'];
}
