/** Who leads etcd at each moment: quorum over members that reach each other, elections by randomised time-outs. */
import { assert } from '../../core/error.ts';
import type { Random } from '../../core/random.ts';
import type { Millis } from '../../core/units.ts';
import type { Member } from '../../facts.ts';
import { edgesOf, type Ground, type Outage, outageAt } from './ground.ts';
import type { Shape } from './shape.ts';
import { moments } from './spans.ts';
import type { Cause, Interval } from './timeline.ts';

export interface EtcdTimeline {
  readonly leader: readonly Interval<{ readonly name: string | undefined }>[];
  readonly members: readonly EtcdMember[];
}

export interface EtcdMember {
  readonly member: Member;
  readonly outages: readonly Outage[];
}

/** The leader at first is drawn: nothing tells which member leads a healthy cluster. */
export function etcdTimeline(shape: Shape, ground: Ground, random: Random): EtcdTimeline {
  const members = shape.etcd.members.map((member) => ({ member, outages: ground.outages('etcd', member) }));
  const election = new Elections(shape, ground, members);
  const pending = moments(
    [...members.flatMap(({ outages }) => edgesOf(outages)), ...ground.linkChanges],
    ground.horizon,
  );
  return { members, leader: election.run([...pending], random) };
}

class Elections {
  readonly #shape: Shape;
  readonly #ground: Ground;
  readonly #members: readonly EtcdMember[];

  constructor(shape: Shape, ground: Ground, members: readonly EtcdMember[]) {
    this.#shape = shape;
    this.#ground = ground;
    this.#members = members;
  }

  run(times: Millis[], random: Random): EtcdTimeline['leader'] {
    const found: Interval<{ name: string | undefined }>[] = [];
    const say = (from: Millis, leader: EtcdMember | undefined, causes: readonly Cause[]): void => {
      const before = found.pop();
      if (before !== undefined && before.from < from) found.push({ ...before, to: from });
      found.push({ from, to: undefined, state: { name: leader?.member.name }, causes });
    };
    let leader = this.#members[random.int(Math.max(1, this.#members.length))];
    let elected: Millis | undefined;
    say(0, leader, []);
    for (let at = times.shift(); at !== undefined; at = times.shift()) {
      if (leader !== undefined && this.#reachesQuorum(leader, at)) continue;
      const candidates = this.#members.filter((member) => this.#reachesQuorum(member, at));
      if (leader !== undefined || (candidates.length > 0 && elected === undefined)) {
        const wait: Millis = this.#wait(candidates.length, leader !== undefined, random);
        elected = candidates.length > 0 ? at + wait : undefined;
        say(at, undefined, this.#whyNone(at, leader, candidates));
        leader = undefined;
        if (elected !== undefined && elected < this.#ground.horizon) insert(times, elected);
      } else if (candidates.length === 0) {
        if (elected !== undefined) say(at, undefined, this.#whyNone(at, leader, candidates));
        elected = undefined;
      } else if (elected !== undefined && at >= elected) {
        leader = candidates[random.int(candidates.length)];
        elected = undefined;
        say(at, leader, []);
      }
    }
    return found;
  }

  /** A member leads while it hears from a majority, itself among it, directly: followers do not pass messages on. */
  #reachesQuorum(one: EtcdMember, at: Millis): boolean {
    if (outageAt(one.outages, at) !== undefined) return false;
    const reached = this.#members.filter(
      (other) =>
        outageAt(other.outages, at) === undefined && this.#ground.cut(one.member, other.member, at) === undefined,
    );
    return reached.length >= this.#shape.etcd.quorum;
  }

  /**
   * Followers wait one to two election time-outs since the last heartbeat, each its own draw (etcd raft v3.6 raft.go,
   * randomizedElectionTimeout); the first that is done asks for votes. Measured gaps of reads: 1.2 s.
   */
  #wait(candidates: number, hadLeader: boolean, random: Random): Millis {
    const { election, heartbeat } = this.#shape.etcd;
    let least = 2 * election;
    for (let drawn = 0; drawn < candidates; drawn += 1)
      least = Math.min(least, election + Math.floor(random.next() * election));
    return hadLeader ? least - Math.floor(random.next() * heartbeat) : least;
  }

  #whyNone(at: Millis, leader: EtcdMember | undefined, candidates: readonly EtcdMember[]): readonly Cause[] {
    const { quorum } = this.#shape.etcd;
    const lost = this.#members.filter(({ outages }) => outageAt(outages, at) !== undefined);
    const [first] = lost.map(({ outages }) => outageAt(outages, at)?.cause).filter((cause) => cause !== undefined);
    const cut = this.#members
      .flatMap((one) => this.#members.map((other) => this.#ground.cut(one.member, other.member, at)))
      .find((cause) => cause !== undefined);
    const root = first ?? cut;
    const because = root === undefined ? [] : [root];
    const all = this.#members.length;
    if (candidates.length === 0) {
      const left = all - lost.length;
      const say =
        left < quorum
          ? `etcd keeps ${left} of ${all} members, ${quorum} are needed`
          : `no etcd member reaches ${quorum} of ${all}`;
      return [...because, { say }];
    }
    const say =
      leader === undefined
        ? 'etcd has its quorum again and elects a leader'
        : `etcd's leader ${leader.member.name} is gone; the others elect a new one`;
    return [...because, { say }];
  }
}

function insert(times: Millis[], at: Millis): void {
  assert(Number.isFinite(at), 'an election ends');
  const place = times.findIndex((time) => time > at);
  if (place === -1) times.push(at);
  else times.splice(place, 0, at);
}
