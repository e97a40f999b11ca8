/** Timers that etcd refuses at start, or that make elections without a cause. */
import { sayDuration } from '../../core/duration.ts';
import type { Millis } from '../../core/units.ts';
import type { Cluster } from '../../spec/cluster.ts';
import type { Contradiction } from '../../system.ts';
import type { Section } from './section.ts';
import {
  DEFAULT_HEARTBEAT,
  ELECTION_ROUND_TRIPS,
  LEAST_BEATS,
  LEAST_HEARTBEAT_SHARE,
  LONGEST_ELECTION,
  roundTripOf,
  timersOf,
} from './timers.ts';

/** Timers against each other, against the round trip, and against etcd's own limits. */
export function timerContradictions(section: Section, cluster: Cluster): readonly Contradiction[] {
  const roundTrip = roundTripOf(cluster);
  if (roundTrip * ELECTION_ROUND_TRIPS > LONGEST_ELECTION) return [tooFar(roundTrip, cluster)];
  return [...heartbeatContradictions(section, roundTrip), ...electionContradictions(section, cluster)];
}

function tooFar(roundTrip: Millis, { survive }: Cluster): Contradiction {
  return {
    path: survive === 'region' ? 'spec.regionRoundTrip' : 'spec.regions[0].zoneRoundTrip',
    code: 'too-far',
    message: `members ${sayDuration(roundTrip)} apart need an election timeout of ${ELECTION_ROUND_TRIPS} round trips, ${sayDuration(roundTrip * ELECTION_ROUND_TRIPS)}; etcd allows at most ${sayDuration(LONGEST_ELECTION)}`,
    expected: `at most ${sayDuration(LONGEST_ELECTION / ELECTION_ROUND_TRIPS)}`,
  };
}

function heartbeatContradictions({ heartbeat }: Section, roundTrip: Millis): readonly Contradiction[] {
  if (heartbeat === undefined) return [];
  const least = Math.max(DEFAULT_HEARTBEAT, Math.ceil(LEAST_HEARTBEAT_SHARE * roundTrip));
  const most = LONGEST_ELECTION / LEAST_BEATS;
  if (heartbeat >= least && heartbeat <= most) return [];
  const why =
    heartbeat > most
      ? `five of them are more than the ${sayDuration(LONGEST_ELECTION)} that an election timeout may be`
      : least > DEFAULT_HEARTBEAT
        ? `answers take ${sayDuration(roundTrip)}, so beats would overtake each other`
        : 'it finds a lost leader no sooner, since the election timeout does that; it makes elections out of short delays';
  return [
    {
      path: 'spec.etcd.heartbeat',
      code: 'out-of-range',
      message: `a heartbeat every ${sayDuration(heartbeat)} does not suit: ${why}`,
      expected: `${sayDuration(least)} to ${sayDuration(most)}; around the round trip of ${sayDuration(roundTrip)}, never below etcd's default of ${sayDuration(DEFAULT_HEARTBEAT)}`,
    },
  ];
}

function electionContradictions(section: Section, cluster: Cluster): readonly Contradiction[] {
  const { roundTrip, heartbeat, election } = timersOf(section, cluster);
  const least = Math.max(LEAST_BEATS * heartbeat, Math.ceil(ELECTION_ROUND_TRIPS * roundTrip));
  if (election >= least && election <= LONGEST_ELECTION) return [];
  const path = section.electionTimeout === undefined ? 'spec.etcd.heartbeat' : 'spec.etcd.electionTimeout';
  const message =
    election > LONGEST_ELECTION
      ? `an election timeout of ${sayDuration(election)} is above the ${sayDuration(LONGEST_ELECTION)} that etcd accepts`
      : election < LEAST_BEATS * heartbeat
        ? `etcd does not start: an election timeout of ${election} ms is less than ${LEAST_BEATS} heartbeats of ${heartbeat} ms`
        : `an election timeout of ${election} ms is less than ${ELECTION_ROUND_TRIPS} round trips of ${roundTrip} ms, so their variance makes elections`;
  return [{ path, code: 'timers', message, expected: `${least} ms to ${LONGEST_ELECTION} ms` }];
}
