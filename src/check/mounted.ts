/** Texts that pods read as files: the ConfigMaps that a workload mounts. */
import { find } from '../inventory/indexes.ts';
import type { Sourced } from '../inventory/identity.ts';
import type { Workload, World } from '../inventory/world.ts';
import { isObject } from '../core/json.ts';
import { at } from '../kubernetes/objects.ts';
import { list, podPath } from './reach.ts';

export interface MountedText {
  readonly on: Sourced;
  readonly key: string;
  readonly text: string;
}

export interface Mounted {
  readonly texts: readonly MountedText[];
  /** ConfigMaps that are mounted and not given. */
  readonly missing: readonly string[];
}

export function mountedTexts(workload: Workload, world: World): Mounted {
  const names = mountedNames(workload, 'configMap', 'name');
  const given = names.flatMap((name) => find(world.index, '/ConfigMap', workload.namespace, name) ?? []);
  return {
    texts: given.flatMap(textsOf),
    missing: names.filter((name) => find(world.index, '/ConfigMap', workload.namespace, name) === undefined),
  };
}

/** Names of the objects that its volumes are made of, alone or among others (`projected`). */
export function mountedNames(workload: Workload, source: string, field: string): readonly string[] {
  const names = list(workload.sourced?.object, [...podPath(workload), 'volumes']).flatMap((volume) => [
    at(volume, source, field),
    ...list(volume, ['projected', 'sources']).map((one) => at(one, source, 'name')),
  ]);
  return [...new Set(names.filter((name) => typeof name === 'string'))];
}

/** The texts of a ConfigMap. */
function textsOf(on: Sourced): readonly MountedText[] {
  const data = at(on.object, 'data');
  if (!isObject(data)) return [];
  return Object.entries(data).flatMap(([key, text]) => (typeof text === 'string' ? [{ on, key, text }] : []));
}
