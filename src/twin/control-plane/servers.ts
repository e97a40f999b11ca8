/** Which API servers can answer, and which of them the balancer gives to clients. */
import type { Random } from '../../core/random.ts';
import type { Millis } from '../../core/units.ts';
import type { Member } from '../../facts.ts';
import type { ZoneName } from '../../faults/scenario.ts';
import type { EtcdTimeline } from './etcd.ts';
import { edgesOf, type Ground, type Outage, outageAt } from './ground.ts';
import type { Shape } from './shape.ts';
import { at as heldAt, moments } from './spans.ts';
import type { Cause, Interval } from './timeline.ts';

/** Undefined: works; else why not. */
export type WhyNot = readonly Cause[] | undefined;

export interface Servers {
  /** Moments at which any answer below can change. */
  readonly changes: readonly Millis[];
  /** Reads and writes of one API server. */
  readonly usable: (name: string, at: Millis) => WhyNot;
  /** Whether its process runs and its etcd is reached, whether or not that has a leader. */
  readonly alive: (name: string, at: Millis) => WhyNot;
  /** From a place through the balancer. */
  readonly reached: (from: ZoneName, at: Millis) => WhyNot;
  /** From nowhere in particular: where the address is held. */
  readonly answers: (at: Millis) => WhyNot;
}

interface Server {
  readonly member: Member;
  readonly outages: readonly Outage[];
  /** Spans in which the balancer gives it no connections. */
  readonly ejected: readonly { readonly from: Millis; readonly to: Millis }[];
}

export function serversOf(shape: Shape, ground: Ground, etcd: EtcdTimeline, random: Random): Servers {
  const leaderChanges = etcd.leader.map(({ from }) => from);
  const memberEdges = etcd.members.flatMap(({ outages }) => edgesOf(outages));
  const serverEdges = shape.members.flatMap((member) => edgesOf(ground.outages('kube-apiserver', member)));
  const physical = moments([...leaderChanges, ...memberEdges, ...serverEdges, ...ground.linkChanges], ground.horizon);
  const health = healthOf(shape, ground, etcd);
  const servers = shape.members.map((member): Server => ({
    member,
    outages: ground.outages('kube-apiserver', member),
    ejected: ejections(member, { shape, times: physical, health, random }),
  }));
  const rotation = servers.flatMap(({ ejected }) => ejected.flatMap(({ from, to }) => [from, to]));
  const routes = new Routes(shape, ground, servers, health);
  const all = moments([...physical, ...rotation, ...balancerEdges(shape, ground)], ground.horizon);
  const holders = routes.holders(all, random);
  return {
    changes: moments([...all, ...holders.map(({ from }) => from)], ground.horizon),
    ...health,
    reached: (from, at) => routes.reached(from, at, holders),
    answers: (at) => routes.answers(at, holders),
  };
}

type Health = Pick<Servers, 'usable' | 'alive'>;

function healthOf(shape: Shape, ground: Ground, etcd: EtcdTimeline): Health {
  const outages = new Map(shape.members.map((member) => [member.name, ground.outages('kube-apiserver', member)]));
  /** A stacked API server knows only the member beside it (kubeadm: --etcd-servers=https://127.0.0.1:2379). */
  const ownEtcd = (member: Member) =>
    shape.etcd.stacked ? etcd.members.filter((one) => one.member.name === member.name) : etcd.members;
  const alive = (name: string, at: Millis): WhyNot => {
    const member = shape.members.find((one) => one.name === name);
    if (member === undefined) return [{ say: `there is no API server on ${name}` }];
    const outage = outageAt(outages.get(name) ?? [], at);
    if (outage !== undefined) return [outage.cause, { say: `the API server on ${name} is gone` }];
    return etcdReached(member, at);
  };
  const etcdReached = (member: Member, at: Millis): WhyNot => {
    const { name: leader } = heldAt(etcd.leader, at).state;
    const leaderPlace = shape.etcd.members.find(({ name }) => name === leader);
    let why: WhyNot = [{ say: `the API server on ${member.name} has no etcd member` }];
    for (const one of ownEtcd(member)) {
      const lost = outageAt(one.outages, at)?.cause ?? ground.cut(member, one.member, at);
      const apart = leaderPlace === undefined ? undefined : ground.cut(one.member, leaderPlace, at);
      if (lost === undefined && apart === undefined) return undefined;
      why =
        lost === undefined
          ? [
              ...(apart === undefined ? [] : [apart]),
              { say: `the etcd member on ${one.member.name} is cut from its leader` },
            ]
          : [lost, { say: `the API server on ${member.name} loses its etcd member` }];
    }
    return why;
  };
  return {
    alive,
    usable: (name, at) => {
      const lost = alive(name, at);
      if (lost !== undefined) return lost;
      const leader = heldAt(etcd.leader, at);
      return leader.state.name === undefined ? leader.causes : undefined;
    },
  };
}

/** From some checks after it stopped answering until some after it answers again. */
function ejections(
  { name }: Member,
  { shape, times, health, random }: { shape: Shape; times: readonly Millis[]; health: Health; random: Random },
): Server['ejected'] {
  const { ejection, rise } = shape.balancer;
  const found: { from: Millis; to: Millis }[] = [];
  let out: Millis | undefined;
  for (const at of times) {
    const works = health.alive(name, at) === undefined;
    if (!works) out ??= at === 0 ? 0 : at + draw(ejection, random);
    else if (out !== undefined) {
      if (out < at) found.push({ from: out, to: at + rise });
      out = undefined;
    }
  }
  if (out !== undefined) found.push({ from: out, to: Number.POSITIVE_INFINITY });
  return found;
}

type Holders = readonly Interval<{ readonly holder: string | undefined }>[];

/** Ways from clients to API servers. */
class Routes {
  readonly #shape: Shape;
  readonly #ground: Ground;
  readonly #servers: readonly Server[];
  readonly #health: Health;

  constructor(shape: Shape, ground: Ground, servers: readonly Server[], health: Health) {
    this.#shape = shape;
    this.#ground = ground;
    this.#servers = servers;
    this.#health = health;
  }

  /** Who holds the address. The first instance does at first: it has the highest priority. */
  holders(times: readonly Millis[], random: Random): Holders {
    const { instances, takeover } = this.#shape.balancer;
    const found: Interval<{ holder: string | undefined }>[] = [];
    const say = (from: Millis, holder: string | undefined, causes: readonly Cause[]): void => {
      const before = found.pop();
      if (before !== undefined && before.from < from) found.push({ ...before, to: from });
      found.push({ from, to: undefined, state: { holder }, causes });
    };
    let holder = instances[0];
    let due: Millis | undefined;
    say(0, holder?.name, []);
    const queue = [...times];
    for (let at = queue.shift(); at !== undefined; at = queue.shift()) {
      const why = holder === undefined ? undefined : this.#cannotHold(holder, at);
      if (holder !== undefined && why === undefined) continue;
      const candidates = instances.filter((one) => this.#cannotHold(one, at) === undefined);
      if (holder !== undefined) {
        if (candidates.length === 0 && this.#instanceLost(holder, at) === undefined) continue;
        say(at, undefined, [
          ...(why ?? []),
          { say: `the balancer on ${holder.name} no longer holds the API's address` },
        ]);
        holder = undefined;
      }
      if (due !== undefined && at >= due && candidates[0] !== undefined) {
        holder = candidates[0];
        due = undefined;
        say(at, holder.name, []);
      } else if (due === undefined && candidates.length > 0) {
        due = at + draw(takeover, random);
        queue.push(due);
        queue.sort((a, b) => a - b);
      } else if (candidates.length === 0) due = undefined;
    }
    return found.filter(({ from }) => from < this.#ground.horizon);
  }

  reached(from: ZoneName, at: Millis, holders: Holders): WhyNot {
    const { instances } = this.#shape.balancer;
    if (instances.length === 0) {
      const out = outageAt(this.#ground.balancerOutages(undefined), at);
      return out === undefined ? this.#anyServer(from, at) : [out.cause];
    }
    const held = heldAt(holders, at);
    const holder = instances.find(({ name }) => name === held.state.holder);
    if (holder === undefined) return held.causes;
    const apart = this.#ground.cut(from, holder, at);
    if (apart !== undefined) return [apart, { say: `zone ${from.zone} is cut from the balancer on ${holder.name}` }];
    return this.#throughInstance(holder, at);
  }

  answers(at: Millis, holders: Holders): WhyNot {
    const { instances } = this.#shape.balancer;
    if (instances.length === 0) return this.reached({ region: '', zone: '' }, at, holders);
    const holder = instances.find(({ name }) => name === heldAt(holders, at).state.holder);
    return holder === undefined ? heldAt(holders, at).causes : this.#throughInstance(holder, at);
  }

  #instanceLost(instance: Member, at: Millis): Cause | undefined {
    return outageAt(this.#ground.balancerOutages(instance), at)?.cause;
  }

  #cannotHold(instance: Member, at: Millis): WhyNot {
    const lost = this.#instanceLost(instance, at);
    return lost === undefined ? this.#throughInstance(instance, at) : [lost];
  }

  #throughInstance(instance: Member, at: Millis): WhyNot {
    return this.#shape.balancer.holderServes ? this.#health.alive(instance.name, at) : this.#anyServer(instance, at);
  }

  #anyServer(from: ZoneName, at: Millis): WhyNot {
    let why: WhyNot = [{ say: 'there is no API server' }];
    for (const { member, ejected } of this.#servers) {
      const lost = this.#health.alive(member.name, at);
      const apart = this.#ground.cut(from, member, at);
      const out = ejected.some((span) => span.from <= at && at < span.to);
      if (lost === undefined && apart === undefined && !out) return undefined;
      why =
        lost ??
        (apart === undefined
          ? [{ say: `the balancer does not yet give clients the API server on ${member.name} again` }]
          : [apart]);
    }
    return why;
  }
}

function balancerEdges({ balancer }: Shape, ground: Ground): readonly Millis[] {
  const all = balancer.instances.length === 0 ? [undefined] : balancer.instances;
  return all.flatMap((instance) => edgesOf(ground.balancerOutages(instance)));
}

function draw({ least, most }: { readonly least: Millis; readonly most: Millis }, random: Random): Millis {
  return least + random.int(Math.max(1, most - least + 1));
}
