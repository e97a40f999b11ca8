/**
 * Who leads among controller managers or schedulers: client-go v0.36.3 tools/leaderelection, poll by poll. A standby
 * takes a lease once it has not seen it change for its whole length on its own clock, so the crash of a leader costs
 * 13 s to 23.8 s with one standby and the default timers, and less with several.
 */
import type { Random } from '../../core/random.ts';
import type { Millis } from '../../core/units.ts';
import type { Member } from '../../facts.ts';
import { edgesOf, type Ground, type Outage, outageAt } from './ground.ts';
import type { Servers, WhyNot } from './servers.ts';
import type { Elected, Shape } from './shape.ts';
import { moments } from './spans.ts';
import type { Cause, Interval } from './timeline.ts';

/** Waits between tries for leadership are stretched by up to 120 %: JitterFactor 1.2. */
const JITTER = 1.2;
/** The kubelet starts a container that ended at once, then after 10 s, twice as long each time, at most 5 min (pkg/kubelet, MaxContainerBackOff, v1.36.3). */
const FIRST_BACKOFF: Millis = 10_000;
const LONGEST_BACKOFF: Millis = 300_000;
/** From its start until it asks for the lease: measured on the lab, 2026-11. */
const PROCESS_START: Millis = 2_000;

export type LeaseState = Interval<{ readonly leads: boolean; readonly member: string | undefined }>;

export interface LeaseTimeline {
  readonly intervals: readonly LeaseState[];
  /** When another process took the lease. */
  readonly takeovers: readonly Millis[];
}

interface Instance {
  readonly member: Member;
  readonly outages: readonly Outage[];
  /** From here on its process is another one: it ended because it lost the lease. */
  restarted: Millis | undefined;
}

export interface LeaseInputs {
  readonly shape: Shape;
  readonly ground: Ground;
  readonly servers: Servers;
  readonly random: Random;
}

/** What an interval says while another acts than the one that holds the lease. */
interface Loss {
  readonly at: Millis;
  readonly causes: readonly Cause[];
  /** The process itself is gone. */
  readonly died: boolean;
}

export function leaseTimeline(component: Elected, inputs: LeaseInputs): LeaseTimeline {
  return new Lease(component, inputs).run();
}

class Lease {
  readonly #component: Elected;
  readonly #inputs: LeaseInputs;
  readonly #instances: readonly Instance[];
  readonly #times: readonly Millis[];
  readonly #intervals: LeaseState[] = [];
  readonly #takeovers: Millis[] = [];

  constructor(component: Elected, inputs: LeaseInputs) {
    const { shape, ground, servers } = inputs;
    this.#component = component;
    this.#inputs = inputs;
    this.#instances = shape.members.map((member) => ({
      member,
      outages: ground.outages(component, member),
      restarted: undefined,
    }));
    const edges = this.#instances.flatMap(({ outages }) => edgesOf(outages));
    this.#times = moments([...servers.changes, ...edges], ground.horizon);
  }

  run(): LeaseTimeline {
    const { random, ground } = this.#inputs;
    let holder = this.#instances[random.int(Math.max(1, this.#instances.length))];
    let from: Millis = Number.NEGATIVE_INFINITY;
    this.#say(0, holder, []);
    while (holder !== undefined) {
      const loss = this.#lossOf(holder, from);
      if (loss === undefined) break;
      this.#say(loss.at, undefined, [...loss.causes, { say: this.#lossWords(holder, loss) }]);
      const renewed = Math.max(from, loss.at - random.int(this.#retry));
      const back = this.#resumes(holder, loss, renewed);
      if (back !== undefined) {
        this.#say(back, holder, []);
        from = back;
        continue;
      }
      const next = this.#taken(holder, loss, renewed);
      if (next === undefined || next.at >= ground.horizon) break;
      holder = next.instance;
      from = next.at;
      this.#takeovers.push(from);
      this.#say(from, holder, []);
    }
    return { intervals: this.#intervals, takeovers: this.#takeovers };
  }

  get #retry(): Millis {
    return this.#inputs.shape.lease.retry;
  }

  #say(from: Millis, leader: Instance | undefined, causes: readonly Cause[]): void {
    const before = this.#intervals.pop();
    if (before !== undefined && before.from < from) this.#intervals.push({ ...before, to: from });
    const state = { leads: leader !== undefined, member: leader?.member.name };
    this.#intervals.push({ from, to: undefined, state, causes });
  }

  #lossWords({ member }: Instance, { died }: Loss): string {
    const name = NAMES[this.#component];
    return died
      ? `the leading ${name} on ${member.name} is gone; a standby waits until its lease is ${this.#inputs.shape.lease.duration / 1_000} s old`
      : `the leading ${name} on ${member.name} cannot reach its API server`;
  }

  #died({ outages }: Instance, at: Millis): Outage | undefined {
    return outageAt(outages, at);
  }

  #path({ member }: Instance, at: Millis): WhyNot {
    const { shape, servers, ground } = this.#inputs;
    const target = shape.targetOf(this.#component, member.name);
    if (target === 'own') return servers.usable(member.name, at);
    if (target === 'balancer') {
      const lost = servers.reached(member, at);
      return lost ?? this.#quorum(at);
    }
    const lost = servers.usable(target.member, at);
    const say = `the ${NAMES[this.#component]} on ${member.name} uses the API server on ${target.member} alone`;
    if (lost !== undefined) return [...lost, { say }];
    const other = shape.members.find(({ name }) => name === target.member);
    const apart = other === undefined ? undefined : ground.cut(member, other, at);
    return apart === undefined ? undefined : [apart, { say }];
  }

  /** Through the balancer any server will do, but none writes without a leader of etcd. */
  #quorum(at: Millis): WhyNot {
    const { servers, shape } = this.#inputs;
    const all = shape.members.map(({ name }) => servers.usable(name, at));
    return all.includes(undefined) ? undefined : all[0];
  }

  #lossOf(holder: Instance, from: Millis): Loss | undefined {
    for (const at of [Math.max(0, from), ...this.#times.filter((time) => time > from)]) {
      const gone = this.#died(holder, at);
      if (gone !== undefined) return { at, causes: [gone.cause], died: true };
      const unreachable = this.#path(holder, at);
      if (unreachable !== undefined) return { at, causes: unreachable, died: false };
    }
    return undefined;
  }

  /** When the holder is back before it gives up: its last renewal, the next try, and renewDeadline from there. */
  #resumes(holder: Instance, loss: Loss, renewed: Millis): Millis | undefined {
    if (loss.died) return undefined;
    const { renewDeadline, retry } = this.#inputs.shape.lease;
    const givesUp = renewed + retry + renewDeadline;
    for (const at of this.#times) {
      if (at <= loss.at) continue;
      if (at >= givesUp || this.#died(holder, at) !== undefined) return undefined;
      if (this.#path(holder, at) === undefined) return at;
    }
    return undefined;
  }

  /** The first of all candidates that finds the lease old enough. */
  #taken(
    holder: Instance,
    loss: Loss,
    renewed: Millis,
  ): { readonly instance: Instance; readonly at: Millis } | undefined {
    const { renewDeadline, retry } = this.#inputs.shape.lease;
    holder.restarted = loss.died ? loss.at : renewed + retry + renewDeadline;
    const found = this.#instances.flatMap((instance) => {
      const at = this.#takes(instance, loss, { renewed, fresh: instance === holder });
      return at === undefined ? [] : [{ instance, at }];
    });
    return found.sort((a, b) => a.at - b.at)[0];
  }

  /** Polls one candidate from before the loss on. `fresh`: its process is new and has seen no lease yet. */
  #takes(
    instance: Instance,
    loss: Loss,
    { renewed, fresh }: { readonly renewed: Millis; readonly fresh: boolean },
  ): Millis | undefined {
    const { random, ground, shape } = this.#inputs;
    const wait = (): Millis => this.#retry + random.int(Math.round(this.#retry * JITTER));
    let observed: Millis | undefined;
    let seen: Millis = 0;
    // Every candidate draws the same number of times for its phase, whether or not it is alive.
    const phase = random.int(Math.round(this.#retry * (1 + JITTER)));
    let at = fresh ? this.#started(instance, instance.restarted ?? loss.at) : renewed - 2 * this.#retry + phase;
    while (at !== undefined && at < ground.horizon) {
      if (this.#died(instance, at) !== undefined) {
        observed = undefined;
        at = this.#started(instance, at);
        continue;
      }
      if (this.#path(instance, at) === undefined) {
        const record = this.#record(renewed, at);
        if (record !== observed) [observed, seen] = [record, at];
        else if (at >= loss.at && at - seen >= shape.lease.duration) return at;
      } else if (!this.#everUsable(instance, at)) return undefined;
      at += wait();
    }
    return undefined;
  }

  /** The holder renews every retry period until its last renewal. */
  #record(renewed: Millis, at: Millis): Millis {
    return at >= renewed ? renewed : renewed - Math.ceil((renewed - at) / this.#retry) * this.#retry;
  }

  #everUsable(instance: Instance, from: Millis): boolean {
    return this.#times.some((at) => at > from && this.#path(instance, at) === undefined);
  }

  /** Its next start that finds an API server: one that finds none ends at once, and waits longer each time. */
  #started(instance: Instance, from: Millis): Millis | undefined {
    let at = from;
    let backoff = FIRST_BACKOFF;
    while (at < this.#inputs.ground.horizon) {
      const gone = this.#died(instance, at);
      if (gone !== undefined) {
        if (!Number.isFinite(gone.to)) return undefined;
        at = gone.to;
        backoff = FIRST_BACKOFF;
      } else if (this.#path(instance, at) === undefined) return at + PROCESS_START;
      else {
        at += backoff;
        backoff = Math.min(LONGEST_BACKOFF, 2 * backoff);
      }
    }
    return undefined;
  }
}

const NAMES: Readonly<Record<Elected, string>> = {
  'kube-controller-manager': 'controller manager',
  'kube-scheduler': 'scheduler',
};
