/** The least that one write can take: the round trip that a commit of etcd needs to reach a quorum. */
import type { Millis } from '../../core/units.ts';
import type { EtcdFacts, Member } from '../../facts.ts';
import type { Cluster } from '../../spec/cluster.ts';

export interface CommitFloor {
  readonly millis: Millis;
  /** Whole sentence with the arithmetic. */
  readonly because: string;
}

/**
 * One round trip from the leader to the nearest members that complete the quorum; the disk's fsync comes on top.
 * A leader needs the answer of quorum - 1 others before it commits (Raft, section 5.3; etcd v3.6 raft).
 * Undefined when the members are the provider's.
 */
export function commitFloor(
  etcd: EtcdFacts | undefined,
  cluster: Pick<Cluster, 'regions' | 'regionRoundTrip'>,
): CommitFloor | undefined {
  if (!etcd || etcd.members.length === 0) return undefined;
  const { quorum, members } = etcd;
  const who = `${quorum} of ${members.length} members must hold a write`;
  if (largestGroup(members, ({ zone }) => zone) >= quorum)
    return { millis: 0, because: `${who}, and one zone holds that many: no round trip between zones is needed.` };
  const inRegion = members.filter(({ region }) => regionSize(members, region) >= quorum).map(({ region }) => region);
  if (inRegion.length > 0) {
    const trips = cluster.regions
      .filter(({ name }) => inRegion.includes(name))
      .map(({ zoneRoundTrip }) => zoneRoundTrip);
    const millis = Math.min(...trips);
    return { millis, because: `${who}, no zone holds that many, and a round trip between zones takes ${millis} ms.` };
  }
  return {
    millis: cluster.regionRoundTrip,
    because: `${who}, no region holds that many, and a round trip between regions takes ${cluster.regionRoundTrip} ms.`,
  };
}

function regionSize(members: readonly Member[], region: string): number {
  return members.filter((member) => member.region === region).length;
}

function largestGroup(members: readonly Member[], by: (member: Member) => string): number {
  const counts = new Map<string, number>();
  for (const member of members) counts.set(by(member), (counts.get(by(member)) ?? 0) + 1);
  return Math.max(0, ...counts.values());
}
