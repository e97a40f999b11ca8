/** What of a world can break, by name: the candidates of `--lose` and the members of each domain of a sweep. */
import { HOSTNAME, REGION, ZONE } from '../kubernetes/nodes.ts';
import { nameOf } from '../inventory/identity.ts';
import type { World, WorldNode } from '../inventory/world.ts';
import type { ProcessName, ZoneName } from './scenario.ts';
import { formatZone } from './say.ts';

export const PROCESSES: readonly ProcessName[] = [
  'etcd',
  'kube-apiserver',
  'kube-controller-manager',
  'kube-scheduler',
  'kubelet',
];

export const CERTIFICATES = ['etcd', 'kube-apiserver', 'kubelet', 'controllers'] as const;

/** Labels by which providers and provisioners mark a node's pool. */
const POOL_LABELS = [
  'karpenter.sh/nodepool',
  'eks.amazonaws.com/nodegroup',
  'cloud.google.com/gke-nodepool',
  'kubernetes.azure.com/agentpool',
];

/** Labels and values by which they mark machines that can be taken back. */
const SPOT_LABELS: readonly (readonly [string, string])[] = [
  ['karpenter.sh/capacity-type', 'spot'],
  ['eks.amazonaws.com/capacityType', 'SPOT'],
  ['cloud.google.com/gke-spot', 'true'],
  ['kubernetes.azure.com/scalesetpriority', 'spot'],
];

/** Zones with a name, in the world's order. */
export function zonesOf({ zones }: World): readonly ZoneName[] {
  return zones.filter(({ zone }) => zone !== '').map(({ region, zone }) => ({ region, zone }));
}

export function zoneNamed(world: World, name: string): ZoneName | undefined {
  return zonesOf(world).find((place) => formatZone(place) === name);
}

export function regionsOf({ zones }: World): readonly string[] {
  return distinct(zones.map(({ region }) => region).filter((region) => region !== ''));
}

/** Machines that run a part of the control plane: API servers, then members of an external etcd. */
export function membersOf({ controlPlane }: World): readonly string[] {
  return distinct([...controlPlane.members, ...controlPlane.etcd.members].map(({ name }) => name));
}

/** Machines that run the process. */
export function machinesOf(world: World, process: ProcessName): readonly string[] {
  if (process === 'kubelet') return world.nodes.map(({ name }) => name);
  const { members, etcd } = world.controlPlane;
  return (process === 'etcd' ? etcd.members : members).map(({ name }) => name);
}

export function balancersOf({ controlPlane }: World): readonly string[] {
  return controlPlane.balancer?.instances.map(({ name }) => name) ?? [];
}

/** Labels that say where a machine stands and are told apart by zones and nodes already. */
const OWN_DOMAINS: ReadonlySet<string> = new Set([HOSTNAME, ZONE, REGION]);

/** `label=value` of every node label, but those of zones and single nodes. */
export function labelValuesOf({ nodes }: World): readonly string[] {
  const pairs = nodes.flatMap(({ labels }) =>
    Object.entries(labels)
      .filter(([label]) => !OWN_DOMAINS.has(label))
      .map(([label, value]) => `${label}=${value}`),
  );
  return distinct(pairs).toSorted();
}

export function nodesLabelled({ nodes }: World, label: string, value: string): readonly string[] {
  return nodes.filter(({ labels }) => labels[label] === value).map(({ name }) => name);
}

/** The document's pool, or what the provider's labels say. */
export function poolOf({ pool, labels }: WorldNode): string | undefined {
  return pool ?? POOL_LABELS.map((label) => labels[label]).find((value) => value !== undefined);
}

export function poolsOf({ nodes }: World): readonly string[] {
  return distinct(nodes.map(poolOf).filter((pool) => pool !== undefined));
}

export function nodesOfPool({ nodes }: World, pool: string): readonly WorldNode[] {
  return nodes.filter((node) => poolOf(node) === pool);
}

export function isSpot({ labels }: WorldNode): boolean {
  return SPOT_LABELS.some(([label, value]) => labels[label] === value);
}

/** Hosts that the images of the world come from. */
export function registriesOf({ workloads }: World): readonly string[] {
  const images = workloads.flatMap(({ templates }) =>
    templates.flatMap(({ spec }) => [...spec.initContainers, ...spec.containers].map(({ image }) => image)),
  );
  return distinct(images.filter((image) => image !== '').map(registryOf)).toSorted();
}

/** distribution/reference: the first part is a host when it has a dot or a colon or is localhost. */
export function registryOf(image: string): string {
  const slash = image.indexOf('/');
  const first = slash === -1 ? '' : image.slice(0, slash);
  return first === 'localhost' || /[.:]/.test(first) ? first : 'docker.io';
}

/** Configurations, and single webhooks of them as `configuration/webhook`. */
export function webhooksOf({ webhooks }: World): readonly string[] {
  return distinct(
    webhooks.flatMap(({ configuration, spec }) => {
      const name = nameOf(configuration.object);
      return [name, `${name}/${spec.name}`];
    }),
  );
}

/** Workloads that roll out a template; static pods and pods without a known owner do not. */
export function rollingWorkloadsOf({ workloads }: World): readonly string[] {
  return workloads
    .filter((one) => ['Deployment', 'StatefulSet', 'DaemonSet'].includes(one.kind) && !one.static)
    .map(({ id }) => id);
}

export function workersOf({ nodes }: World): readonly string[] {
  return nodes.filter(({ role }) => role === 'worker').map(({ name }) => name);
}

function distinct(names: readonly string[]): readonly string[] {
  return [...new Set(names)];
}
