/** Where the input may be only a part of what runs: what could be made by somebody whose objects are not understood. */
import { namespaceOf } from '../inventory/identity.ts';
import { isUnderstood } from '../inventory/kinds.ts';
import type { World } from '../inventory/world.ts';

/** Why pods of the namespace may exist that the input does not show; undefined when nothing hints at any. */
export function hiddenPods(world: World): (namespace: string) => string | undefined {
  const makers = new Map<string, string>();
  const inhabited = new Set(world.workloads.map(({ namespace }) => namespace));
  for (const { object } of world.index.all) {
    if (isUnderstood(object.apiVersion, object.kind)) continue;
    const namespace = namespaceOf(object) ?? writtenNamespace(object.metadata);
    if (!makers.has(namespace)) makers.set(namespace, `${object.kind} of ${object.apiVersion}`);
  }
  return (namespace) => {
    const maker = makers.get(namespace);
    if (maker !== undefined) return `${maker} may make pods that are not shown`;
    return inhabited.has(namespace) ? undefined : `no workload of namespace ${namespace} is among the input`;
  };
}

function writtenNamespace(metadata: unknown): string {
  const namespace = (metadata as { readonly namespace?: unknown } | undefined)?.namespace;
  return typeof namespace === 'string' ? namespace : 'default';
}
