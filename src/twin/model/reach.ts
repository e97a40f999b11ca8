/**
 * Which nodes a volume can be used on, kept by node: it depends on labels alone, and volumes of one zone or of one node
 * share what was found.
 */
import { pluginOfDisk } from '../../kubernetes/csi-migration.ts';
import { stableJson } from '../../core/json.ts';
import type { CsiNode, VolumeSpec } from '../../kubernetes/storage.ts';
import type { NodeSelectorTerm } from '../../kubernetes/selectors.ts';
import { holds } from '../../kubernetes/selectors.ts';
import type { Labels } from '../../kubernetes/objects.ts';
import type { Limits } from '../scheduler/volume-limits.ts';
import type { ZoneLabel } from '../scheduler/volume-zone.ts';
import { zoneConflict, zoneLabelsOf } from '../scheduler/volume-zone.ts';
import type { NodeIndex } from './cluster-state.ts';
import { grown } from './grown.ts';

const KNOWN = 1;
/** The node affinity as it is written does not let the node in. */
const NOT_AS_WRITTEN = 2;
/** The node affinity of a bound volume, which may be that of the driver that took an in-tree disk over. */
const NOT_AS_BOUND = 4;
/** VolumeZone refuses the node. */
const NOT_IN_ZONE = 8;

/** A node as volumes see it. */
export interface VolumeNode {
  readonly index: NodeIndex;
  readonly name: string;
  readonly labels: Labels;
  readonly csi: CsiNode | undefined;
  /** Volumes that its CSI drivers attach; undefined when it has no limit. */
  readonly limits: Limits | undefined;
  /** The object that it was made of. */
  readonly source: unknown;
}

type Source = Pick<VolumeSpec, 'nodeTerms' | 'migratedNodeTerms' | 'labels' | 'disk'>;

export class Reach {
  readonly #terms: readonly NodeSelectorTerm[] | undefined;
  readonly #migratedTerms: readonly NodeSelectorTerm[] | undefined;
  readonly #plugin: string | undefined;
  readonly #zones: readonly ZoneLabel[];
  #byNode = new Uint8Array(0);

  constructor({ nodeTerms, migratedNodeTerms, labels, disk }: Source) {
    this.#terms = nodeTerms;
    this.#migratedTerms = migratedNodeTerms;
    this.#plugin = disk === undefined ? undefined : pluginOfDisk(disk);
    this.#zones = zoneLabelsOf(labels);
  }

  /** It has a label that VolumeZone looks at. */
  get zoned(): boolean {
    return this.#zones.length > 0;
  }

  asWritten(node: VolumeNode): boolean {
    return (this.#verdict(node) & NOT_AS_WRITTEN) === 0;
  }

  asBound(node: VolumeNode): boolean {
    return (this.#verdict(node) & NOT_AS_BOUND) === 0;
  }

  inZone(node: VolumeNode): boolean {
    return (this.#verdict(node) & NOT_IN_ZONE) === 0;
  }

  /** The number of the node stands for another one now. */
  forget(node: NodeIndex): void {
    if (node < this.#byNode.length) this.#byNode[node] = 0;
  }

  #verdict(node: VolumeNode): number {
    const { index } = node;
    if (index >= this.#byNode.length) this.#byNode = grown(this.#byNode, Math.max(64, 2 * (index + 1)));
    const known = this.#byNode[index] as number;
    if (known !== 0) return known;
    const written = admits(this.#terms, node.labels);
    const migrated =
      this.#migratedTerms !== undefined &&
      this.#plugin !== undefined &&
      node.csi?.migratedPlugins.includes(this.#plugin) === true;
    const bound = migrated ? admits(this.#migratedTerms, node.labels) : written;
    const verdict =
      KNOWN |
      (written ? 0 : NOT_AS_WRITTEN) |
      (bound ? 0 : NOT_AS_BOUND) |
      (zoneConflict(this.#zones, node.labels) ? NOT_IN_ZONE : 0);
    this.#byNode[index] = verdict;
    return verdict;
  }
}

/**
 * component-helpers storage/volume/helpers.go (CheckNodeAffinity) asks for a node with labels and no name, and for such a
 * one the fields of a term are passed over (scheduling/corev1/nodeaffinity/nodeaffinity.go, nodeSelectorTerm.match).
 */
function admits(terms: readonly NodeSelectorTerm[] | undefined, labels: Labels): boolean {
  return terms === undefined || terms.some((term) => term.valid && term.labels.every((one) => holds(one, labels)));
}

/** One Reach for all volumes that are alike in it. */
export class Reaches {
  readonly #byKey = new Map<string, Reach>();

  of(source: Source): Reach {
    const { nodeTerms, migratedNodeTerms, labels, disk } = source;
    const key = stableJson([
      nodeTerms ?? null,
      migratedNodeTerms ?? null,
      disk === undefined ? null : (pluginOfDisk(disk) ?? null),
      zoneLabelsOf(labels).map(({ key: label, values }) => [label, ...values]),
    ]);
    const known = this.#byKey.get(key);
    if (known !== undefined) return known;
    const reach = new Reach(source);
    this.#byKey.set(key, reach);
    return reach;
  }

  forget(node: NodeIndex): void {
    for (const reach of this.#byKey.values()) reach.forget(node);
  }
}
