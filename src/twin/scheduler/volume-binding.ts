/**
 * VolumeBinding: bound claims go where their volume is, others where a volume can be found or made. Kubernetes v1.36.3
 * plugins/volumebinding/{volume_binding,binder}.go, component-helpers storage/volume/pv_helpers.go.
 */
import type { TopologyTerm } from '../../kubernetes/storage.ts';
import type { Labels } from '../../kubernetes/objects.ts';
import { selects } from '../../kubernetes/selectors.ts';
import type { Claim, Volume } from '../model/claims.ts';
import { isMeantFor } from '../model/claims.ts';
import type { VolumeNode } from '../model/reach.ts';
import { FITS, failureId } from './failures.ts';

/** In the order in which FindPodVolumes names them. */
const REASONS = [
  "node(s) didn't match PersistentVolume's node affinity",
  "node(s) didn't find available persistent volumes to bind",
  'node(s) did not have enough free storage',
  'node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)',
] as const;
const NODE_CONFLICT = 1;
const BIND_CONFLICT = 2;
const NO_SPACE = 4;
const VOLUME_MISSING = 8;

const FAILURES: readonly number[] = Array.from({ length: 2 ** REASONS.length }, (_, bits) =>
  bits === 0
    ? FITS
    : failureId({
        plugin: 'VolumeBinding',
        code: 'UnschedulableAndUnresolvable',
        reasons: REASONS.filter((_reason, bit) => (bits & (1 << bit)) !== 0),
      }),
);

/** A claim as one pod uses it; undefined when it is not there. */
export interface PodClaim {
  readonly name: string;
  readonly claim: Claim | undefined;
  readonly ephemeral: boolean;
  /** False for the claim of an ephemeral volume that was made for another pod. */
  readonly owned: boolean;
}

/** podHasPVCs, then GetPodVolumeClaims: the first claim that cannot be used, then any that should be bound by now. */
export function bindingRefusal(claims: readonly PodClaim[], namespace: string, pod: string): string | undefined {
  for (const { name, claim, ephemeral, owned } of claims) {
    if (claim === undefined) {
      return ephemeral
        ? `waiting for ephemeral volume controller to create the persistentvolumeclaim "${name}"`
        : `persistentvolumeclaim "${name}" not found`;
    }
    if (claim.spec.phase === 'Lost' && !claim.renewed)
      return `persistentvolumeclaim "${name}" bound to non-existent persistentvolume "${claim.volumeName ?? ''}"`;
    if (claim.spec.terminating && !claim.renewed) return `persistentvolumeclaim "${name}" is being deleted`;
    if (!owned) return `PVC ${namespace}/${name} was not created for pod ${namespace}/${pod} (pod is not owner)`;
  }
  const waits = claims.some(({ claim }) => claim !== undefined && !claim.bound && !claim.waitsForPod);
  return waits ? 'pod has unbound immediate PersistentVolumeClaims' : undefined;
}

/** What there is to bind to, and room for more. */
export interface Storage {
  /** Volumes of the class that are meant for the claim. */
  readonly meantFor: (claim: Claim) => readonly Volume[];
  /** True when the test holds for a volume of the class that may be within the node's reach. */
  readonly someVolume: (className: string, labels: Labels, test: (volume: Volume) => boolean) => boolean;
  /** hasEnoughCapacity. */
  readonly hasRoom: (claim: Claim, labels: Labels) => boolean;
  readonly simulated: boolean;
}

/** What a pod's claims would get on the node (PodVolumes). */
export interface Plan {
  readonly matches: { readonly claim: Claim; readonly volume: Volume }[];
  readonly provisions: Claim[];
}

/** A pod's claims, looked at once for all nodes. */
export interface ClaimsInCycle {
  /** Volumes of bound claims; undefined for one that is not there. */
  readonly bound: readonly (Volume | undefined)[];
  readonly waiting: readonly Claim[];
}

export function claimsInCycle(claims: readonly PodClaim[]): ClaimsInCycle {
  const there = claims.flatMap(({ claim }) => claim ?? []);
  return {
    bound: there.filter(({ bound }) => bound).map(({ volume }) => volume),
    waiting: there.filter(({ bound }) => !bound),
  };
}

/** FindPodVolumes; a plan is filled when one is given. */
export function bindingFailure(claims: ClaimsInCycle, node: VolumeNode, storage: Storage, plan?: Plan): number {
  const bound = boundConflict(claims.bound, node);
  const all = claims.waiting.length === 0 ? bound : bound | unboundConflict(claims.waiting, node, storage, plan);
  return FAILURES[all] as number;
}

/** checkBoundClaims: the first that does not pass decides. */
function boundConflict(volumes: readonly (Volume | undefined)[], node: VolumeNode): number {
  for (let index = 0; index < volumes.length; index += 1) {
    const volume = volumes[index];
    if (volume === undefined) return VOLUME_MISSING;
    if (!volume.reach.asBound(node)) return NODE_CONFLICT;
  }
  return 0;
}

function unboundConflict(claims: readonly Claim[], node: VolumeNode, storage: Storage, plan: Plan | undefined): number {
  const toMatch: Claim[] = [];
  const toProvision: Claim[] = [];
  for (const claim of claims) {
    if (claim.unknownVolume) toProvision.push(claim);
    else if (claim.selectedNode === undefined) toMatch.push(claim);
    else if (claim.selectedNode === node.name) toProvision.push(claim);
    else return BIND_CONFLICT;
  }
  // The smallest claim first, so that it does not take the volume that a larger one needs.
  if (toMatch.length > 1) toMatch.sort((a, b) => a.spec.bytes - b.spec.bytes);
  const chosen: Volume[] = [];
  for (const claim of toMatch) {
    const volume = findMatchingVolume(claim, node, storage, chosen);
    if (volume === undefined) toProvision.push(claim);
    else {
      chosen.push(volume);
      plan?.matches.push({ claim, volume });
    }
  }
  plan?.provisions.push(...toProvision);
  return provisionConflict(toProvision, node, storage);
}

/** FindMatchingVolume: one that is meant for the claim, else the smallest that fits. */
function findMatchingVolume(
  claim: Claim,
  node: VolumeNode,
  storage: Storage,
  chosen: readonly Volume[],
): Volume | undefined {
  for (const volume of storage.meantFor(claim))
    if (!chosen.includes(volume) && isSuited(volume, claim)) return volume.reach.asWritten(node) ? volume : undefined;
  let smallest: Volume | undefined;
  storage.someVolume(claim.className, node.labels, (volume) => {
    const better = smallest === undefined || isSmaller(volume, smallest);
    if (better && !chosen.includes(volume) && mayTake(claim, volume) && volume.reach.asWritten(node)) smallest = volume;
    return false;
  });
  return smallest;
}

/** Of equal ones the scheduler takes any; here it is the first of the world. */
function isSmaller(a: Volume, b: Volume): boolean {
  return a.bytes !== b.bytes ? a.bytes < b.bytes : a.order < b.order;
}

/** What even a volume that is meant for the claim must have. */
function isSuited(volume: Volume, { spec }: Claim): boolean {
  return (
    volume.bytes >= spec.bytes &&
    volume.volumeMode === spec.volumeMode &&
    volume.attributesClass === spec.attributesClass &&
    !volume.terminating
  );
}

/** Everything about a volume that no node decides. */
export function mayTake(claim: Claim, volume: Volume): boolean {
  if (volume.claimed !== undefined && !isMeantFor(volume, claim)) return false;
  if (!volume.available || !isSuited(volume, claim)) return false;
  const { selector, accessModes } = claim.spec;
  if (selector !== undefined && !selects(selector, volume.labels)) return false;
  return accessModes.every((mode) => volume.accessModes.includes(mode));
}

/** checkVolumeProvisions: the first claim that cannot be provisioned decides. */
function provisionConflict(claims: readonly Claim[], { labels }: VolumeNode, storage: Storage): number {
  for (const claim of claims) {
    if (claim.unknownVolume) continue;
    if (!isProvisioned(claim)) return BIND_CONFLICT;
    if (!allows(claim.storageClass?.spec.allowedTopologies ?? [], labels)) return BIND_CONFLICT;
    if (!storage.hasRoom(claim, labels)) return NO_SPACE;
  }
  return 0;
}

/** Whether its class makes volumes; one that was not given is taken to. */
export function isProvisioned({ storageClass, unknownClass }: Claim): boolean {
  if (storageClass === undefined) return unknownClass;
  return storageClass.spec.provisioner !== '' && storageClass.spec.provisioner !== NO_PROVISIONER;
}

const NO_PROVISIONER = 'kubernetes.io/no-provisioner';

/** pkg/apis/core/v1/helper/helpers.go (MatchTopologySelectorTerms): an empty list lets all in, an empty term none. */
export function allows(terms: readonly TopologyTerm[], labels: Labels): boolean {
  if (terms.length === 0) return true;
  return terms.some(
    (term) => term.length > 0 && term.every(({ key, values }) => values.includes(labels[key] ?? MISSING)),
  );
}

/** No label has this value. */
const MISSING = '\0';
