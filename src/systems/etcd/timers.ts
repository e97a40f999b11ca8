/** Heartbeat and election timeout from the round trip between members, and how long a lost leader stops writes. */
import type { Millis } from '../../core/units.ts';
import type { EtcdFacts } from '../../facts.ts';
import type { Cluster } from '../../spec/cluster.ts';
import type { Section } from './section.ts';

/** etcd v3.6.14 server/embed/config.go: TickMs 100, ElectionMs 1000; a shorter beat only makes false elections. */
export const DEFAULT_HEARTBEAT: Millis = 100;
/** Checked by etcd at start (server/embed/config.go: Validate). */
export const LEAST_BEATS = 5;
export const LONGEST_ELECTION: Millis = 50_000;
/** etcd documentation, Tuning: at least 10 round trips, so that their variance makes no elections. */
export const ELECTION_ROUND_TRIPS = 10;
/** etcd documentation, Tuning: the heartbeat is around the round trip, 0.5 to 1.5 of it. */
export const LEAST_HEARTBEAT_SHARE = 0.5;
const BEATS_PER_ELECTION = 10;
const STEP: Millis = 10;
/**
 * What comes on top of the wait: votes, and a client that tries again. Measured with 100/1000 ms: 1.26 to 2.95 s
 * until the next write succeeded, five runs; the longest is 0.95 s above two election timeouts.
 */
const CLIENT_RETRY: Millis = 1_000;
/** Round trips after the wait: pre-vote, vote, the new leader's first entry, the write itself. */
const ROUND_TRIPS_OF_ELECTION = 4;

export interface Timers {
  readonly roundTrip: Millis;
  readonly heartbeat: Millis;
  readonly election: Millis;
}

/** Round trip between members: between regions when they stand in several, else between the zones of the first. */
export function roundTripOf(cluster: Cluster): Millis {
  const between = cluster.survive === 'region' ? cluster.regionRoundTrip : cluster.regions[0]?.zoneRoundTrip;
  return between ?? 0;
}

/**
 * The timers, as written or derived. A leader sends no heartbeat while its log is flushed (etcd v3.6.14
 * server/etcdserver/raft.go warns of it), so a slow disk lengthens the beat like a long way does.
 */
export function timersOf(section: Section, cluster: Cluster): Timers {
  const roundTrip = roundTripOf(cluster);
  const slowest = Math.max(roundTrip, section.load.fsyncP99 ?? 0);
  const heartbeat = section.heartbeat ?? Math.max(DEFAULT_HEARTBEAT, Math.ceil(slowest / STEP) * STEP);
  const election =
    section.electionTimeout ??
    Math.min(LONGEST_ELECTION, Math.max(BEATS_PER_ELECTION * heartbeat, Math.ceil(ELECTION_ROUND_TRIPS * roundTrip)));
  return { roundTrip, heartbeat, election };
}

/**
 * Time without writes after the leader's loss. A follower waits one to two election timeouts since the last heartbeat
 * (etcd raft v3.6 raft.go: randomizedElectionTimeout), and that was at most one heartbeat before the loss.
 */
export function leaderLossOf({ heartbeat, election, roundTrip }: Timers): EtcdFacts['leaderLoss'] {
  return {
    least: election - heartbeat,
    most: 2 * election + CLIENT_RETRY + ROUND_TRIPS_OF_ELECTION * roundTrip,
  };
}
