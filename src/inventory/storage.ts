/** Claims, volumes and classes, and which workloads need them. */
import { isObject } from '../core/json.ts';
import { at, into, reader, text } from '../kubernetes/objects.ts';
import { readClaim, readStorageClass } from '../kubernetes/readers.ts';
import { readNodeSelectorTerms } from '../kubernetes/selectors.ts';
import { nameOf, namespaceOf } from './identity.ts';
import { labelsOf, ofKind } from './indexes.ts';
import type { RelationInputs } from './relations.ts';
import type { Workload, WorldClaim, WorldStorageClass, WorldVolume } from './world.ts';

export function buildStorageClasses({ index, refuseIn }: RelationInputs): readonly WorldStorageClass[] {
  return ofKind(index, 'storage.k8s.io/StorageClass').map((sourced) => ({
    name: nameOf(sourced.object),
    sourced,
    spec: readStorageClass(sourced.object, refuseIn(sourced)),
  }));
}

/** The class of a claim: by name, or the default one; the newest default wins, and without dates the last given. */
export function storageClassOf(
  classes: readonly WorldStorageClass[],
  name: string | undefined,
): WorldStorageClass | undefined {
  if (name !== undefined) return classes.find((candidate) => candidate.name === name);
  return classes
    .filter(({ spec }) => spec.isDefault)
    .reduce<WorldStorageClass | undefined>(
      (newest, candidate) => (newest === undefined || createdAt(candidate) >= createdAt(newest) ? candidate : newest),
      undefined,
    );
}

export function buildVolumes({ index, refuseIn }: RelationInputs): readonly WorldVolume[] {
  return ofKind(index, '/PersistentVolume').map((sourced) => {
    const { object } = sourced;
    const spec = into(reader(object, refuseIn(sourced)), 'spec');
    const claim = into(spec, 'claimRef');
    const required = into(into(spec, 'nodeAffinity'), 'required');
    return {
      name: nameOf(object),
      sourced,
      claim: isObject(claim.value)
        ? { namespace: text(claim, 'namespace') ?? '', name: text(claim, 'name') ?? '' }
        : undefined,
      storageClass: text(spec, 'storageClassName') ?? '',
      reclaimPolicy: text(spec, 'persistentVolumeReclaimPolicy') || 'Retain',
      labels: labelsOf(object),
      nodeTerms: isObject(required.value) ? readNodeSelectorTerms(required, 'nodeSelectorTerms') : undefined,
    };
  });
}

/** Claims that were given, and claims that pods name but nobody gave. */
export function buildClaims(
  { index, workloads, refuseIn }: RelationInputs,
  classes: readonly WorldStorageClass[],
  volumes: readonly WorldVolume[],
): readonly WorldClaim[] {
  const users = claimUsers(workloads);
  const byName = new Map(volumes.map((volume) => [volume.name, volume]));
  const given = ofKind(index, '/PersistentVolumeClaim').map((sourced): WorldClaim => {
    const namespace = namespaceOf(sourced.object) ?? '';
    const name = nameOf(sourced.object);
    const spec = readClaim(sourced.object, refuseIn(sourced));
    const key = `${namespace}/${name}`;
    const claim = {
      namespace,
      name,
      sourced,
      spec,
      storageClass: storageClassOf(classes, spec.storageClass),
      volume: spec.volumeName === undefined ? undefined : byName.get(spec.volumeName),
      workloads: users.get(key) ?? [],
    };
    users.delete(key);
    return claim;
  });
  const missing = [...users].map(([key, using]): WorldClaim => {
    const [namespace = '', name = ''] = key.split('/');
    return {
      namespace,
      name,
      sourced: undefined,
      spec: undefined,
      storageClass: undefined,
      volume: undefined,
      workloads: using,
    };
  });
  return [...given, ...missing];
}

function claimUsers(workloads: readonly Workload[]): Map<string, Workload[]> {
  const users = new Map<string, Workload[]>();
  for (const workload of workloads) {
    for (const claim of claimsOf(workload)) {
      const key = `${workload.namespace}/${claim}`;
      const list = users.get(key);
      if (list === undefined) users.set(key, [workload]);
      else list.push(workload);
    }
  }
  return users;
}

/** Claims that the templates name; those of a StatefulSet's claim templates carry each pod's name and are no shared ones. */
function claimsOf(workload: Workload): ReadonlySet<string> {
  const claims = new Set<string>();
  const perPod = new Set(workload.spec.claimTemplates.map(({ name }) => name));
  for (const { spec } of workload.templates) {
    for (const { name, source } of spec.volumes)
      if (source.kind === 'claim' && !perPod.has(name)) claims.add(source.claim);
  }
  return claims;
}

function createdAt({ sourced }: WorldStorageClass): string {
  const created = at(sourced.object, 'metadata', 'creationTimestamp');
  return typeof created === 'string' ? created : '';
}
