/**
 * Selectors of the controllers whose pods the scheduler spreads by default: scheduler framework/plugins/helper/spread.go
 * (DefaultSelector). A ReplicaSet that a Deployment or an Argo Rollout makes carries its selector and the hash.
 */
import type { Selector } from '../kubernetes/selectors.ts';
import { narrowed, readMapSelector, readSelector } from '../kubernetes/selectors.ts';
import { into, reader } from '../kubernetes/objects.ts';
import { nameOf, namespaceOf } from './identity.ts';
import type { ObjectIndex, Owner } from './indexes.ts';
import { ofKind } from './indexes.ts';
import type { Workload } from './world.ts';

/** Key of a controller as its pods name it; another version of the group is no match, as in the scheduler. */
export function controllerKey({ apiVersion, kind, name }: Omit<Owner, 'uid'>, namespace: string): string {
  return `${apiVersion}/${kind}/${namespace}/${name}`;
}

/** By `controllerKey`. */
export function controllerSelectors(index: ObjectIndex, workloads: readonly Workload[]): ReadonlyMap<string, Selector> {
  const selectors = new Map<string, Selector>();
  for (const workload of workloads) if (HASHES[workload.kind] !== undefined) addMadeSets(workload, selectors);
  for (const [kind, key] of GIVEN) {
    for (const { object } of ofKind(index, key)) {
      const spec = into(reader(object), 'spec');
      const selector =
        kind === 'ReplicationController' ? readMapSelector(spec, 'selector') : readSelector(spec, 'selector');
      const apiVersion = kind === 'ReplicationController' ? 'v1' : 'apps/v1';
      selectors.set(controllerKey({ apiVersion, kind, name: nameOf(object) }, namespaceOf(object) ?? ''), selector);
    }
  }
  return selectors;
}

const GIVEN = [
  ['ReplicaSet', 'apps/ReplicaSet'],
  ['StatefulSet', 'apps/StatefulSet'],
  ['ReplicationController', '/ReplicationController'],
] as const;

const HASHES: Readonly<Record<string, string>> = {
  Deployment: 'pod-template-hash',
  Rollout: 'rollouts-pod-template-hash',
};

/** ReplicaSets that are known by their pods alone; given ones are laid over them. */
function addMadeSets({ kind, namespace, spec, sourced, pods }: Workload, selectors: Map<string, Selector>): void {
  const label = HASHES[kind];
  if (label === undefined || sourced === undefined) return;
  for (const { owner, template } of pods) {
    const hash = template.labels[label];
    if (owner?.kind !== 'ReplicaSet' || hash === undefined) continue;
    const key = controllerKey(owner, namespace);
    if (selectors.has(key)) continue;
    selectors.set(key, narrowed(spec.selector, [{ key: label, operator: 'In', values: [hash] }]));
  }
}
