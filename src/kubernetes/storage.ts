/** Claims, volumes, classes and what CSI drivers tell of nodes: what the volume plugins of the scheduler read. */
import { isObject } from '../core/json.ts';
import { migratedNodeTerms } from './csi-migration.ts';
import type { Labels, Reader, Refuse } from './objects.ts';
import { at, flag, integer, into, items, reader, text, textList, textMap } from './objects.ts';
import { amountOf } from './resources.ts';
import type { NodeSelectorTerm, Selector } from './selectors.ts';
import { readNodeSelectorTerms, readSelector } from './selectors.ts';
import type { InTreeDisk } from './disks.ts';
import { readInTreeDisk } from './disks.ts';

/** The class annotation that is older than the field and still wins: component-helpers storage/volume (GetPersistentVolumeClaimClass). */
const BETA_CLASS = 'volume.beta.kubernetes.io/storage-class';
const SELECTED_NODE = 'volume.kubernetes.io/selected-node';
const BIND_COMPLETED = 'pv.kubernetes.io/bind-completed';
const MIGRATED_PLUGINS = 'storage.alpha.kubernetes.io/migrated-plugins';

/** What is asked of a volume, by a claim or a template of claims. */
export interface ClaimSpec {
  /** Undefined: the default class; empty: no class, only volumes without one. */
  readonly storageClass: string | undefined;
  readonly accessModes: readonly string[];
  /** 0 when it asks for no size. */
  readonly bytes: number;
  readonly volumeMode: 'Filesystem' | 'Block';
  /** Undefined: any volume. */
  readonly selector: Selector | undefined;
  readonly attributesClass: string;
  readonly volumeName: string | undefined;
}

/** What has become of a claim. */
export interface ClaimState {
  /** Undefined when the object has no status. */
  readonly phase: string | undefined;
  /** The node that the scheduler chose for it (`volume.kubernetes.io/selected-node`). */
  readonly selectedNode: string | undefined;
  /** The annotation that makes a claim with a volume's name a bound one. */
  readonly bindCompleted: boolean;
  readonly terminating: boolean;
}

export function readClaim(object: unknown, refuse?: Refuse): ClaimSpec & ClaimState {
  const root = reader(object, refuse);
  const annotations = textMap(into(root, 'metadata'), 'annotations');
  return {
    ...readClaimSpec(root),
    phase: text(into(root, 'status'), 'phase') || undefined,
    selectedNode: annotations[SELECTED_NODE],
    bindCompleted: annotations[BIND_COMPLETED] !== undefined,
    terminating: at(object, 'metadata', 'deletionTimestamp') !== undefined,
  };
}

/** Of a claim or a claim template, both with metadata and spec. */
export function readClaimSpec(claim: Reader): ClaimSpec {
  const spec = into(claim, 'spec');
  const beta = at(claim.value, 'metadata', 'annotations', BETA_CLASS);
  return {
    storageClass: typeof beta === 'string' ? beta : text(spec, 'storageClassName'),
    accessModes: textList(spec, 'accessModes'),
    bytes: bytesAt(spec, 'resources', 'requests', 'storage') ?? 0,
    volumeMode: text(spec, 'volumeMode') === 'Block' ? 'Block' : 'Filesystem',
    selector: isObject(at(spec.value, 'selector')) ? readSelector(spec, 'selector') : undefined,
    attributesClass: text(spec, 'volumeAttributesClassName') ?? '',
    volumeName: text(spec, 'volumeName') || undefined,
  };
}

export interface VolumeSpec {
  readonly bytes: number;
  readonly accessModes: readonly string[];
  readonly volumeMode: 'Filesystem' | 'Block';
  readonly attributesClass: string;
  readonly claim: { readonly namespace: string; readonly name: string; readonly uid: string } | undefined;
  readonly storageClass: string;
  readonly reclaimPolicy: string;
  readonly labels: Labels;
  /** Undefined when the object has no status. */
  readonly phase: string | undefined;
  readonly terminating: boolean;
  /** Nodes that can reach it; undefined: all. */
  readonly nodeTerms: readonly NodeSelectorTerm[] | undefined;
  /** The same where VolumeBinding takes an in-tree disk for its CSI driver's; undefined when that changes nothing. */
  readonly migratedNodeTerms: readonly NodeSelectorTerm[] | undefined;
  readonly csi: { readonly driver: string; readonly handle: string } | undefined;
  readonly disk: InTreeDisk | undefined;
}

/** Retain and Filesystem by default: pkg/apis/core/v1/defaults.go (SetDefaults_PersistentVolume). */
export function readVolumeSpec(object: unknown, refuse?: Refuse): VolumeSpec {
  const root = reader(object, refuse);
  const metadata = into(root, 'metadata');
  const spec = into(root, 'spec');
  const claim = into(spec, 'claimRef');
  const csi = into(spec, 'csi');
  const required = into(into(spec, 'nodeAffinity'), 'required');
  const beta = at(metadata.value, 'annotations', BETA_CLASS);
  const labels = textMap(metadata, 'labels');
  const disk = readInTreeDisk(spec);
  const nodeTerms = isObject(required.value) ? readNodeSelectorTerms(required, 'nodeSelectorTerms') : undefined;
  return {
    bytes: bytesAt(spec, 'capacity', 'storage') ?? 0,
    accessModes: textList(spec, 'accessModes'),
    volumeMode: text(spec, 'volumeMode') === 'Block' ? 'Block' : 'Filesystem',
    attributesClass: text(spec, 'volumeAttributesClassName') ?? '',
    claim: isObject(claim.value)
      ? {
          namespace: text(claim, 'namespace') ?? '',
          name: text(claim, 'name') ?? '',
          uid: text(claim, 'uid') ?? '',
        }
      : undefined,
    storageClass: typeof beta === 'string' ? beta : (text(spec, 'storageClassName') ?? ''),
    reclaimPolicy: text(spec, 'persistentVolumeReclaimPolicy') || 'Retain',
    labels,
    phase: text(into(root, 'status'), 'phase') || undefined,
    terminating: at(object, 'metadata', 'deletionTimestamp') !== undefined,
    nodeTerms,
    migratedNodeTerms: disk === undefined ? undefined : migratedNodeTerms(disk, labels, nodeTerms),
    csi: isObject(csi.value)
      ? { driver: text(csi, 'driver') ?? '', handle: text(csi, 'volumeHandle') ?? '' }
      : undefined,
    disk,
  };
}

/** One alternative of a class's allowed topologies: every key must have one of its values. */
export type TopologyTerm = readonly { readonly key: string; readonly values: readonly string[] }[];

export interface StorageClassSpec {
  readonly provisioner: string;
  readonly bindingMode: 'Immediate' | 'WaitForFirstConsumer';
  readonly reclaimPolicy: string;
  readonly isDefault: boolean;
  readonly allowVolumeExpansion: boolean;
  /** Empty: everywhere. */
  readonly allowedTopologies: readonly TopologyTerm[];
}

/** Immediate and Delete by default: pkg/apis/storage/v1/defaults.go. */
export function readStorageClass(object: unknown, refuse?: Refuse): StorageClassSpec {
  const root = reader(object, refuse);
  const annotations = textMap(into(root, 'metadata'), 'annotations');
  return {
    provisioner: text(root, 'provisioner') ?? '',
    bindingMode: text(root, 'volumeBindingMode') === 'WaitForFirstConsumer' ? 'WaitForFirstConsumer' : 'Immediate',
    reclaimPolicy: text(root, 'reclaimPolicy') || 'Delete',
    isDefault:
      annotations['storageclass.kubernetes.io/is-default-class'] === 'true' ||
      annotations['storageclass.beta.kubernetes.io/is-default-class'] === 'true',
    allowVolumeExpansion: flag(root, 'allowVolumeExpansion') ?? false,
    allowedTopologies: items(root, 'allowedTopologies').map((term) =>
      items(term, 'matchLabelExpressions').map((expression) => ({
        key: text(expression, 'key') ?? '',
        values: textList(expression, 'values'),
      })),
    ),
  };
}

/** The drivers of one node, by the node's name. */
export interface CsiNode {
  readonly name: string;
  readonly drivers: readonly CsiNodeDriver[];
  /** In-tree plugins that its kubelet has handed over; VolumeBinding reads them, NodeVolumeLimits does not. */
  readonly migratedPlugins: readonly string[];
}

export interface CsiNodeDriver {
  readonly name: string;
  readonly nodeId: string;
  readonly topologyKeys: readonly string[];
  /** Volumes that can be attached; undefined: no limit is known. */
  readonly limit: number | undefined;
}

export function readCsiNode(object: unknown, refuse?: Refuse): CsiNode {
  const root = reader(object, refuse);
  const metadata = into(root, 'metadata');
  const plugins = at(metadata.value, 'annotations', MIGRATED_PLUGINS);
  return {
    name: text(metadata, 'name') ?? '',
    drivers: items(into(root, 'spec'), 'drivers').map((driver) => ({
      name: text(driver, 'name') ?? '',
      nodeId: text(driver, 'nodeID') ?? '',
      topologyKeys: textList(driver, 'topologyKeys'),
      limit: integer(into(driver, 'allocatable'), 'count'),
    })),
    migratedPlugins: typeof plugins === 'string' && plugins !== '' ? plugins.split(',') : [],
  };
}

export interface CsiDriver {
  readonly name: string;
  /** The driver publishes how much room there is; VolumeBinding then asks for it. */
  readonly storageCapacity: boolean;
  readonly attachRequired: boolean;
}

/** attachRequired true, storageCapacity false by default: pkg/apis/storage/v1/defaults.go (SetDefaults_CSIDriver). */
export function readCsiDriver(object: unknown, refuse?: Refuse): CsiDriver {
  const root = reader(object, refuse);
  const spec = into(root, 'spec');
  return {
    name: text(into(root, 'metadata'), 'name') ?? '',
    storageCapacity: flag(spec, 'storageCapacity') ?? false,
    attachRequired: flag(spec, 'attachRequired') ?? true,
  };
}

export interface StorageCapacity {
  readonly storageClass: string;
  /** The largest volume that can be made: maximumVolumeSize, else capacity; undefined: none. */
  readonly bytes: number | undefined;
  /** `nothing` when it is not written: no node has access. */
  readonly nodes: Selector;
}

export function readStorageCapacity(object: unknown, refuse?: Refuse): StorageCapacity {
  const root = reader(object, refuse);
  return {
    storageClass: text(root, 'storageClassName') ?? '',
    bytes: bytesAt(root, 'maximumVolumeSize') ?? bytesAt(root, 'capacity'),
    nodes: readSelector(root, 'nodeTopology'),
  };
}

export interface VolumeAttachment {
  readonly node: string;
  readonly attacher: string;
  /** Undefined for a volume that a pod names inline. */
  readonly volume: string | undefined;
  readonly attached: boolean;
  readonly terminating: boolean;
}

export function readVolumeAttachment(object: unknown, refuse?: Refuse): VolumeAttachment {
  const root = reader(object, refuse);
  const spec = into(root, 'spec');
  return {
    node: text(spec, 'nodeName') ?? '',
    attacher: text(spec, 'attacher') ?? '',
    volume: text(into(spec, 'source'), 'persistentVolumeName') || undefined,
    attached: flag(into(root, 'status'), 'attached') ?? false,
    terminating: at(object, 'metadata', 'deletionTimestamp') !== undefined,
  };
}

function bytesAt(from: Reader, ...path: readonly string[]): number | undefined {
  const amount = amountOf('storage', at(from.value, ...path));
  return amount === undefined ? undefined : Math.ceil(amount);
}
