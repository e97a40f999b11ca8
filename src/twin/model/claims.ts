/** Claims and volumes as they become while the clock runs. */
import type { Owner } from '../../inventory/indexes.ts';
import type { WorldClaim, WorldPod, WorldStorageClass, WorldVolume } from '../../inventory/world.ts';
import type { ClaimSpec, ClaimState, VolumeSpec } from '../../kubernetes/storage.ts';
import type { NodeIndex } from './cluster-state.ts';
import type { Reach } from './reach.ts';

/** A volume, given or made. */
export interface Volume extends VolumeSpec {
  readonly name: string;
  /** Place in the world; of two that fit alike the first is taken. */
  readonly order: number;
  readonly reach: Reach;
  /** Bound, or on its way to be. */
  claimed: VolumeSpec['claim'];
  /** True while it waits for a claim. */
  available: boolean;
}

/** What claims have in common in one state. */
export interface ClaimRules {
  /** The PersistentVolume controller and the provisioners do their work at once. */
  readonly simulated: boolean;
  /** Some class was given, so that a missing default is none. */
  readonly hasClasses: boolean;
  readonly volumeNamed: (name: string) => Volume | undefined;
  /** Whether the class has a volume that could be bound to the claim, on whatever node. */
  readonly hasMatch: (claim: Claim) => boolean;
}

/** What a binding changes of a claim. */
export interface Binding {
  readonly volumeName: string | undefined;
  readonly complete: boolean;
  readonly selectedNode: string | undefined;
  /** A pod that was placed had it. */
  readonly settled: boolean;
}

export class Claim {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string | undefined;
  readonly spec: ClaimSpec & ClaimState;
  /** By name; undefined when it was not given. */
  readonly storageClass: WorldStorageClass | undefined;
  /** GetPersistentVolumeClaimClass; empty when it has none. */
  readonly className: string;
  /** It was read from an object. */
  readonly given: boolean;
  readonly owner: Owner | undefined;
  /** Placed pods that use it as a claim, by node; pods whose ephemeral volume it is are in `mounts` alone. */
  readonly users = new Map<NodeIndex, number>();
  /** Placed pods that use it in whatever way. */
  mounts = 0;
  binding: Binding;
  readonly #rules: ClaimRules;

  constructor(
    source: Omit<WorldClaim, 'spec' | 'workloads'> & { readonly spec: ClaimSpec & ClaimState },
    rules: ClaimRules,
  ) {
    const { spec, storageClass } = source;
    this.namespace = source.namespace;
    this.name = source.name;
    this.uid = source.uid;
    this.spec = spec;
    this.storageClass = storageClass;
    this.className = spec.storageClass ?? storageClass?.name ?? '';
    this.given = source.sourced !== undefined;
    this.owner = source.owner;
    this.binding = {
      volumeName: spec.volumeName,
      complete: spec.bindCompleted,
      selectedNode: spec.selectedNode,
      settled: false,
    };
    this.#rules = rules;
  }

  /** The claim of an ephemeral volume whose pod has gone: the next pod gets a new one of the same name. */
  get renewed(): boolean {
    return this.#rules.simulated && this.binding.settled && this.mounts === 0 && this.owner?.kind === 'Pod';
  }

  /** It is bound to a volume that was not given: the volume is somewhere, and shows where as soon as a pod has it. */
  get unknownVolume(): boolean {
    const { volumeName } = this.binding;
    if (!this.#rules.simulated || volumeName === undefined || this.spec.phase === 'Lost') return false;
    return this.#rules.volumeNamed(volumeName) === undefined;
  }

  /** Its class, or the default one, was not given: it is taken to make volumes. */
  get unknownClass(): boolean {
    if (!this.#rules.simulated || this.storageClass !== undefined) return false;
    return this.className !== '' || (this.spec.storageClass === undefined && !this.#rules.hasClasses);
  }

  get volumeName(): string | undefined {
    return this.renewed || this.unknownVolume ? undefined : this.binding.volumeName;
  }

  get selectedNode(): string | undefined {
    return this.renewed || this.unknownVolume ? undefined : this.binding.selectedNode;
  }

  get volume(): Volume | undefined {
    return this.volumeName === undefined ? undefined : this.#rules.volumeNamed(this.volumeName);
  }

  /** volumebinding/binder.go (isPVCFullyBound). The controller soon completes what names a volume that is there. */
  get bound(): boolean {
    return (
      this.volumeName !== undefined && (this.binding.complete || (this.#rules.simulated && this.volume !== undefined))
    );
  }

  /**
   * component-helpers storage/volume/pv_helpers.go (IsDelayBindingMode), and no volume is named. In a simulation claims of
   * immediate or unknown classes wait too: their provisioner would long have been at work, where nobody knows.
   */
  get waitsForPod(): boolean {
    if (this.volumeName !== undefined) return false;
    if (this.storageClass?.spec.bindingMode === 'WaitForFirstConsumer' && this.className !== '') return true;
    if (!this.#rules.simulated) return false;
    return this.storageClass !== undefined || this.unknownClass || this.unknownVolume || this.#rules.hasMatch(this);
  }
}

/** component-helpers storage/ephemeral/ephemeral.go (VolumeIsForPod). A claim that its controller made has no uid. */
export function isClaimOf(claim: Claim, pod: WorldPod): boolean {
  const { owner } = claim;
  if (owner?.kind !== 'Pod') return false;
  return claim.given ? owner.uid === pod.uid : owner.name === pod.name;
}

/** component-helpers storage/volume/pv_helpers.go (IsVolumeBoundToClaim). */
export function isMeantFor(volume: Volume, claim: Claim): boolean {
  const { claimed } = volume;
  return (
    claimed !== undefined &&
    claimed.name === claim.name &&
    claimed.namespace === claim.namespace &&
    (claimed.uid === '' || claimed.uid === claim.uid)
  );
}

/** Volumes of the world that wait for a claim. The controller makes those without a status available. */
export function startsAvailable({ phase, claim }: WorldVolume, simulated: boolean): boolean {
  return phase === 'Available' || (simulated && phase === undefined && claim === undefined);
}
