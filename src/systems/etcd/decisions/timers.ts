/** Decisions about failure detection between members. */
import { sayDuration } from '../../../core/duration.ts';
import type { Cluster } from '../../../spec/cluster.ts';
import type { Decision } from '../../../system.ts';
import type { Settled } from '../settings.ts';
import { DEFAULT_HEARTBEAT } from '../timers.ts';
import { TIMERS } from './paths.ts';

const TUNING = { project: 'etcd v3.6.14', where: 'documentation: Tuning; server/embed/config.go: Validate' };

/** The timers and what a lost leader costs with them. */
export function timerDecisions(facts: Settled, cluster: Cluster): readonly Decision[] {
  return facts.topology === 'managed' ? [] : [timers(facts, cluster), leaderLoss(facts, cluster)];
}

function timers(facts: Settled, { survive }: Cluster): Decision {
  const { electionTimeout, settings } = facts;
  const { heartbeatInterval, roundTrip, load } = settings;
  const between = survive === 'region' ? 'regions' : 'zones';
  const disk = load.fsyncP99 === null ? '' : ` and a flush of ${sayDuration(load.fsyncP99)}`;
  const why =
    heartbeatInterval === DEFAULT_HEARTBEAT
      ? `A round trip of ${sayDuration(roundTrip)} between ${between}${disk} lies within etcd's default of ${DEFAULT_HEARTBEAT} ms; a shorter beat finds nothing sooner and makes elections out of short delays.`
      : `The beat follows the round trip of ${sayDuration(roundTrip)} between ${between}${disk}: 0.5 to 1.5 of it, and no shorter than a flush of the log, during which no beat is sent.`;
  return {
    field: 'timers',
    value: { roundTrip: `${roundTrip} ms`, heartbeat: `${heartbeatInterval} ms`, election: `${electionTimeout} ms` },
    because: `${why} The election timeout is ${electionTimeout} ms: ${Math.floor(electionTimeout / heartbeatInterval)} heartbeats (etcd refuses fewer than 5), ${roundTrip === 0 ? 'and' : `${Math.floor(electionTimeout / roundTrip)} round trips (10 at least), and`} below etcd's limit of 50000 ms. Flags take whole milliseconds without a unit, the same on every member. These timers find failures; they carry no throughput, and longer ones only make a lost leader cost more.`,
    source: TUNING,
    from: TIMERS,
  };
}

function leaderLoss(facts: Settled, { objectives }: Cluster): Decision {
  const { leaderLoss: loss, electionTimeout, settings, members } = facts;
  const { heartbeatInterval } = settings;
  const promised = objectives.controlPlaneRecovery;
  const short =
    promised !== undefined && promised < loss.most
      ? ` controlPlaneRecovery promises ${sayDuration(promised)}, less than an election can take; shorter timers would break the rule of 10 round trips or make elections out of short delays, so they are not taken.`
      : '';
  const alone = members.length === 1 ? ' With one member there is nobody to elect: writes wait until it is back.' : '';
  return {
    field: 'leaderLoss',
    value: { least: `${loss.least} ms`, most: `${loss.most} ms` },
    because: `Followers wait one to two election timeouts since the last heartbeat: at least ${electionTimeout} - ${heartbeatInterval} = ${loss.least} ms after the loss, at most 2 x ${electionTimeout} + 1000 (a client's retry) + 4 x ${settings.roundTrip} (votes and the first write) = ${loss.most} ms. Measured with 100/1000 ms: 1.26 to 2.95 s until the next write, median 1.9 s; with 500/2500 ms 2.49 to 3.33 s. A second round after a tied vote is not in the figure.${alone}${short}`,
    source: {
      project: 'etcd v3.6.14',
      where: 'raft v3.6 raft.go: randomizedElectionTimeout; leader killed five times on three members',
    },
    from: TIMERS,
  };
}
