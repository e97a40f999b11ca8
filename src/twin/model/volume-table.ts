/** Volumes of pods, as the scheduler's volume plugins see them. */
import type { World } from '../../inventory/world.ts';
import type { InTreeDisk } from '../../kubernetes/disks.ts';
import { attachmentOfDisk } from '../../kubernetes/csi-migration.ts';
import { claimOfVolume } from '../../kubernetes/volumes.ts';
import { FITS } from '../scheduler/failures.ts';
import type { ClaimsInCycle, Plan, PodClaim } from '../scheduler/volume-binding.ts';
import { bindingFailure, bindingRefusal, claimsInCycle } from '../scheduler/volume-binding.ts';
import type { Counted } from '../scheduler/volume-limits.ts';
import { Attached, counted, countedOfClaim, limitsOf } from '../scheduler/volume-limits.ts';
import type { SoleUse } from '../scheduler/volume-restrictions.ts';
import {
  DISK_CONFLICT,
  USED_BY_ANOTHER_POD,
  disksConflict,
  isRestricted,
  moveSoleUse,
  soleUse,
} from '../scheduler/volume-restrictions.ts';
import { zoneFailure, zoneRefusal, zonedVolumes } from '../scheduler/volume-zone.ts';
import type { Claim, Volume } from './claims.ts';
import type { NodeIndex, ShapeSource } from './cluster-state.ts';
import type { Cluster } from './cluster.ts';
import type { VolumeNode } from './reach.ts';
import type { Shape } from './shape.ts';
import { VolumeStore } from './volume-store.ts';

/** What a shape's volumes are to the scheduler. */
export interface ShapeVolumes {
  readonly namespace: string;
  readonly pod: string;
  /** In the order of the pod's volumes. */
  readonly claims: readonly PodClaim[];
  /** Those of them that are there, each once. */
  readonly distinct: readonly Claim[];
  /** Those that the pod names, without the ones of its ephemeral volumes; some plugins look at these alone. */
  readonly named: readonly Claim[];
  /** The names of these, one for each volume, whether they are there or not. */
  readonly names: readonly string[];
  /** Names of those that one pod alone may use. */
  readonly sole: ReadonlySet<string>;
  /** Disks that no other pod on the node may have. */
  readonly restricted: readonly InTreeDisk[];
  /** Disks of the pod's own that are attached by a CSI driver. */
  readonly disks: readonly Counted[];
}

export interface VolumeSettings {
  /**
   * The API server's objects decide everything, as for the scheduler itself. Else claims get their volumes as soon as
   * their pod is placed, and the controllers of claims and volumes have done their work.
   */
  readonly exact: boolean;
}

/** What is found once for a pod that is being scheduled. */
interface Cycle {
  readonly volumes: ShapeVolumes;
  readonly use: SoleUse;
  /** What it attaches, each volume once. */
  readonly added: readonly Counted[];
  readonly claims: ClaimsInCycle;
  readonly zoned: readonly Volume[];
}

interface OnNode {
  readonly pods: ShapeVolumes[];
  /** Undefined until it is asked for. */
  attached: Attached | undefined;
}

export class VolumeTable {
  readonly #cluster: Pick<Cluster, 'nodes'>;
  readonly #world: World;
  readonly #store: VolumeStore;
  readonly #exact: boolean;
  readonly #nodes: (VolumeNode | undefined)[] = [];
  readonly #attachments: ReadonlyMap<string, readonly Counted[]>;
  /** By node. */
  readonly #onNode: (OnNode | undefined)[] = [];
  #cycle: Cycle | undefined;

  constructor(world: World, cluster: Pick<Cluster, 'nodes'>, settings: VolumeSettings = { exact: false }) {
    this.#cluster = cluster;
    this.#world = world;
    this.#exact = settings.exact;
    this.#store = new VolumeStore(world, !settings.exact);
    this.#attachments = attachmentsOf(world, settings.exact);
  }

  /** What had to be assumed of volumes, one sentence each. */
  assumed(): readonly string[] {
    return this.#store.assumed();
  }

  /** What the volumes of a pod are; undefined when no plugin looks at them. Pods that differ in it have different shapes. */
  compile({ template, sample }: ShapeSource): ShapeVolumes | undefined {
    const claims: PodClaim[] = [];
    const restricted: InTreeDisk[] = [];
    const disks: Counted[] = [];
    for (const volume of template.spec.volumes) {
      const { source } = volume;
      const name = claimOfVolume(volume, sample.name);
      if (name !== undefined) claims.push(this.#store.claimFor(volume, name, template, sample));
      else if (isDisk(source)) {
        if (isRestricted(source)) restricted.push(source);
        const attachment = attachmentOfDisk(source);
        if (attachment !== undefined) disks.push(counted(attachment));
      }
    }
    if (claims.length + restricted.length + disks.length === 0) return undefined;
    const present = (all: readonly PodClaim[]): readonly Claim[] => all.flatMap(({ claim }) => claim ?? []);
    const byName = claims.filter(({ ephemeral }) => !ephemeral);
    const named = present(byName);
    const sole = named.filter(({ spec }) => spec.accessModes.includes('ReadWriteOncePod'));
    return {
      namespace: template.namespace,
      pod: sample.name,
      claims,
      distinct: [...new Set(present(claims))],
      named,
      names: byName.map(({ name }) => name),
      sole: new Set(sole.map(({ name }) => name)),
      restricted,
      disks,
    };
  }

  /** A text that is equal for pods of one template whose volumes are alike; empty when the template decides. */
  keyOf({ template, sample }: ShapeSource): string {
    let key = '';
    for (const volume of template.spec.volumes) {
      const { kind } = volume.source;
      if (kind === 'claimTemplate') key += `${claimOfVolume(volume, sample.name) ?? ''} `;
      // Another pod of the name may have another uid, and the claim is its own by that.
      else if (kind === 'ephemeral') key += `${claimOfVolume(volume, sample.name) ?? ''}=${sample.uid ?? ''} `;
      // What a pod that was read waits for is there for one that is made.
      else if (kind === 'claim' && this.#exact) key += sample.sourced === undefined ? '' : '+';
    }
    return key;
  }

  /** Why the pod is refused before any node is looked at: the PreFilter of the volume plugins, in their order. */
  refusal(shape: Shape): { readonly plugin: string; readonly message: string } | undefined {
    const { volumes } = shape;
    if (volumes === undefined) return undefined;
    const missing = volumes.claims.find(({ claim, ephemeral }) => claim === undefined && !ephemeral);
    if (missing !== undefined)
      return { plugin: 'VolumeRestrictions', message: `persistentvolumeclaim "${missing.name}" not found` };
    this.#begin(volumes);
    const unbound = bindingRefusal(volumes.claims, volumes.namespace, volumes.pod);
    if (unbound !== undefined) return { plugin: 'VolumeBinding', message: unbound };
    const gone = zoneRefusal(volumes.named);
    return gone === undefined ? undefined : { plugin: 'VolumeZone', message: gone };
  }

  /** VolumeRestrictions, NodeVolumeLimits, VolumeBinding, VolumeZone on a node, in this order; 0 fits. */
  failure(shape: Shape, node: NodeIndex): number {
    const { volumes } = shape;
    if (volumes === undefined) return FITS;
    const cycle = this.#cycle?.volumes === volumes ? this.#cycle : this.#begin(volumes);
    const restricted = cycle.use.skipped ? FITS : this.#restriction(volumes, cycle.use, node);
    if (restricted !== FITS) return restricted;
    const on = this.#nodeAt(node);
    if (on.limits !== undefined && cycle.added.length > 0) {
      const limited = this.#attachedTo(on).failure(cycle.added, on.limits);
      if (limited !== FITS) return limited;
    }
    const unbound = bindingFailure(cycle.claims, on, this.#store);
    return unbound === FITS ? zoneFailure(cycle.zoned, on) : unbound;
  }

  /** A pod of the shape comes to the node (1) or leaves it (-1). */
  count(shape: Shape, node: NodeIndex, sign: 1 | -1): void {
    const { volumes } = shape;
    if (volumes === undefined) return;
    const on = (this.#onNode[node] ??= { pods: [], attached: undefined });
    on.attached = undefined;
    if (sign === 1) on.pods.push(volumes);
    else on.pods.splice(on.pods.lastIndexOf(volumes), 1);
    for (const claim of volumes.distinct) claim.mounts += sign;
    for (const claim of volumes.named) addTo(claim.users, node, sign);
    if (this.#cycle !== undefined) moveSoleUse(this.#cycle.use, volumes.names, sign);
  }

  /**
   * The scheduler decided for the node, or the pod was on it from the beginning (`found`): claims that wait for a pod get
   * their volume. Called before the pod is counted there, and never for what is only tried.
   */
  assume(shape: Shape, node: NodeIndex, found = false): void {
    const { volumes } = shape;
    if (volumes === undefined || volumes.distinct.length === 0 || (found && this.#exact)) return;
    const on = this.#nodeAt(node);
    const before = this.#store.mark();
    const plan: Plan = { matches: [], provisions: [] };
    bindingFailure(claimsInCycle(volumes.claims), on, this.#store, plan);
    this.#store.bind(volumes.distinct, plan, on);
    if (this.#store.mark() === before) return;
    this.#cycle = undefined;
    this.#recount(volumes.distinct);
  }

  /** A point in the log of bindings. */
  mark(): number {
    return this.#store.mark();
  }

  /** Takes back every binding since the mark. */
  undo(mark: number): void {
    if (this.#store.mark() === mark) return;
    this.#store.undo(mark);
    this.#cycle = undefined;
    this.#recountAll();
  }

  grow(capacity: number): void {
    void capacity;
  }

  /** Volumes of pods that share these claims are known by other names now. */
  #recount(claims: readonly Claim[]): void {
    if (claims.some(({ mounts }) => mounts > 0)) this.#recountAll();
  }

  #recountAll(): void {
    for (const on of this.#onNode) if (on !== undefined) on.attached = undefined;
  }

  #begin(volumes: ShapeVolumes): Cycle {
    const wanted = new Set(volumes.named.filter(({ name }) => volumes.sole.has(name)));
    const used = [...wanted].filter(({ users }) => this.#isUsed(users)).length;
    const use = soleUse(volumes.sole, used, volumes.restricted.length > 0);
    const added = new Map(countedOf(volumes).map((one) => [one.unique, one]));
    const claims = claimsInCycle(volumes.claims);
    this.#cycle = { volumes, use, added: [...added.values()], claims, zoned: zonedVolumes(volumes.named) };
    return this.#cycle;
  }

  /** By a pod on a node that is there. */
  #isUsed(users: ReadonlyMap<NodeIndex, number>): boolean {
    for (const node of users.keys()) if (this.#cluster.nodes.exists[node] === 1) return true;
    return false;
  }

  #restriction({ restricted }: ShapeVolumes, use: SoleUse, node: NodeIndex): number {
    if (restricted.length > 0) {
      for (const other of this.#onNode[node]?.pods ?? [])
        for (const disk of restricted)
          if (other.restricted.some((taken) => disksConflict(disk, taken))) return DISK_CONFLICT;
    }
    return use.conflicts > 0 ? USED_BY_ANOTHER_POD : FITS;
  }

  #attachedTo(node: VolumeNode): Attached {
    const { index, name } = node;
    const on = (this.#onNode[index] ??= { pods: [], attached: undefined });
    on.attached ??= new Attached(on.pods.flatMap(countedOf), this.#attachments.get(name) ?? []);
    return on.attached;
  }

  /** A number may stand for another node after undo. */
  #nodeAt(index: NodeIndex): VolumeNode {
    const source = this.#cluster.nodes.sources[index];
    const known = this.#nodes[index];
    if (known !== undefined && known.source === source) return known;
    const name = source?.name ?? '';
    const csi = this.#world.csi.nodes.get(name);
    const node = { index, name, labels: source?.labels ?? {}, csi, limits: limitsOf(csi), source };
    if (known !== undefined) this.#store.reaches.forget(index);
    this.#nodes[index] = node;
    const on = this.#onNode[index];
    if (on !== undefined) on.attached = undefined;
    return node;
  }
}

/** What the pod attaches, as a node with a CSINode counts it. */
function countedOf({ distinct, disks }: ShapeVolumes): readonly Counted[] {
  if (distinct.length === 0) return disks;
  return [...disks, ...distinct.flatMap((claim) => countedOfClaim(claim) ?? [])];
}

/**
 * VolumeAttachments by node (getNodeVolumeAttachmentInfo): of volumes that are there and of a CSI driver. In a simulation
 * those of volumes that pods on the node use go with these pods.
 */
function attachmentsOf(world: World, exact: boolean): ReadonlyMap<string, readonly Counted[]> {
  const volumes = new Map(world.volumes.map((volume) => [volume.name, volume]));
  const used = exact ? new Set<string>() : volumesInUse(world);
  const byNode = new Map<string, Counted[]>();
  for (const { node, attacher, volume } of world.csi.attachments) {
    const csi = volume === undefined ? undefined : volumes.get(volume)?.csi;
    if (attacher === '' || csi === undefined || used.has(`${node} ${volume ?? ''}`)) continue;
    const list = byNode.get(node) ?? [];
    byNode.set(node, list);
    list.push(counted({ driver: attacher, handle: csi.handle }));
  }
  return byNode;
}

/** `node volume` of pods that are on their node. */
function volumesInUse({ workloads, claims }: World): ReadonlySet<string> {
  const volumeOf = new Map(claims.map(({ namespace, name, spec }) => [`${namespace}/${name}`, spec?.volumeName]));
  const used = new Set<string>();
  for (const { namespace, pods } of workloads)
    for (const { name, node, template } of pods)
      for (const volume of node === undefined ? [] : template.spec.volumes) {
        const claim = claimOfVolume(volume, name);
        if (claim !== undefined) used.add(`${node} ${volumeOf.get(`${namespace}/${claim}`) ?? ''}`);
      }
  return used;
}

function isDisk(source: { readonly kind: string }): source is InTreeDisk {
  return DISKS.has(source.kind);
}

const DISKS: ReadonlySet<string> = new Set<InTreeDisk['kind']>([
  'gcePersistentDisk',
  'awsElasticBlockStore',
  'iscsi',
  'rbd',
  'azureDisk',
  'cinder',
  'portworxVolume',
  'azureFile',
  'vsphereVolume',
]);

function addTo(counts: Map<NodeIndex, number>, node: NodeIndex, sign: 1 | -1): void {
  const now = (counts.get(node) ?? 0) + sign;
  if (now === 0) counts.delete(node);
  else counts.set(node, now);
}
