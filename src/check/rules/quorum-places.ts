/** QU04: voters that share a rack or a machine below their nodes. */
import type { Workload, World, WorldNode } from '../../inventory/world.ts';
import { clusterTarget } from '../cluster-target.ts';
import type { RuleContext } from '../context.ts';
import { podPath } from '../reach.ts';
import { PLACEMENT_READS } from '../reads.ts';
import type { Draft, Rule } from '../rule.ts';
import { type SharedPlace, sharedPlaces } from '../shared-places.ts';
import { quorumProgramOf, spareMembers } from '../workload-programs.ts';

const qu04: Rule = {
  id: 'QU04',
  family: 'QU',
  title: 'Voters share a rack or a machine below their nodes',
  severity: 'warning',
  whySeverity: 'A rack or a host of virtual machines is lost more rarely than a node, and then a majority is.',
  takesDown: 'Writes to the store, by the loss of that one rack or host.',
  remedy:
    'Spread the members by that label too (topologySpreadConstraints with its key), or move the virtual machines apart.',
  price: 'As many racks or hosts as members, and a rollout.',
  source:
    'etcd v3.6 docs, faq (failure tolerance); Kubernetes docs, concepts/scheduling-eviction/topology-spread-constraints',
  needs: 'document',
  reads: [...PLACEMENT_READS],
  acrossNamespaces: true,
  *check(world, context) {
    yield* controlPlane(world, context);
    for (const workload of world.workloads) {
      const program = quorumProgramOf(workload);
      if (program === undefined || workload.sourced === undefined || workload.replicas < 3) continue;
      const nodes = nodesOf(world, workload, context);
      const shared = tooMany(nodes, world);
      if (shared === undefined) continue;
      yield {
        on: workload,
        path: [...podPath(workload), 'topologySpreadConstraints'],
        message: `${shared.nodes.length} of ${workload.replicas} members of ${program.name} ${workload.observed ? 'are' : 'may be'} in ${shared.what} ${shared.value}; without it no majority is left.`,
        witness: { lose: () => shared.nodes.map((name) => `node=${name}`) },
      };
    }
  },
};

function* controlPlane(world: World, context: RuleContext): Iterable<Draft> {
  const { members } = world.controlPlane.etcd;
  const nodes = members.flatMap(({ name }) => world.nodes.find((node) => node.name === name) ?? []);
  const shared = nodes.length === members.length && members.length >= 3 ? tooMany(nodes, world) : undefined;
  if (shared === undefined) return;
  yield {
    on: clusterTarget(context),
    path: ['spec', 'etcd', 'members'],
    message: `${shared.nodes.length} of ${members.length} members of the cluster's etcd are in ${shared.what} ${shared.value}; without it no majority is left.`,
    takesDown: [],
  };
}

/** Where its pods are, or would be put; none when one has no node. */
function nodesOf(world: World, { pods }: Workload, { twin }: RuleContext): readonly WorldNode[] {
  const nodes = new Map(world.nodes.map((node) => [node.name, node]));
  const placed = pods.map((pod) => nodes.get(pod.node ?? twin()?.nodeOf(pod) ?? ''));
  return placed.some((node) => node === undefined) ? [] : placed.flatMap((node) => node ?? []);
}

/** A place with more members than may be lost; a zone or a node that has as many is told by others. */
function tooMany(nodes: readonly WorldNode[], world: World): SharedPlace | undefined {
  const spare = spareMembers(nodes.length);
  const most = (of: (node: WorldNode) => string): number => {
    const counts = new Map<string, number>();
    for (const node of nodes) counts.set(of(node), (counts.get(of(node)) ?? 0) + 1);
    return Math.max(0, ...counts.values());
  };
  const zoned = nodes.every(({ zone }) => zone !== '') && world.zones.length > 1;
  if (most(({ name }) => name) > spare || (zoned && most(({ region, zone }) => `${region}/${zone}`) > spare))
    return undefined;
  return sharedPlaces(nodes, world.nodes).find((place) => place.nodes.length > spare);
}

export const quorumPlaces: readonly Rule[] = [qu04];
