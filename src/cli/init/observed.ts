/** Everything that a world of live objects tells of the document that describes it. */
import { HoldfastError } from '../../core/error.ts';
import type { World, WorldNode } from '../../inventory/world.ts';
import { sayKind } from '../../inventory/live/kinds.ts';
import { at } from '../../kubernetes/objects.ts';
import { counted } from '../../report/words.ts';
import { kubeadmConfiguration } from '../../inventory/component-flags.ts';
import { versions } from '../../versions.ts';
import { type ObservedRanges, rangesOf } from './addresses.ts';
import { controlPlaneOf, type ObservedControlPlane } from './control-plane.ts';
import { clusterNameOf, LONGEST_CLUSTER_NAME, nameFor } from './names.ts';
import { type Places, placesOf, shortList } from './places.ts';
import { type ObservedPool, poolsOf } from './pools.ts';
import { type ObservedProvider, providerOf } from './provider.ts';
import { type Survival, survivalOf } from './survive.ts';

export interface Asked {
  /** The context that was read. */
  readonly context: string;
  /** What a person calls the cluster; undefined to take the cluster's own name. */
  readonly name: string | undefined;
}

export interface Observed {
  readonly context: string;
  readonly name: { readonly text: string; readonly seen: string };
  readonly nodes: number;
  readonly provider: ObservedProvider;
  readonly places: Places;
  readonly survival: Survival;
  readonly controlPlane: ObservedControlPlane;
  readonly pools: readonly ObservedPool[];
  /** Nodes that no pool holds, or that are of more than one, one sentence each. */
  readonly poolNotes: readonly string[];
  readonly ranges: ObservedRanges;
  readonly version: ObservedVersion;
  /** Kinds that could not be read, so that nothing of them is seen, one sentence each. */
  readonly unseen: readonly string[];
}

export interface ObservedVersion {
  /** `v1.36.3`; undefined when nothing tells, or when no plan is made for it. */
  readonly version: string | undefined;
  readonly seen: string;
}

/**
 * @throws HoldfastError `no-nodes` for a cluster without any: nothing says what to plan.
 */
export function observe(world: World, { context, name }: Asked): Observed {
  if (world.nodes.length === 0)
    throw new HoldfastError('no-nodes', `The cluster of context ${context} shows no nodes.`, {
      hint: 'They need the right to list nodes; holdfast init without --context writes a document from answers.',
    });
  const provider = providerOf(world.nodes);
  const places = placesOf(world.nodes, world.controlPlane.members);
  const { workers, notes } = workersOf(world.nodes);
  const controlPlane = controlPlaneOf(world, provider.provider, places);
  const standing = workers.flatMap((node) => places.placeOf(node) ?? []);
  const zones = places.regions.flatMap((region) => region.zones).length;
  return {
    context,
    name: nameOf(world, { context, name }),
    nodes: world.nodes.length,
    provider,
    places,
    survival: survivalOf({ controlPlane, workers: standing, zones }),
    controlPlane,
    pools: poolsOf(workers, { provider: provider.provider, places }),
    poolNotes: notes,
    ranges: rangesOf(world),
    version: versionOf(world),
    unseen: (world.live?.unseen ?? [])
      .filter(({ kind }) => LOOKED_AT.includes(kind))
      .map(({ kind, why }) => `Not read: ${sayKind(kind)}. ${why}`),
  };
}

/** Kinds that the document is made of. */
const LOOKED_AT: readonly string[] = ['/Node', '/Pod', '/ConfigMap', 'networking.k8s.io/ServiceCIDR'];

function nameOf(world: World, { context, name }: Asked): Observed['name'] {
  if (name !== undefined) return { text: name, seen: 'As it was asked for.' };
  const made = at(kubeadmConfiguration(world)?.value, 'clusterName');
  // kubeadm calls every cluster `kubernetes` that nobody named.
  if (typeof made === 'string' && made !== '' && made !== 'kubernetes')
    return { text: nameFor(made, 'my-cluster', LONGEST_CLUSTER_NAME), seen: "Seen in kubeadm's configuration." };
  return { text: clusterNameOf(context), seen: `After the context ${context}.` };
}

/** Machines that take pods, and what is to be said of them. */
function workersOf(nodes: readonly WorldNode[]): { workers: readonly WorldNode[]; notes: readonly string[] } {
  const notes: string[] = [];
  const workers: WorldNode[] = [];
  const fargate: string[] = [];
  const windows: string[] = [];
  const both: string[] = [];
  for (const node of nodes) {
    const { labels, name, role, taints } = node;
    if (role === 'control-plane') {
      if (taints.some(({ effect }) => effect !== 'PreferNoSchedule')) continue;
      both.push(name);
      workers.push(node);
    } else if (labels['eks.amazonaws.com/compute-type'] === 'fargate') fargate.push(name);
    else if (labels['kubernetes.io/os'] === 'windows') windows.push(name);
    else workers.push(node);
  }
  const say = (what: string, names: readonly string[]): void => {
    if (names.length > 0) notes.push(`${what}: ${shortList(names)}.`);
  };
  say('Left out, because Fargate makes one for each pod', fargate);
  say('Left out, because they run Windows, which this version does not plan', windows);
  say(
    'Of the control plane, and taking pods too: a pool here, beside which the plan gives the control plane machines of its own',
    both,
  );
  return { workers, notes };
}

/** The newest kubelet's, which no API server is older than, unless the API server itself was asked. */
function versionOf({ nodes, kubernetesVersion }: World): ObservedVersion {
  const counts = new Map<string, number>();
  for (const { sourced } of nodes) {
    const written = at(sourced?.object, 'status', 'nodeInfo', 'kubeletVersion');
    const version = typeof written === 'string' ? plainVersion(written) : undefined;
    if (version !== undefined) counts.set(version, (counts.get(version) ?? 0) + 1);
  }
  const newest = [...counts.keys()].toSorted(newestFirst)[0];
  const told = plainVersion(kubernetesVersion ?? '');
  const version = newest === undefined || (told !== undefined && newestFirst(told, newest) < 0) ? told : newest;
  if (version === undefined) return { version, seen: `No node tells its version: planned for ${DEFAULT}.` };
  const kubelets = [...counts].map(([one, count]) => `${one} on ${counted(count, 'node')}`);
  const seen = `Seen: kubelets of ${kubelets.length === 0 ? version : kubelets.join(', ')}.`;
  if ((versions.kubernetes.accepts as readonly string[]).includes(minorOf(version))) return { version, seen };
  const known = versions.kubernetes.accepts.map((minor) => `${minor}.x`).join(', ');
  return {
    version: undefined,
    seen: `${seen} This version of Holdfast plans ${known}: without a line here it is ${DEFAULT}, and Kubernetes upgrades one minor version at a time.`,
  };
}

const DEFAULT = versions.kubernetes.version;

/** `v1.35.2` of `v1.35.2-eks-4096722` or `v1.35.2+k3s1`. */
function plainVersion(text: string): string | undefined {
  const match = /^v?(\d+\.\d+\.\d+)(?:[-+].*)?$/.exec(text);
  return match === null ? undefined : `v${match[1] ?? ''}`;
}

function minorOf(version: string): string {
  return version.slice(1, version.lastIndexOf('.'));
}

function newestFirst(a: string, b: string): number {
  const parts = (version: string): readonly number[] => version.slice(1).split('.').map(Number);
  const [left, right] = [parts(a), parts(b)];
  return left.reduce((order, part, index) => (order === 0 ? (right[index] ?? 0) - part : order), 0);
}
