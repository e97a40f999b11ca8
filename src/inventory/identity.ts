/** Objects with their origin, and how they are told apart: group, kind, namespace, name. */
import { isObject } from '../core/json.ts';
import type { PodOwner } from '../kubernetes/pod-owners.ts';
import type { KubernetesObject } from '../system.ts';
import { scopeOf } from './kinds.ts';
import type { Origin } from './origin.ts';

export interface Sourced {
  readonly object: KubernetesObject;
  readonly origin: Origin;
  /** Of a custom resource that is described as a maker of pods. */
  readonly podOwner?: PodOwner;
}

/** The namespace that an object lives in; undefined for cluster-wide objects and where only a definition could tell. */
export function namespaceOf(object: KubernetesObject): string | undefined {
  const metadata: unknown = object.metadata;
  const written = isObject(metadata) ? metadata['namespace'] : undefined;
  const scope = scopeOf(object.apiVersion, object.kind);
  if (scope === 'cluster') return undefined;
  if (typeof written === 'string' && written !== '') return written;
  return scope === 'namespace' ? 'default' : undefined;
}

/** The name, or what it will begin with when the API server makes it up. */
export function nameOf(object: KubernetesObject): string {
  const metadata: unknown = object.metadata;
  if (!isObject(metadata)) return '';
  const { name, generateName } = metadata;
  return typeof name === 'string' ? name : typeof generateName === 'string' ? generateName : '';
}

/** `Deployment shop/cart`, for sentences. */
export function labelOf(object: KubernetesObject): string {
  const namespace = namespaceOf(object);
  return `${object.kind} ${namespace === undefined ? '' : `${namespace}/`}${nameOf(object)}`;
}

/** The name that the object is known by; undefined when the API server makes it up, so that it is never another one's. */
export function writtenName(object: KubernetesObject): string | undefined {
  const metadata: unknown = object.metadata;
  const name = isObject(metadata) ? metadata['name'] : undefined;
  return typeof name === 'string' ? name : undefined;
}
