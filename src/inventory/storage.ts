/** Claims, volumes and classes, and which workloads need them. */
import { at } from '../kubernetes/objects.ts';
import type { ClaimSpec, ClaimState } from '../kubernetes/storage.ts';
import { readClaim, readStorageClass, readVolumeSpec } from '../kubernetes/storage.ts';
import type { Volume } from '../kubernetes/volumes.ts';
import { claimOfVolume } from '../kubernetes/volumes.ts';
import { nameOf, namespaceOf } from './identity.ts';
import { controllerOf, ofKind } from './indexes.ts';
import type { RelationInputs } from './relations.ts';
import type { PodTemplate, Workload, WorldClaim, WorldStorageClass, WorldVolume } from './world.ts';

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
  return ofKind(index, '/PersistentVolume').map((sourced) => ({
    name: nameOf(sourced.object),
    sourced,
    ...readVolumeSpec(sourced.object, refuseIn(sourced)),
  }));
}

/**
 * Claims that were given, those that controllers make for pods (from the templates of a StatefulSet, for ephemeral
 * volumes), and claims that pods name but nobody gave.
 */
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
    const uid = at(sourced.object, 'metadata', 'uid');
    const key = `${namespace}/${name}`;
    const workload = users.get(key)?.workloads ?? [];
    users.delete(key);
    return {
      namespace,
      name,
      uid: typeof uid === 'string' ? uid : undefined,
      sourced,
      owner: controllerOf(sourced.object),
      spec,
      storageClass: storageClassOf(classes, spec.storageClass),
      volume: spec.volumeName === undefined ? undefined : byName.get(spec.volumeName),
      workloads: workload,
    };
  });
  const others = [...users.values()].map(({ namespace, name, workloads: using, made }): WorldClaim => ({
    namespace,
    name,
    uid: undefined,
    sourced: undefined,
    owner: made?.pod === undefined ? undefined : { apiVersion: 'v1', kind: 'Pod', name: made.pod, uid: '' },
    spec: made === undefined ? undefined : { ...made.spec, ...NEW_CLAIM },
    storageClass: made === undefined ? undefined : storageClassOf(classes, made.spec.storageClass),
    volume: undefined,
    workloads: using,
  }));
  return [...given, ...others];
}

/** What a controller has just made. */
const NEW_CLAIM: ClaimState = { phase: undefined, selectedNode: undefined, bindCompleted: false, terminating: false };

interface ClaimUse {
  readonly namespace: string;
  readonly name: string;
  readonly workloads: Workload[];
  /** From what it is made when it is not there, and for which pod alone. */
  readonly made: { readonly spec: ClaimSpec; readonly pod: string | undefined } | undefined;
}

function claimUsers(workloads: readonly Workload[]): Map<string, ClaimUse> {
  const users = new Map<string, ClaimUse>();
  for (const workload of workloads) {
    for (const { template, name } of podsWithClaims(workload))
      for (const volume of template.spec.volumes) addUse(users, workload, { volume, pod: name });
  }
  return users;
}

function addUse(
  users: Map<string, ClaimUse>,
  workload: Workload,
  { volume, pod }: { readonly volume: Volume; readonly pod: string },
): void {
  const name = claimOfVolume(volume, pod);
  if (name === undefined) return;
  const { namespace } = workload;
  const key = `${namespace}/${name}`;
  const known = users.get(key);
  if (known === undefined)
    users.set(key, { namespace, name, workloads: [workload], made: madeClaim(workload, volume, pod) });
  else if (known.workloads.at(-1) !== workload) known.workloads.push(workload);
}

function madeClaim({ spec }: Workload, { name, source }: Volume, pod: string): ClaimUse['made'] {
  if (source.kind === 'ephemeral') return { spec: source.spec, pod };
  const template =
    source.kind === 'claimTemplate' ? spec.claimTemplates.find((candidate) => candidate.name === name) : undefined;
  return template === undefined ? undefined : { spec: template, pod: undefined };
}

/** One pod of each template when all share their claims, else every pod. A workload without pods still names claims. */
function podsWithClaims({ templates, pods }: Workload): readonly { template: PodTemplate; name: string }[] {
  const own = new Set(
    templates.filter(({ spec }) =>
      spec.volumes.some(({ source }) => source.kind === 'ephemeral' || source.kind === 'claimTemplate'),
    ),
  );
  const shared = templates.filter((template) => !own.has(template)).map((template) => ({ template, name: '' }));
  return own.size === 0 ? shared : [...shared, ...pods.filter(({ template }) => own.has(template))];
}

function createdAt({ sourced }: WorldStorageClass): string {
  const created = at(sourced.object, 'metadata', 'creationTimestamp');
  return typeof created === 'string' ? created : '';
}
