/**
 * A small seeded simulation of the controllers as Kubernetes v1.36.3 has them, step by step: leases, monitor passes,
 * zone states with their swapped limiter, the taint queue, clients with token buckets. Its outcomes must lie within
 * the bounds of the closed form.
 */
import { describe, expect, it } from 'vitest';
import { type Random, seeded } from '../core/random.ts';
import { recoveryInput, recoveryOf, type RecoveryInput } from './recovery.ts';

describe('the closed form holds a step-by-step simulation', () => {
  it('of 1,500 whole zones of 1 to 40 nodes', () => {
    const random = seeded(20_261);
    const outside: string[] = [];
    let [tightest, loosest] = [1, 0];
    for (let run = 0; run < 1_500; run += 1) {
      const input = drawInput(random);
      const { first, last } = recoveryOf(input);
      const seen = simulate(random, input);
      for (const [name, bounds, value] of [['first', first, seen.first] as const, ['last', last, seen.last] as const]) {
        if (value < bounds.least || value > (bounds.most ?? Infinity))
          outside.push(
            `${name} ${value} of ${JSON.stringify(bounds)} for ${JSON.stringify(input.loss)} ${JSON.stringify(input.timers)}`,
          );
      }
      const place = (seen.last - last.least) / ((last.most ?? 0) - last.least);
      [tightest, loosest] = [Math.min(tightest, place), Math.max(loosest, place)];
    }
    expect(outside).toEqual([]);
    // The bounds are not idle: outcomes come near both ends.
    expect(tightest).toBeLessThan(0.25);
    expect(loosest).toBeGreaterThan(0.55);
  });
});

function drawInput(random: Random): RecoveryInput {
  const nodes = 1 + random.int(40);
  const base = recoveryInput({
    loss: {
      zoneNodes: nodes,
      lostNodes: nodes,
      otherReadyNodes: 50,
      podsPerNode: 1 + random.int(20),
      leaders: 'elsewhere',
    },
    capacity: random.next() < 0.5 ? { kind: 'free' } : { kind: 'placeholders' },
  });
  return {
    ...base,
    timers: {
      ...base.timers,
      toleration: random.int(61) * 5_000,
      nodeEvictionRate: (10 + random.int(91)) / 100,
      nodeMonitorGracePeriod: 40_000 + random.int(21) * 1_000,
    },
  };
}

function simulate(random: Random, input: RecoveryInput): { first: number; last: number } {
  const taints = taintTimes(random, input);
  const { controllerManager, scheduler } = input.clients;
  const evict = bucket(controllerManager);
  const create = bucket(controllerManager);
  const bind = bucket(scheduler);
  const calls = taints.flatMap((at) =>
    Array.from({ length: input.loss.podsPerNode }, () => ({
      at: at + input.timers.toleration,
      left: random.next() < 0.5 ? 3 : 4,
    })),
  );
  calls.sort((a, b) => b.at - a.at);
  const deleted: number[] = [];
  for (let call = calls.pop(); call; call = calls.pop()) {
    const done = evict(call.at) + 5 * random.next();
    if (call.left > 1) insert(calls, { at: done, left: call.left - 1 });
    else deleted.push(done);
  }
  const created = deleted.sort((a, b) => a - b).map((at) => Math.max(create(at), create(at)) + 50 * random.next());
  const bound = created.sort((a, b) => a - b).map((at) => bind(at) + 50 * random.next());
  const ready = bound.map(
    (at) =>
      at +
      (input.capacity.kind === 'placeholders' ? 3_000 * random.next() : 0) +
      input.start.least +
      (input.start.most - input.start.least) * random.next(),
  );
  return { first: Math.min(...ready), last: Math.max(...ready) };
}

/** Keeps the latest call first, so that the next one is popped. */
function insert(calls: { at: number; left: number }[], call: { at: number; left: number }): void {
  let [low, high] = [0, calls.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((calls[middle]?.at ?? 0) > call.at) low = middle + 1;
    else high = middle;
  }
  calls.splice(low, 0, call);
}

/** When each node gets its NoExecute taint. */
function taintTimes(random: Random, { timers, loss, clients }: RecoveryInput): readonly number[] {
  const renewed = Array.from({ length: loss.lostNodes }, () => -10_400 * random.next());
  const probes = renewed.map(() => Number.NaN);
  const client = bucket(clients.controllerManager);
  const marked = new Map<number, number>();
  const tainted = new Map<number, number>();
  const waiting: number[] = [];
  let tick = 0;
  let pass = -30_000 + timers.nodeMonitorPeriod * random.next();
  let limiter = nodeLimiter(timers.nodeEvictionRate, pass);
  let state = 'normal';
  let stale = loss.lostNodes <= 3 && random.next() < 0.3;
  while (tainted.size < loss.lostNodes) {
    let now = pass;
    for (const [node, at] of renewed.entries()) {
      if (Number.isNaN(probes[node]) && at <= pass) probes[node] = now;
      if (marked.has(node) || !(now > (probes[node] ?? Number.NaN) + timers.nodeMonitorGracePeriod)) continue;
      now = Math.max(now, client(now));
      marked.set(node, now);
      waiting.push(node);
      for (let call = 0; call < 1 + 2 * loss.podsPerNode; call += 1) now = Math.max(now, client(now));
    }
    const end = now + 1 + 20 * random.next();
    taintUntil(end);
    const next =
      marked.size === loss.lostNodes
        ? 'full'
        : marked.size > 2 && marked.size / loss.zoneNodes >= timers.unhealthyZoneThreshold
          ? 'partial'
          : 'normal';
    const qps =
      next === 'partial'
        ? loss.zoneNodes > timers.largeClusterSizeThreshold
          ? timers.secondaryNodeEvictionRate
          : 0
        : timers.nodeEvictionRate;
    if (next !== state && limiter.qps !== qps) limiter = nodeLimiter(qps, end, qps > 0 && !limiter.take(end));
    state = next;
    pass = end + timers.nodeMonitorPeriod;
    taintUntil(pass);
  }
  return [...tainted.values()];

  /** Every 100 ms: the queue's head, if the zone has a token. A node that the cache still shows as ready wastes it. */
  function taintUntil(until: number): void {
    for (; tick < until; tick += 100) {
      const [head] = waiting;
      if (head === undefined || (marked.get(head) ?? Infinity) > tick || !limiter.take(tick)) continue;
      if (stale) stale = false;
      else tainted.set(waiting.shift() ?? head, tick);
    }
  }
}

/** A token bucket with burst 1 that gives or refuses; swapped in empty when the old one was waiting. */
function nodeLimiter(qps: number, since: number, drained = false) {
  let [tokens, last] = [drained ? 0 : 1, since];
  return {
    qps,
    since,
    take(at: number): boolean {
      if (qps <= 0 || at < last) return false;
      tokens = Math.min(1, tokens + ((at - last) / 1_000) * qps);
      last = at;
      if (tokens < 1) return false;
      tokens -= 1;
      return true;
    },
  };
}

/** A client's token bucket: when a call that is asked for at this time may go. */
function bucket({ qps, burst }: { qps: number; burst: number }): (at: number) => number {
  let [tokens, last] = [burst, Number.NEGATIVE_INFINITY];
  return (at) => {
    const now = Math.max(at, last === Number.NEGATIVE_INFINITY ? at : last);
    tokens = last === Number.NEGATIVE_INFINITY ? burst : Math.min(burst, tokens + ((now - last) / 1_000) * qps);
    last = now;
    tokens -= 1;
    return tokens >= 0 ? now : now + (-tokens / qps) * 1_000;
  };
}
