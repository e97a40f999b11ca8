/** Who runs the control plane and where its members stand, as nodes and static pods tell. */
import { at } from '../../kubernetes/objects.ts';
import type { World } from '../../inventory/world.ts';
import { counted, listed } from '../../report/words.ts';
import type { Provider } from '../init-document.ts';
import type { Place, Places } from './places.ts';

export interface ObservedControlPlane {
  readonly kind: 'eks' | 'kubeadm' | 'cluster-api';
  readonly seen: string;
  /** True when somebody else runs it. */
  readonly managed: boolean;
  /** Where API servers stand; undefined where the places of the document do not hold the member. */
  readonly members: readonly (Place | undefined)[];
  readonly endpoint: { readonly host: string; readonly port: number } | undefined;
  readonly etcd: ObservedEtcd;
}

export interface ObservedEtcd {
  readonly topology: 'stacked' | 'external' | undefined;
  /** Undefined when its pods are not seen. */
  readonly members: readonly (Place | undefined)[] | undefined;
  readonly seen: string;
}

/** Set on the nodes that Cluster API made (cluster-api v1.14 api/core/v1beta2/common_types.go, ClusterNameAnnotation). */
const CLUSTER_API = 'cluster.x-k8s.io/cluster-name';

export function controlPlaneOf(world: World, provider: Provider, places: Places): ObservedControlPlane {
  const { controlPlane } = world;
  const members = controlPlane.members.map((member) => places.placeOf(member));
  const managed = members.length === 0;
  const base = { managed, members, endpoint: controlPlane.endpoint, etcd: etcdOf(world, places) };
  const where = managed ? '' : ` API servers on ${counted(members.length, 'machine')}${sayPlaces(members)}.`;
  if (controlPlane.kind === 'eks' && provider === 'aws')
    return { ...base, kind: 'eks', seen: 'Seen: nodes carry labels of EKS.' };
  if (provider === 'aws' && (controlPlane.kind === 'cluster-api' || isOfClusterApi(world)))
    return { ...base, kind: 'cluster-api', seen: `Seen: nodes carry the annotation ${CLUSTER_API}.${where}` };
  // An EKS cluster lives in one region.
  if (managed && provider === 'aws' && controlPlane.kind === 'unknown' && places.regions.length === 1)
    return { ...base, kind: 'eks', seen: 'No node or pod of a control plane is seen: taken for EKS.' };
  if (managed) {
    const seen = 'No node or pod of a control plane is seen: somebody else runs it. Holdfast plans one of its own.';
    return { ...base, kind: 'kubeadm', seen };
  }
  const made =
    controlPlane.kind === 'kubeadm'
      ? 'Seen: static pods or the configuration of kubeadm.'
      : 'Its nodes are seen, who made them is not: taken for kubeadm.';
  return { ...base, kind: 'kubeadm', seen: `${made}${where}` };
}

function isOfClusterApi({ nodes }: World): boolean {
  return nodes.some(({ sourced }) => at(sourced?.object, 'metadata', 'annotations', CLUSTER_API) !== undefined);
}

function etcdOf({ controlPlane: { etcd } }: World, places: Places): ObservedEtcd {
  const topology = etcd.topology === 'stacked' || etcd.topology === 'external' ? etcd.topology : undefined;
  if (etcd.members.length === 0) {
    const seen =
      topology === undefined ? 'etcd is not seen.' : "Seen in kubeadm's configuration; its members are not seen.";
    return { topology, members: undefined, seen };
  }
  const members = etcd.members.map((member) => places.placeOf(member));
  return { topology, members, seen: `Seen: ${counted(members.length, 'pod')} of etcd${sayPlaces(members)}.` };
}

/** `: 1 in us-west-2a and 2 in us-west-2b`. */
function sayPlaces(members: readonly (Place | undefined)[]): string {
  const counts = new Map<string, number>();
  for (const member of members) {
    const zone = member?.zone ?? 'no known zone';
    counts.set(zone, (counts.get(zone) ?? 0) + 1);
  }
  return `: ${listed([...counts].map(([zone, count]) => `${count} in ${zone}`))}`;
}
