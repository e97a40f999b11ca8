/** Where the input may be only a part of what runs: what could be made by somebody whose objects are not understood. */
import { namespaceOf, type Sourced } from '../inventory/identity.ts';
import type { LiveReading } from '../inventory/inventory.ts';
import { isUnderstood, makesNothing } from '../inventory/kinds.ts';
import type { World } from '../inventory/world.ts';
import { at } from '../kubernetes/objects.ts';
import { type Selector, selects, selectsEverything } from '../kubernetes/selectors.ts';
import { unseenWorkloads } from './reads.ts';

type Hidden = (namespace: string) => string | undefined;

/** Why pods of the namespace may exist that the input does not show; undefined when nothing hints at any. */
export function hiddenPods(world: World): Hidden {
  if (world.live !== undefined) return hiddenInCluster(world.live);
  const made = hiddenMakers(world);
  const inhabited = new Set(world.workloads.map(({ namespace }) => namespace));
  return (namespace) => {
    const maker = made(namespace);
    if (maker !== undefined) return `${maker} may make pods that are not shown`;
    return inhabited.has(namespace) ? undefined : `no workload of namespace ${namespace} is among the input`;
  };
}

/** Of a live cluster pods are seen whoever made them. */
function hiddenInCluster(live: LiveReading): Hidden {
  const unseen = unseenWorkloads(live);
  return (namespace) => {
    if (unseen !== undefined) return unseen;
    return live.namespace === undefined || live.namespace === namespace
      ? undefined
      : `only the namespace ${live.namespace} was read`;
  };
}

/**
 * An object of the namespace from which a controller may make others: `Kafka of kafka.strimzi.io/v1beta2`. What was made
 * in a live cluster is seen itself.
 */
export function hiddenMakers(world: World): Hidden {
  if (world.live !== undefined) return () => undefined;
  const makers = new Map<string, string>();
  for (const { object } of world.index.all) {
    const { apiVersion, kind } = object;
    if (isUnderstood(apiVersion, kind) || makesNothing(apiVersion, kind)) continue;
    const namespace = namespaceOf(object) ?? writtenNamespace(object.metadata);
    if (!makers.has(namespace)) makers.set(namespace, `${kind} of ${apiVersion}`);
  }
  return (namespace) => makers.get(namespace);
}

/**
 * What hides the pods, unless the selector chooses pods of another namespace that is shown: then the namespace is wrong.
 * Both must be written: one that is left out is whatever namespace the manifests are applied to.
 */
export function unlessElsewhere(
  world: World,
  { sourced, selector }: { readonly sourced: Sourced; readonly selector: Selector },
  hidden: string | undefined,
): string | undefined {
  if (hidden === undefined || selector.matches === 'nothing' || selectsEverything(selector)) return hidden;
  if (!saysNamespace(sourced)) return hidden;
  const elsewhere = world.workloads.some((one) => saysNamespace(one.sourced) && selects(selector, one.spec.labels));
  return elsewhere ? undefined : hidden;
}

/** True when its namespace is written. */
export function saysNamespace(sourced: Sourced | undefined): boolean {
  return at(sourced?.object, 'metadata', 'namespace') !== undefined;
}

function writtenNamespace(metadata: unknown): string {
  const namespace = (metadata as { readonly namespace?: unknown } | undefined)?.namespace;
  return typeof namespace === 'string' ? namespace : 'default';
}
