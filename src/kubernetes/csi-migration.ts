/**
 * In-tree disks and the CSI drivers that took them over. After k8s.io/csi-translation-lib v0.36.3 (plugins/*.go,
 * plugins/in_tree_volume.go). The scheduler of v1.36.3 takes five plugins for migrated, whatever the gates say
 * (nodevolumelimits/utils.go, isCSIMigrationOn; volumebinding/binder.go, isCSIMigrationOnForPlugin).
 */
import type { Labels } from './objects.ts';
import type { NodeSelectorTerm, Requirement } from './selectors.ts';
import type { InTreeDisk } from './disks.ts';

interface Migrated {
  readonly plugin: string;
  readonly driver: string;
  /** The key that the driver's nodes carry in place of the zone's; undefined when the translation leaves topology alone. */
  readonly zoneKey: string | undefined;
}

const MIGRATED: Readonly<Record<string, Migrated>> = {
  awsElasticBlockStore: {
    plugin: 'kubernetes.io/aws-ebs',
    driver: 'ebs.csi.aws.com',
    zoneKey: 'topology.ebs.csi.aws.com/zone',
  },
  gcePersistentDisk: {
    plugin: 'kubernetes.io/gce-pd',
    driver: 'pd.csi.storage.gke.io',
    zoneKey: 'topology.gke.io/zone',
  },
  azureDisk: { plugin: 'kubernetes.io/azure-disk', driver: 'disk.csi.azure.com', zoneKey: undefined },
  cinder: {
    plugin: 'kubernetes.io/cinder',
    driver: 'cinder.csi.openstack.org',
    zoneKey: 'topology.cinder.csi.openstack.org/zone',
  },
  portworxVolume: { plugin: 'kubernetes.io/portworx-volume', driver: 'pxd.portworx.com', zoneKey: undefined },
};

/** Provisioners of the same plugins, as storage classes name them, with the driver that makes their volumes. */
const DRIVERS: ReadonlyMap<string, string> = new Map(
  Object.values(MIGRATED).map(({ plugin, driver }) => [plugin, driver]),
);

/** In-tree provisioners that have a driver which the scheduler does not count. */
const UNCOUNTED: ReadonlySet<string> = new Set(['kubernetes.io/azure-file', 'kubernetes.io/vsphere-volume']);

export interface Attachment {
  readonly plugin: string;
  readonly driver: string;
  readonly handle: string;
}

/**
 * What NodeVolumeLimits counts of an in-tree disk on a node that has a CSINode; undefined when it counts nothing. A
 * PersistentVolume gives its labels, a pod's own volume none. A disk whose translation fails counts nothing as a
 * PersistentVolume; the scheduler refuses a pod that names such a one inline.
 */
export function attachmentOfDisk(disk: InTreeDisk, labels?: Labels): Attachment | undefined {
  const migrated = MIGRATED[disk.kind];
  const handle = migrated === undefined ? undefined : handleOf(disk, labels ?? {});
  // Without a kind the API server writes Shared, which the driver does not take.
  if (disk.kind === 'azureDisk' && !disk.managed) return undefined;
  return migrated === undefined || handle === undefined
    ? undefined
    : { plugin: migrated.plugin, driver: migrated.driver, handle };
}

/**
 * The driver that NodeVolumeLimits counts volumes of a provisioner for: its own name, or that of the driver which took
 * the in-tree plugin over; undefined when it counts none. A node without CSINode counts no in-tree plugin.
 */
export function driverOfProvisioner(provisioner: string): { driver: string; inTree: boolean } | undefined {
  if (UNCOUNTED.has(provisioner)) return undefined;
  const driver = DRIVERS.get(provisioner);
  return driver === undefined ? { driver: provisioner, inTree: false } : { driver, inTree: true };
}

/** The in-tree plugin's name for a disk, as the annotation of a CSINode lists it; undefined for those never translated. */
export function pluginOfDisk(disk: InTreeDisk): string | undefined {
  return MIGRATED[disk.kind]?.plugin;
}

function handleOf(disk: InTreeDisk, labels: Labels): string | undefined {
  switch (disk.kind) {
    case 'awsElasticBlockStore':
      return ebsHandle(disk.volumeId);
    case 'gcePersistentDisk':
      return gceHandle(disk.disk, labels);
    case 'azureDisk':
      return disk.uri;
    case 'cinder':
    case 'portworxVolume':
      return disk.volumeId;
    case 'iscsi':
    case 'rbd':
    case 'azureFile':
    case 'vsphereVolume':
      break;
  }
  return undefined;
}

/** KubernetesVolumeIDToEBSVolumeID: `aws://zone/vol-1234` or the bare id. */
function ebsHandle(id: string): string | undefined {
  if (!id.startsWith('aws://')) return id;
  const slash = id.indexOf('/', 'aws://'.length);
  const path = slash === -1 ? '' : id.slice(slash).replace(/^\/+|\/+$/g, '');
  return /^vol-[^/]*$/.test(path) ? path : undefined;
}

function gceHandle(disk: string, labels: Labels): string | undefined {
  const zones = (labels[BETA_ZONE] || labels[GA_ZONE] || '').split(BETWEEN_ZONES);
  if (zones.length === 1) return `projects/UNSPECIFIED/zones/${zones[0] || 'UNSPECIFIED'}/disks/${disk}`;
  const parts = zones.map((zone) => zone.split('-'));
  const regions = new Set(parts.map((zone) => zone.slice(0, 2).join('-')));
  if (regions.size !== 1 || parts.some((zone) => zone.length !== 3)) return undefined;
  return `projects/UNSPECIFIED/regions/${[...regions][0]}/disks/${disk}`;
}

const GA_ZONE = 'topology.kubernetes.io/zone';
const GA_REGION = 'topology.kubernetes.io/region';
const BETA_ZONE = 'failure-domain.beta.kubernetes.io/zone';
const BETA_REGION = 'failure-domain.beta.kubernetes.io/region';
const BETWEEN_ZONES = '__';

/**
 * The node terms of an in-tree volume in the driver's own topology (translateTopologyFromInTreeToCSI): the zone's key is
 * replaced, or added from the volume's label where no term has it; the beta region key becomes the GA one.
 */
export function migratedNodeTerms(
  disk: InTreeDisk,
  labels: Labels,
  terms: readonly NodeSelectorTerm[] | undefined,
): readonly NodeSelectorTerm[] | undefined {
  const zoneKey = MIGRATED[disk.kind]?.zoneKey;
  if (zoneKey === undefined) return undefined;
  const all = terms ?? [];
  const beta =
    !hasKey(all, GA_ZONE) &&
    (hasKey(all, BETA_ZONE) || (labels[GA_ZONE] === undefined && labels[BETA_ZONE] !== undefined));
  const from = beta ? BETA_ZONE : GA_ZONE;
  const changed = hasValues(all, from)
    ? renamed(all, from, zoneKey)
    : withZones(all, zoneKey, (labels[from] ?? '').split(BETWEEN_ZONES));
  const result = beta && hasValues(changed, BETA_REGION) ? renamed(changed, BETA_REGION, GA_REGION) : changed;
  return result === all ? undefined : result;
}

function withZones(
  terms: readonly NodeSelectorTerm[],
  key: string,
  written: readonly string[],
): readonly NodeSelectorTerm[] {
  const values = [...new Set(written.map((zone) => zone.trim()).filter((zone) => zone !== ''))].sort();
  if (values.length === 0) return terms;
  const requirement: Requirement = { key, operator: 'In', values };
  if (terms.length === 0) return [{ labels: [requirement], fields: [], valid: true }];
  // An empty term, which fits no node, becomes one that fits the zones.
  return terms.map((term) => ({
    ...term,
    labels: [...term.labels, requirement],
    valid: term.valid || (term.labels.length === 0 && term.fields.length === 0),
  }));
}

function renamed(terms: readonly NodeSelectorTerm[], from: string, to: string): readonly NodeSelectorTerm[] {
  return terms.map((term) => ({
    ...term,
    labels: term.labels.map((requirement) => (requirement.key === from ? { ...requirement, key: to } : requirement)),
  }));
}

function hasKey(terms: readonly NodeSelectorTerm[], key: string): boolean {
  return terms.some(({ labels }) => labels.some((requirement) => requirement.key === key));
}

function hasValues(terms: readonly NodeSelectorTerm[], key: string): boolean {
  return terms.some(({ labels }) =>
    labels.some((requirement) => requirement.key === key && requirement.values.length > 0),
  );
}
