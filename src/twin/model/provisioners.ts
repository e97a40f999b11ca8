/**
 * Which nodes can reach a volume that a provisioner makes for a node. The driver decides that when it makes the volume and
 * nothing in a cluster says it before, so it is an assumption; this table is what the drivers are known to do.
 */
import { isObject } from '../../core/json.ts';
import { at } from '../../kubernetes/objects.ts';
import { driverOfProvisioner } from '../../kubernetes/csi-migration.ts';
import { HOSTNAME, ZONE } from '../../kubernetes/nodes.ts';
import type { Labels } from '../../kubernetes/objects.ts';
import type { CsiNode } from '../../kubernetes/storage.ts';
import type { NodeSelectorTerm, Requirement } from '../../kubernetes/selectors.ts';
import type { WorldStorageClass } from '../../inventory/world.ts';

interface Provisioner {
  readonly reach: 'zone' | 'node' | 'everywhere';
  /** Labels of nodes that name the place, the driver's own first; the first that the node has is used. */
  readonly keys: readonly string[];
}

const zonal = (...keys: readonly string[]): Provisioner => ({ reach: 'zone', keys: [...keys, ZONE] });
const local = (...keys: readonly string[]): Provisioner => ({ reach: 'node', keys: [...keys, HOSTNAME] });
const EVERYWHERE: Provisioner = { reach: 'everywhere', keys: [] };

const AZURE_DISK = 'disk.csi.azure.com';
const GCE_DISK = 'pd.csi.storage.gke.io';

/** By driver; in-tree provisioners are looked up by the driver that took them over. */
const PROVISIONERS: ReadonlyMap<string, Provisioner> = new Map([
  // kubernetes-sigs/aws-ebs-csi-driver pkg/driver/constants.go (ZoneTopologyKey, WellKnownZoneTopologyKey)
  ['ebs.csi.aws.com', zonal('topology.ebs.csi.aws.com/zone')],
  // EKS Auto Mode: the same disks under another name
  ['ebs.csi.eks.amazonaws.com', zonal()],
  // kubernetes-sigs/gcp-compute-persistent-disk-csi-driver pkg/common/constants.go (TopologyKeyZone)
  [GCE_DISK, zonal('topology.gke.io/zone')],
  // kubernetes-sigs/azuredisk-csi-driver docs: topology.disk.csi.azure.com/zone
  [AZURE_DISK, zonal('topology.disk.csi.azure.com/zone')],
  // kubernetes/cloud-provider-openstack pkg/csi/cinder/driver.go (topologyKey)
  ['cinder.csi.openstack.org', zonal('topology.cinder.csi.openstack.org/zone')],
  // AliyunContainerService/alibaba-cloud-csi-driver pkg/disk (TopologyZoneKey)
  ['diskplugin.csi.alibabacloud.com', zonal('topology.diskplugin.csi.alibabacloud.com/zone')],
  // hetznercloud/csi-driver internal/driver/driver.go (TopologySegmentLocation)
  ['csi.hetzner.cloud', { reach: 'zone', keys: ['csi.hetzner.cloud/location', 'topology.kubernetes.io/region'] }],
  // rancher/local-path-provisioner provisioner.go: nodeAffinity on the hostname
  ['rancher.io/local-path', local()],
  // topolvm/topolvm constants.go (TopologyNodeKey); before 0.13 under cybozu.com
  ['topolvm.io', local('topology.topolvm.io/node')],
  ['topolvm.cybozu.com', local('topology.topolvm.cybozu.com/node')],
  // openebs/dynamic-localpv-provisioner: hostname; openebs/lvm-localpv and zfs-localpv: openebs.io/nodename
  ['openebs.io/local', local()],
  ['local.csi.openebs.io', local('openebs.io/nodename')],
  ['zfs.csi.openebs.io', local('openebs.io/nodename')],
  ['microk8s.io/hostpath', local()],
  // kubernetes-csi/csi-driver-host-path: topology.hostpath.csi/node
  ['hostpath.csi.k8s.io', local('topology.hostpath.csi/node')],
  // Network file systems and Ceph: every node that reaches the servers.
  ['nfs.csi.k8s.io', EVERYWHERE],
  ['cluster.local/nfs-subdir-external-provisioner', EVERYWHERE],
  ['k8s-sigs.io/nfs-subdir-external-provisioner', EVERYWHERE],
  ['smb.csi.k8s.io', EVERYWHERE],
  ['efs.csi.aws.com', EVERYWHERE],
  ['fsx.csi.aws.com', EVERYWHERE],
  ['file.csi.azure.com', EVERYWHERE],
  ['kubernetes.io/azure-file', EVERYWHERE],
  ['filestore.csi.storage.gke.io', EVERYWHERE],
  ['rook-ceph.rbd.csi.ceph.com', EVERYWHERE],
  ['rook-ceph.cephfs.csi.ceph.com', EVERYWHERE],
  ['rbd.csi.ceph.com', EVERYWHERE],
  ['cephfs.csi.ceph.com', EVERYWHERE],
  ['driver.longhorn.io', EVERYWHERE],
]);

export interface Provisioned {
  /** Undefined: every node. */
  readonly nodeTerms: readonly NodeSelectorTerm[] | undefined;
  /** One sentence. */
  readonly assumed: string;
}

/** What the class makes for a pod on a node; `className` is said when the class was not given. */
export function provisionedFor(
  storageClass: WorldStorageClass | undefined,
  className: string,
  node: { readonly labels: Labels },
  csiNode: CsiNode | undefined,
): Provisioned {
  if (storageClass === undefined) {
    const which = className === '' ? 'A default StorageClass' : `StorageClass ${className}`;
    return everywhere(`${which} was not given: its volumes are taken to be within reach of every node.`);
  }
  const { provisioner } = storageClass.spec;
  const driver = driverOfProvisioner(provisioner)?.driver ?? provisioner;
  const said = `Volumes of StorageClass ${className} (${provisioner})`;
  const known = PROVISIONERS.get(driver);
  if (known?.reach === 'everywhere' || (driver === AZURE_DISK && isZoneRedundant(storageClass)))
    return everywhere(`${said} are within reach of every node.`);
  const twoZones = driver === GCE_DISK ? regionalZones(storageClass, node.labels) : undefined;
  if (twoZones !== undefined)
    return { nodeTerms: [term([twoZones])], assumed: `${said} are within reach of ${twoZones.values.join(' and ')}.` };
  const key = known?.keys.find((candidate) => namesPlace(driver, node.labels[candidate]));
  if (known !== undefined && key !== undefined)
    return pinned([key], node.labels, `${said} are within reach of the ${known.reach} that they are made in alone.`);
  // Where a driver names topology keys, its volumes are within reach of nodes with equal labels: CSI, NodeGetInfo.
  const keys = csiNode?.drivers.find(({ name }) => name === driver)?.topologyKeys ?? [];
  const allowed = storageClass.spec.allowedTopologies.flat().map((one) => one.key);
  for (const candidates of known === undefined ? [keys, allowed] : []) {
    const had = [...new Set(candidates)].filter((candidate) => namesPlace(driver, node.labels[candidate]));
    if (had.length > 0)
      return pinned(had, node.labels, `${said} are within reach of nodes with equal ${had.join(', ')}.`);
  }
  return everywhere(`${said} are taken to be within reach of every node: nothing that was given says otherwise.`);
}

/** Azure numbers the fault domains of nodes outside of zones from 0; a volume is not held to these. */
function namesPlace(driver: string, value: string | undefined): boolean {
  return value !== undefined && value !== '' && !(driver === AZURE_DISK && /^\d+$/.test(value));
}

/** azuredisk-csi-driver docs/driver-parameters.md: the kinds of disks that end in ZRS are kept in all zones. */
function isZoneRedundant({ sourced }: WorldStorageClass): boolean {
  const parameters = at(sourced.object, 'parameters');
  return isObject(parameters) && Object.values(parameters).some((value) => /_ZRS$/i.test(String(value)));
}

/**
 * gcp-compute-persistent-disk-csi-driver: `replication-type: regional-pd` keeps a disk in two zones, those that the class
 * allows. When it allows all, the second one is not known and the disk is taken for one of a single zone.
 */
function regionalZones({ sourced, spec }: WorldStorageClass, labels: Labels): Requirement | undefined {
  if (at(sourced.object, 'parameters', 'replication-type') !== 'regional-pd') return undefined;
  const zones = spec.allowedTopologies.flat().find(({ key, values }) => values.includes(labels[key] ?? ''));
  return zones === undefined ? undefined : { key: zones.key, operator: 'In', values: zones.values };
}

function everywhere(assumed: string): Provisioned {
  return { nodeTerms: undefined, assumed };
}

function pinned(keys: readonly string[], labels: Labels, assumed: string): Provisioned {
  const requirements = keys.map((key): Requirement => ({ key, operator: 'In', values: [labels[key] ?? ''] }));
  return { nodeTerms: [term(requirements)], assumed };
}

function term(labels: readonly Requirement[]): NodeSelectorTerm {
  return { labels, fields: [], valid: true };
}
