/** Custom resources that are described as makers of pods, among the objects. */
import { isObject } from '../core/json.ts';
import type { Refuse } from '../kubernetes/objects.ts';
import type { PodOwner } from '../kubernetes/pod-owners.ts';
import { hasTemplate, readOwned } from '../kubernetes/pod-owners.ts';
import type { WorkloadKind, WorkloadSpec } from '../kubernetes/pod-template.ts';
import { readWorkload, workloadKind } from '../kubernetes/pod-template.ts';
import type { KubernetesObject } from '../system.ts';
import type { Sourced } from './identity.ts';
import { countUnknown, type Inventory } from './inventory.ts';
import { groupOf } from './kinds.ts';
import { formatPath } from './refusals.ts';

/** The same inventory with the objects of these kinds known as workloads; a kind of which no object fits its description is a problem. */
export function withPodOwners(inventory: Inventory, owners: readonly PodOwner[]): Inventory {
  if (owners.length === 0) return inventory;
  const byKind = new Map(owners.map((owner) => [`${owner.group}/${owner.kind}`, owner]));
  const met = new Map<PodOwner, boolean>();
  const objects = inventory.objects.map((sourced): Sourced => {
    const { object } = sourced;
    const podOwner = byKind.get(`${groupOf(object.apiVersion)}/${object.kind}`);
    if (podOwner === undefined) return sourced;
    const fits = hasTemplate(podOwner, object);
    met.set(podOwner, fits || met.get(podOwner) === true);
    return fits ? { ...sourced, object: inDefault(object), podOwner } : sourced;
  });
  const problems = [...met].flatMap(([{ kind, template, at }, fits]) =>
    fits
      ? []
      : [
          {
            code: 'no-pod-template',
            message: `no ${kind} that was given has a pod template at ${formatPath(template)}`,
            at,
            expected: 'the path of what holds metadata and spec of its pods',
          },
        ],
  );
  return { ...inventory, objects, problems: [...inventory.problems, ...problems], unknownKinds: countUnknown(objects) };
}

/** What makes pods lives in a namespace. */
function inDefault(object: KubernetesObject): KubernetesObject {
  const metadata: unknown = object.metadata;
  if (!isObject(metadata) || (typeof metadata['namespace'] === 'string' && metadata['namespace'] !== '')) return object;
  return { ...object, metadata: { ...object.metadata, namespace: 'default' } };
}

/** The kind of workload that an object is, or acts as; undefined for everything else. */
export function kindOf({ object, podOwner }: Sourced): WorkloadKind | undefined {
  return workloadKind(object) ?? podOwner?.actsAs;
}

export function readSourced(
  kind: WorkloadKind,
  { object, podOwner }: Sourced,
  refuse: Refuse,
): WorkloadSpec | undefined {
  return podOwner === undefined ? readWorkload(kind, object, refuse) : readOwned(podOwner, object, refuse);
}
