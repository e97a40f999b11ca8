/** Decisions about who the members are and what each loss leaves. */
import { atLeast } from '../../../availability/k-of-n.ts';
import { formatPercent } from '../../../core/percent.ts';
import type { Decision } from '../../../system.ts';
import type { Cluster } from '../../../spec/cluster.ts';
import { lossesBy, type Loss, spreadOf } from '../members.ts';
import type { Settled } from '../settings.ts';
import { KIND, MEMBERS, SURVIVE, TOPOLOGY, ZONES } from './paths.ts';

const FAQ = {
  project: 'etcd',
  where: 'documentation v3.6: FAQ, "What is failure tolerance?", "Does adding members improve performance?"',
};

/** Where etcd runs, who the members are, their quorum, and what each loss leaves of it. */
export function memberDecisions(facts: Settled, cluster: Cluster): readonly Decision[] {
  if (facts.topology === 'managed') return [topology(facts, cluster)];
  return [topology(facts, cluster), version(facts), members(facts, cluster), quorum(facts), losses(facts, cluster)];
}

function topology({ topology: value }: Settled, cluster: Cluster): Decision {
  const because = {
    managed:
      'AWS runs etcd of an EKS cluster over three zones, replaces its members and backs it up. Members, timers, quota, compaction, defragmentation, snapshots and flags cannot be set or seen; what remains is to keep the data small and to back up the objects.',
    stacked: `Every control-plane machine of ${cluster.name} runs one etcd member beside its API server: the fewest machines, and a member fails as a whole. kubeadm writes it as a static pod, which no scheduler places: a member stands in its zone because its machine does, and no label or spread constraint moves it.`,
    external: `etcd of ${cluster.name} has machines of its own, apart from the API servers: a busy API server cannot slow its disk, and either can be replaced alone. It costs one machine more per member.`,
  }[value];
  const source =
    value === 'managed'
      ? { project: 'Amazon EKS', where: 'User Guide: Kubernetes control plane architecture' }
      : {
          project: 'kubeadm v1.36.3',
          where: 'docs: Options for Highly Available Topology; cmd/kubeadm/app/phases/etcd/local.go',
        };
  return { field: 'topology', value, because, source, from: value === 'managed' ? [KIND] : [KIND, TOPOLOGY] };
}

function version({ settings, topology: where }: Settled): Decision {
  const { version: value } = settings;
  const how =
    where === 'stacked'
      ? `kubeadm v1.36.3 would take 3.6.8-0 by itself; etcd.local.imageTag ${value} pins this one, the image that the etcd project itself puts into registry.k8s.io.`
      : 'The same release on every member; members may differ by one minor during an upgrade only.';
  return {
    field: 'version',
    value,
    because: `3.6 is the line that Kubernetes 1.34 to 1.36 are tested with. ${how}`,
    source: { project: 'kubeadm v1.36.3', where: 'cmd/kubeadm/app/constants/constants.go: SupportedEtcdVersion' },
    from: [KIND, 'spec.versions.etcd'],
  };
}

function members(facts: Settled, cluster: Cluster): Decision {
  const { members: all, settings } = facts;
  const by = cluster.survive === 'region' ? 'region' : 'zone';
  const domains = lossesBy(by, all).length;
  const where = `${all.length} ${all.length === 1 ? 'member' : 'members'} over ${domains} ${by}${domains === 1 ? '' : 's'} as ${spreadOf(by, all)}`;
  const addresses = settings.places
    ? 'Cluster API spreads them over these zones and gives the machines names and addresses of its own.'
    : `Each zone has a block of its own in ${cluster.cidrs.nodes}; members take addresses from its 11th on, behind those that providers keep for themselves.`;
  return {
    field: 'members',
    value: all.map(({ name, zone, address }) =>
      settings.places ? `one in ${zone}` : `${name} in ${zone} at ${address}`,
    ),
    because: `${where}, in the order of the document. ${addresses} A member's machine sets its place: one machine group per zone.`,
    source: { project: 'kubeadm', where: 'docs/ha-considerations.md; https://etcd.io/docs/v3.6/faq' },
    from: settings.places
      ? [KIND, MEMBERS, SURVIVE, ZONES]
      : [KIND, TOPOLOGY, MEMBERS, SURVIVE, ZONES, 'spec.cidrs.nodes'],
  };
}

/** Share of time that one member is up, for the comparison of counts only. */
const EXAMPLE_UP = 0.99;

function quorum({ members: all, quorum: value }: Settled): Decision {
  const count = all.length;
  const tolerance = count - value;
  const share = (n: number): string => formatPercent(atLeast(Math.floor(n / 2) + 1, n, EXAMPLE_UP), 5);
  const because = [
    `A write counts when floor(${count}/2) + 1 = ${value} of ${count} members have it on disk, so ${tolerance} may be lost and no more.`,
    `With members that are up ${formatPercent(EXAMPLE_UP)} of the time on their own, A(n) = sum over k from q to n of C(n,k) a^k (1-a)^(n-k): 1 gives ${share(1)}, 3 give ${share(3)}, 4 give ${share(4)}, 5 give ${share(5)}. An even count has a larger quorum and tolerates no more.`,
    'Every write goes through one leader to every member, so more members make writes slower, never faster: there are no working and spare members, and capacity is judged apart from the count.',
    ...(tolerance === 0
      ? ['The loss of this one member stops every write until it is back or restored from a snapshot.']
      : []),
  ].join(' ');
  return {
    field: 'quorum',
    value: { members: count, quorum: value, tolerates: tolerance },
    because,
    source: FAQ,
    from: [KIND, MEMBERS],
  };
}

function losses({ members: all, quorum: needed }: Settled, cluster: Cluster): Decision {
  const zones = lossesBy('zone', all);
  const regions = cluster.survive === 'region' ? lossesBy('region', all) : [];
  const bad = [...zones, ...regions].filter(({ quorumKept }) => !quorumKept);
  const worst = [...regions, ...zones].reduce((most, one) => (one.lost > most.lost ? one : most));
  const because =
    bad.length === 0
      ? `${spreadOf('zone', all)}: losing ${worst.domain} takes ${worst.lost} and leaves ${worst.left} of ${all.length}, at least the quorum of ${needed}. ${spare(worst, needed)}`
      : `Losing ${bad.map(({ domain }) => domain).join(' or ')} leaves fewer than the quorum of ${needed}: no writes until it is back. The document promises to survive a ${cluster.survive} only.`;
  return {
    field: 'losses',
    value: [...zones, ...regions].map(
      ({ domain, left, quorumKept }) =>
        `${domain}: ${left} of ${all.length} left, ${quorumKept ? 'quorum' : 'no quorum'}`,
    ),
    because,
    source: { project: 'holdfast', where: 'arithmetic: members left against floor(n/2) + 1' },
    from: [KIND, MEMBERS, SURVIVE, ZONES, ...(cluster.survive === 'region' ? ['spec.regions[].name'] : [])],
  };
}

function spare({ left }: Loss, needed: number): string {
  return left === needed
    ? 'Nothing is spare then: until the members are back, one more loss stops writes.'
    : `${left - needed} more may fail then.`;
}
