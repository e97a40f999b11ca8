/** ST: volumes that hold pods in their place, or are lost with it. */
import { isObject } from '../../core/json.ts';
import { ofKind } from '../../inventory/indexes.ts';
import type { WorldClaim, WorldStorageClass } from '../../inventory/world.ts';
import { at } from '../../kubernetes/objects.ts';
import { floorOf, podPath, podSpecOf } from '../reach.ts';
import { defect, type Rule } from '../rule.ts';
import { imageNames } from '../workload-programs.ts';
import { keepsReplicas } from '../workloads.ts';

/** Provisioners whose volumes exist in one zone. */
const ZONAL = new Set([
  'ebs.csi.aws.com',
  'kubernetes.io/aws-ebs',
  'pd.csi.storage.gke.io',
  'kubernetes.io/gce-pd',
  'disk.csi.azure.com',
  'kubernetes.io/azure-disk',
  'cinder.csi.openstack.org',
  'csi.hetzner.cloud',
  'csi.vsphere.vmware.com',
]);

/** True for a class whose volumes are in one zone each; a regional disk is in two. */
export function isZonalClass({ sourced }: WorldStorageClass): boolean {
  const provisioner = at(sourced.object, 'provisioner');
  if (typeof provisioner !== 'string' || !ZONAL.has(provisioner)) return false;
  const parameters = at(sourced.object, 'parameters');
  const kinds = isObject(parameters) ? Object.values(parameters) : [];
  return !kinds.some((value) => typeof value === 'string' && /regional|_ZRS$/i.test(value));
}

/** Provisioners whose volumes are directories or disks of one node. */
const LOCAL = new Set([
  'rancher.io/local-path',
  'openebs.io/local',
  'local.csi.openebs.io',
  'topolvm.io',
  'k8s.io/minikube-hostpath',
  'docker.io/hostpath',
  'kubernetes.io/no-provisioner',
]);

const st02: Rule = {
  id: 'ST02',
  family: 'ST',
  title: 'Volumes are made before it is known where their pod can run',
  severity: 'warning',
  whySeverity: 'Some pods are bound to a zone that is full, or that their constraints exclude, and stay Pending.',
  takesDown: 'Pods whose volume was made in a zone in which they cannot run.',
  remedy: 'Use a class with volumeBindingMode: WaitForFirstConsumer; the field cannot be changed in place.',
  price: 'A volume is made a few seconds later, with its first pod.',
  source: 'Kubernetes docs, concepts/storage/storage-classes (volume binding mode: Immediate by default)',
  needs: 'manifests',
  reads: ['storage.k8s.io/StorageClass'],
  *check(world, { zones }) {
    if (zones.length === 1) return;
    for (const { sourced, name } of world.storageClasses) {
      const provisioner = at(sourced.object, 'provisioner');
      if (typeof provisioner !== 'string' || !ZONAL.has(provisioner)) continue;
      if (at(sourced.object, 'volumeBindingMode') === 'WaitForFirstConsumer') continue;
      const topologies = at(sourced.object, 'allowedTopologies');
      if (Array.isArray(topologies) && topologies.length > 0) continue;
      yield {
        on: sourced,
        path: ['volumeBindingMode'],
        message: `${name} makes volumes of ${provisioner} at once, in a zone that no pod has chosen.`,
      };
    }
  },
};

/** Directories of the machine that hold no state of a workload. */
const MACHINE =
  /^\/(proc|sys|dev|etc|run|var\/run|lib\/modules|usr|boot|opt\/cni|var\/log|var\/lib\/(kubelet|docker|containerd)|$)/;

const st03: Rule = {
  id: 'ST03',
  family: 'ST',
  title: 'State on the disk of one node',
  severity: 'warning',
  whySeverity: 'It needs the loss of the node for good, or a move; then the state is gone or elsewhere.',
  takesDown: 'The state of the workload, with its node.',
  remedy: 'Use a claim of a class that survives the node, or a program that replicates its state.',
  price: 'A network disk is slower than a local one.',
  source: 'Kubernetes docs, concepts/storage/volumes (hostPath)',
  needs: 'manifests',
  reads: [
    '/PersistentVolume',
    '/PersistentVolumeClaim',
    'autoscaling/HorizontalPodAutoscaler',
    'storage.k8s.io/StorageClass',
  ],
  *check(world, context) {
    for (const workload of world.workloads) {
      if (!keepsReplicas(workload) || workload.replicas === 0 || workload.sourced === undefined) continue;
      const { volumes } = podSpecOf(workload);
      const local = context.claimsOf(workload).find(isOfOneNode);
      if (local !== undefined && floorOf(workload) === 1) {
        const own = workload.spec.claimTemplates.length > 0;
        yield {
          on: workload,
          path: own ? ['spec', 'volumeClaimTemplates'] : [...podPath(workload), 'volumes'],
          message: `Its one copy is on claim ${local.name}, whose volume is a disk of one node.`,
        };
        continue;
      }
      const written = at(workload.sourced.object, ...podPath(workload), 'volumes');
      const volume = volumes.find(({ source }) => source.kind === 'hostPath' && !MACHINE.test(source.path));
      if (volume?.source.kind !== 'hostPath') continue;
      const index = Array.isArray(written) ? written.findIndex((one) => at(one, 'name') === volume.name) : -1;
      yield {
        on: workload,
        path: [...podPath(workload), 'volumes', ...(index < 0 ? [] : [index])],
        message: `Volume ${volume.name} is the directory ${volume.source.path} of whatever node the pod runs on.`,
      };
    }
  },
};

function isOfOneNode({ storageClass, volume }: WorldClaim): boolean {
  if (at(volume?.sourced.object, 'spec', 'local') !== undefined) return true;
  const provisioner = at(storageClass?.sourced.object, 'provisioner');
  return volume === undefined && typeof provisioner === 'string' && LOCAL.has(provisioner);
}

const st05: Rule = {
  id: 'ST05',
  family: 'ST',
  title: 'The only copy is deleted with its claim',
  severity: 'warning',
  whySeverity: 'It needs somebody to delete the claim or the namespace; then the only copy is gone.',
  takesDown: 'The state of the workload, for good.',
  remedy: 'Use a class with reclaimPolicy: Retain, and keep backups.',
  price: 'Volumes that are not needed any more are paid for until somebody deletes them.',
  source:
    'Kubernetes docs, concepts/storage/persistent-volumes (reclaiming: Delete by default); Spotify deletions (k8s.af)',
  needs: 'manifests',
  reads: ['/PersistentVolumeClaim', 'storage.k8s.io/StorageClass'],
  acrossNamespaces: true,
  *check(world) {
    const told = new Set<string>();
    for (const { storageClass, workloads } of world.claims) {
      const [workload] = workloads;
      if (storageClass === undefined || workload === undefined || told.has(storageClass.name)) continue;
      if ((at(storageClass.sourced.object, 'reclaimPolicy') ?? 'Delete') !== 'Delete') continue;
      if (!keepsReplicas(workload) || floorOf(workload) !== 1) continue;
      told.add(storageClass.name);
      yield {
        on: storageClass.sourced,
        path: ['reclaimPolicy'],
        message: `${storageClass.name} deletes volumes with their claims, and ${workload.id} keeps its only copy on one.`,
        takesDown: [workload],
      };
    }
  },
};

const CONTROLLERS = ['csi-provisioner', 'csi-attacher', 'snapshot-controller'];

const st06: Rule = {
  id: 'ST06',
  family: 'ST',
  title: 'One pod attaches the volumes of the cluster',
  severity: 'warning',
  whySeverity:
    'It needs the loss of its node; then the volumes of the pods that were on it too are attached only when it is back.',
  takesDown: 'Every pod with a volume that is moved while the controller is away.',
  remedy: 'Run two replicas of the CSI controller; its sidecars elect a leader.',
  price: 'Its requests again.',
  source: 'kubernetes-csi/external-attacher README (leader election)',
  needs: 'manifests',
  reads: [],
  *check(world) {
    for (const workload of world.workloads) {
      if (!keepsReplicas(workload) || floorOf(workload) !== 1 || workload.sourced === undefined) continue;
      const names = imageNames(workload);
      const found = CONTROLLERS.find((name) => names.has(name));
      if (found === undefined) continue;
      yield {
        on: workload,
        path: ['spec', 'replicas'],
        message: `One pod runs ${found}: while it is away, no volume follows its pod to another node.`,
        cause: defect('one-replica', workload),
      };
    }
  },
};

const st07: Rule = {
  id: 'ST07',
  family: 'ST',
  title: 'A Ceph pool that the loss of one place stops or destroys',
  severity: 'error',
  whySeverity:
    'With fewer than three copies, or with two in one zone, one loss stops writes and the next one destroys data.',
  takesDown: 'Every volume of the pool.',
  remedy: 'Set replicated.size: 3 and failureDomain: zone, where there are zones.',
  price: 'Three times the room, and writes that cross zones.',
  source: 'Ceph docs, rados/operations/pools (size, min_size); Rook v1.18 docs, CephBlockPool',
  needs: 'manifests',
  reads: ['ceph.rook.io/CephBlockPool', 'ceph.rook.io/CephFilesystem', 'ceph.rook.io/CephObjectStore'],
  *check(world, { zones }) {
    for (const kind of ['CephBlockPool', 'CephFilesystem', 'CephObjectStore'] as const) {
      for (const sourced of ofKind(world.index, `ceph.rook.io/${kind}`)) {
        const roots =
          kind === 'CephBlockPool'
            ? [['spec']]
            : [
                ['spec', 'metadataPool'],
                ['spec', 'dataPools', 0],
                ['spec', 'dataPool'],
              ];
        for (const root of roots) {
          const size = at(sourced.object, ...root, 'replicated', 'size');
          const domain = at(sourced.object, ...root, 'failureDomain');
          const chunks = at(sourced.object, ...root, 'erasureCoded', 'codingChunks');
          const least = at(sourced.object, ...root, 'parameters', 'min_size');
          if (chunks === 1)
            yield {
              on: sourced,
              path: [...root, 'erasureCoded', 'codingChunks'],
              message:
                'One coding chunk is kept: the loss of one place stops writes, and of a second one destroys data.',
              remedy: 'Set codingChunks: 2, with as many places as chunks.',
              cause: defect('pool', sourced),
            };
          if (Number(least) === 1 && typeof size === 'number' && size > 1)
            yield {
              on: sourced,
              path: [...root, 'parameters', 'min_size'],
              message: `min_size 1 takes writes while one of ${size} copies is left: the loss of that one destroys them.`,
              remedy: 'Leave min_size out; Ceph takes 2 for 3 copies.',
              cause: defect('pool', sourced),
            };
          if (typeof size === 'number' && size < 3)
            yield {
              on: sourced,
              path: [...root, 'replicated', 'size'],
              message: `${size === 1 ? 'One copy is' : `${size} copies are`} kept: the loss of one place ${size === 1 ? 'destroys data' : 'stops writes, or leaves the last copy alone'}.`,
              cause: defect('pool', sourced),
            };
          else if (typeof size === 'number' && zones.length > 1 && domain !== 'zone')
            yield {
              on: sourced,
              path: [...root, 'failureDomain'],
              severity: 'warning',
              message: `Copies are kept apart by ${typeof domain === 'string' ? domain : 'host'}, and the cluster has ${zones.length} zones: all may be in one.`,
              cause: defect('pool', sourced),
            };
        }
      }
    }
  },
};

const st08: Rule = {
  id: 'ST08',
  family: 'ST',
  title: 'Ceph monitors without a majority to spare',
  severity: 'error',
  whySeverity: 'Losing one machine is an everyday event, and then the whole storage stops.',
  takesDown: 'Every volume of the cluster.',
  remedy: 'Run three monitors, or five, over three zones, and two managers.',
  price: 'The requests of the monitors.',
  source: 'Ceph docs, rados/configuration/mon-config-ref; Rook v1.18 docs, CephCluster (mon settings)',
  needs: 'manifests',
  reads: ['ceph.rook.io/CephCluster'],
  *check(world) {
    for (const sourced of ofKind(world.index, 'ceph.rook.io/CephCluster')) {
      const count = at(sourced.object, 'spec', 'mon', 'count');
      if (at(sourced.object, 'spec', 'mon', 'allowMultiplePerNode') === true)
        yield {
          on: sourced,
          path: ['spec', 'mon', 'allowMultiplePerNode'],
          message: 'Several monitors may share a node, whose loss then takes the majority.',
          remedy: 'Set allowMultiplePerNode: false.',
        };
      if (at(sourced.object, 'spec', 'mgr', 'count') === 1)
        yield {
          on: sourced,
          path: ['spec', 'mgr', 'count'],
          severity: 'warning',
          message: 'One manager runs: while it is away, nothing rebalances, and no volume is made.',
          remedy: 'Set mgr.count: 2.',
        };
      if (typeof count !== 'number' || (count >= 3 && count % 2 === 1)) continue;
      yield {
        on: sourced,
        path: ['spec', 'mon', 'count'],
        message: `${count === 1 ? 'One monitor bears' : `${count} monitors bear`} the loss of ${Math.max(0, Math.floor((count - 1) / 2))}${count > 2 ? `, as ${count - 1} would` : ''}.`,
        ...(count > 2 ? { severity: 'warning' as const } : {}),
      };
    }
  },
};

export const storage: readonly Rule[] = [st02, st03, st05, st06, st07, st08];
