/** The claims and volumes of one state: those of the world, and those that its controllers make as pods come. */
import { storageClassOf } from '../../inventory/storage.ts';
import type { PodTemplate, World, WorldClaim, WorldPod, WorldVolume } from '../../inventory/world.ts';
import { driverOfProvisioner } from '../../kubernetes/csi-migration.ts';
import type { Labels } from '../../kubernetes/objects.ts';
import type { ClaimSpec, ClaimState, CsiDriver, StorageCapacity } from '../../kubernetes/storage.ts';
import { selects } from '../../kubernetes/selectors.ts';
import type { Volume as PodVolume } from '../../kubernetes/volumes.ts';
import type { Plan, PodClaim, Storage } from '../scheduler/volume-binding.ts';
import { isProvisioned, mayTake } from '../scheduler/volume-binding.ts';
import type { Binding, ClaimRules, Volume } from './claims.ts';
import { Claim, isClaimOf, isMeantFor, startsAvailable } from './claims.ts';
import { LabelIndex } from './label-index.ts';
import type { Provisioned } from './provisioners.ts';
import { provisionedFor } from './provisioners.ts';
import type { VolumeNode } from './reach.ts';
import { Reaches } from './reach.ts';

/** What a binding changed, to take it back. */
interface Change {
  readonly claim: Claim;
  readonly binding: Binding;
  /** A volume of the world that was bound, as it was before. */
  readonly volume: { readonly of: Volume; readonly before: Pick<Volume, 'claimed' | 'available'> } | undefined;
  /** The volume that was made for it. */
  readonly made: Made | undefined;
}

interface Made {
  readonly name: string;
  /** What had to be assumed. */
  readonly assumed: readonly string[];
}

/** The volumes of one class. */
interface OfClass {
  readonly all: Volume[];
  readonly byNode: LabelIndex<Volume>;
}

const NO_VOLUMES: readonly Volume[] = [];

export class VolumeStore implements Storage, ClaimRules {
  readonly simulated: boolean;
  readonly hasClasses: boolean;
  readonly reaches = new Reaches();
  readonly #world: World;
  readonly #claims = new Map<string, Claim>();
  readonly #volumes = new Map<string, Volume>();
  readonly #byClass = new Map<string, OfClass>();
  /** By claim; volumes that name it. */
  readonly #meant = new Map<string, Volume[]>();
  readonly #capacities = new Map<string, LabelIndex<StorageCapacity>>();
  readonly #drivers: ReadonlyMap<string, CsiDriver>;
  readonly #log: Change[] = [];

  constructor(world: World, simulated: boolean) {
    this.simulated = simulated;
    this.hasClasses = world.storageClasses.length > 0;
    this.#world = world;
    this.#drivers = world.csi.drivers;
    for (const volume of world.volumes) this.#add(volume);
    for (const claim of world.claims) if (claim.spec !== undefined) this.#addClaim({ ...claim, spec: claim.spec });
    for (const capacity of world.csi.capacities) {
      const index = this.#capacities.get(capacity.storageClass) ?? new LabelIndex<StorageCapacity>();
      this.#capacities.set(capacity.storageClass, index);
      index.add(capacity, capacity.nodes.matches === 'nothing' ? [] : [capacity.nodes.requirements]);
    }
  }

  /** What had to be assumed of the volumes that were made and are there, sorted. */
  assumed(): readonly string[] {
    return [...new Set(this.#log.flatMap(({ made }) => made?.assumed ?? []))].sort();
  }

  volumeNamed(name: string): Volume | undefined {
    return this.#volumes.get(name);
  }

  meantFor(claim: Claim): readonly Volume[] {
    const named = this.#meant.get(keyOf(claim));
    if (named === undefined) return NO_VOLUMES;
    return named.filter((volume) => volume.storageClass === claim.className && isMeantFor(volume, claim));
  }

  someVolume(className: string, labels: Labels, test: (volume: Volume) => boolean): boolean {
    return this.#byClass.get(className)?.byNode.some(labels, test) ?? false;
  }

  hasMatch(claim: Claim): boolean {
    if (this.meantFor(claim).length > 0) return true;
    return this.#byClass.get(claim.className)?.all.some((volume) => mayTake(claim, volume)) ?? false;
  }

  hasRoom({ spec, storageClass, className }: Claim, labels: Labels): boolean {
    const provisioner = storageClass?.spec.provisioner ?? '';
    if (spec.bytes === 0 || this.#drivers.get(provisioner)?.storageCapacity !== true) return true;
    const capacities = this.#capacities.get(className);
    return (
      capacities?.some(
        labels,
        ({ bytes, nodes }) => bytes !== undefined && bytes >= spec.bytes && selects(nodes, labels),
      ) ?? false
    );
  }

  /** The claim that a pod's volume uses, made when its controller would make it; undefined when it is not there. */
  claimFor(volume: PodVolume, name: string, template: PodTemplate, pod: WorldPod): PodClaim {
    const ephemeral = volume.source.kind === 'ephemeral';
    const found = this.#claims.get(`${template.namespace}/${name}`) ?? this.#make(volume, name, template, pod);
    // An object that was read waits for its claim as it does in its cluster; one that is made is made with its claim.
    const there = found !== undefined && (found.given || this.simulated || pod.sourced === undefined);
    const claim = there ? found : undefined;
    return { name, claim, ephemeral, owned: !ephemeral || claim === undefined || isClaimOf(claim, pod) };
  }

  #make({ name: volume, source }: PodVolume, name: string, template: PodTemplate, pod: WorldPod): Claim | undefined {
    const spec = source.kind === 'ephemeral' ? source.spec : this.#templateOf(volume, template);
    if (spec === undefined || (source.kind !== 'ephemeral' && source.kind !== 'claimTemplate')) return undefined;
    return this.#addClaim({
      namespace: template.namespace,
      name,
      uid: undefined,
      sourced: undefined,
      owner: source.kind === 'ephemeral' ? { apiVersion: 'v1', kind: 'Pod', name: pod.name, uid: '' } : undefined,
      spec: { ...spec, ...NEW_CLAIM },
      storageClass: storageClassOf(this.#world.storageClasses, spec.storageClass),
      volume: undefined,
    });
  }

  #templateOf(volume: string, template: PodTemplate): ClaimSpec | undefined {
    const workload = this.#world.workloads.find(({ templates }) => templates.includes(template));
    return workload?.spec.claimTemplates.find(({ name }) => name === volume);
  }

  #addClaim(source: Omit<WorldClaim, 'spec' | 'workloads'> & { readonly spec: ClaimSpec & ClaimState }): Claim {
    const claim = new Claim(source, this);
    this.#claims.set(keyOf(claim), claim);
    return claim;
  }

  #add(source: WorldVolume): void {
    const volume: Volume = {
      ...source,
      order: this.#volumes.size,
      reach: this.reaches.of(source),
      claimed: source.claim,
      available: startsAvailable(source, this.simulated),
    };
    this.#volumes.set(volume.name, volume);
    const ofClass = this.#byClass.get(volume.storageClass) ?? { all: [], byNode: new LabelIndex<Volume>() };
    this.#byClass.set(volume.storageClass, ofClass);
    ofClass.all.push(volume);
    ofClass.byNode.add(
      volume,
      volume.nodeTerms?.map(({ labels }) => labels),
    );
    if (source.claim !== undefined) pushTo(this.#meant, keyOf(source.claim), volume);
  }

  /** A pod with these claims is placed: they get what the scheduler assumes for them, or what the cluster would make. */
  bind(claims: readonly Claim[], { matches, provisions }: Plan, node: VolumeNode): void {
    for (const { claim, volume } of matches) this.#match(claim, volume);
    for (const claim of provisions) {
      if (!this.simulated) this.#change(claim, { selectedNode: node.name });
      else if (claim.unknownVolume || isProvisioned(claim)) this.#provision(claim, node);
    }
    for (const claim of claims) if (this.simulated && !claim.binding.settled) this.#change(claim, { settled: true });
  }

  #match(claim: Claim, volume: Volume): void {
    const { claimed, available } = volume;
    this.#log.push({
      claim,
      binding: claim.binding,
      volume: { of: volume, before: { claimed, available } },
      made: undefined,
    });
    volume.claimed = { namespace: claim.namespace, name: claim.name, uid: claim.uid ?? '' };
    if (!isMeant(this.#meant, claim, volume)) pushTo(this.#meant, keyOf(claim), volume);
    if (!this.simulated) return;
    volume.available = false;
    claim.binding = { ...claim.binding, volumeName: volume.name, complete: true };
  }

  /** The claim gets what its class makes for the node; a volume that was not given is taken for such a one. */
  #provision(claim: Claim, node: VolumeNode): void {
    const { storageClass, className, spec } = claim;
    const known = claim.binding.volumeName;
    const name = claim.unknownVolume && known !== undefined ? known : `pvc/${keyOf(claim)}/${this.#log.length}`;
    const { nodeTerms, assumed } = placeOf(claim, node);
    const provisioner = storageClass?.spec.provisioner;
    const driver = provisioner === undefined ? undefined : driverOfProvisioner(provisioner)?.driver;
    const { bytes, accessModes, volumeMode, attributesClass } = spec;
    const source = { nodeTerms, migratedNodeTerms: undefined, labels: {}, disk: undefined };
    this.#volumes.set(name, {
      ...source,
      name,
      bytes,
      accessModes,
      volumeMode,
      attributesClass,
      claim: undefined,
      claimed: { namespace: claim.namespace, name: claim.name, uid: claim.uid ?? '' },
      storageClass: className,
      reclaimPolicy: storageClass?.spec.reclaimPolicy ?? 'Delete',
      phase: 'Bound',
      terminating: false,
      csi: driver === undefined ? undefined : { driver, handle: name },
      order: 0,
      reach: this.reaches.of(source),
      available: false,
    });
    this.#log.push({ claim, binding: claim.binding, volume: undefined, made: { name, assumed } });
    claim.binding = { ...claim.binding, volumeName: name, complete: true, selectedNode: node.name };
  }

  #change(claim: Claim, binding: Partial<Binding>): void {
    this.#log.push({ claim, binding: claim.binding, volume: undefined, made: undefined });
    claim.binding = { ...claim.binding, ...binding };
  }

  mark(): number {
    return this.#log.length;
  }

  undo(mark: number): void {
    while (this.#log.length > mark) {
      const change = this.#log.pop();
      if (change === undefined) return;
      const { claim, binding, volume, made } = change;
      if (volume !== undefined) Object.assign(volume.of, volume.before);
      if (made !== undefined) this.#volumes.delete(made.name);
      claim.binding = binding;
    }
  }
}

/** Where the class of a claim makes a volume for the node, and what that takes for granted. */
function placeOf(claim: Claim, node: VolumeNode): Pick<Provisioned, 'nodeTerms'> & Pick<Made, 'assumed'> {
  const { storageClass, className } = claim;
  const assumed = claim.unknownVolume
    ? ['Volumes that claims are bound to but nobody gave are taken for what their class makes.']
    : [];
  if (storageClass === undefined && !claim.unknownClass) return { nodeTerms: undefined, assumed };
  const provisioned = provisionedFor(storageClass, className, node, node.csi);
  assumed.push(provisioned.assumed);
  if (storageClass?.spec.bindingMode === 'Immediate' && !claim.unknownVolume)
    assumed.push(
      `StorageClass ${className} binds at once: a claim that waits is taken to get its volume where its first pod goes.`,
    );
  return { nodeTerms: provisioned.nodeTerms, assumed };
}

/** What a controller has just made. */
const NEW_CLAIM: ClaimState = { phase: undefined, selectedNode: undefined, bindCompleted: false, terminating: false };

function keyOf({ namespace, name }: { readonly namespace: string; readonly name: string }): string {
  return `${namespace}/${name}`;
}

function isMeant(meant: ReadonlyMap<string, readonly Volume[]>, claim: Claim, volume: Volume): boolean {
  return meant.get(keyOf(claim))?.includes(volume) === true;
}

function pushTo<T>(map: Map<string, T[]>, key: string, value: T): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}
