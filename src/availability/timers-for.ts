/** The inverse of the recovery formula: which timers keep a promised recovery, or the best that there is and why not. */
import type { Millis, PerSecond } from '../core/units.ts';
import type { RecoveryEstimate, RecoveryInput } from './recovery-model.ts';
import { recoveryOf } from './recovery.ts';

/**
 * Two passes of the node monitor: a node that is back when its taint comes is seen by the next pass, which lifts the
 * taint and with it the eviction. A shorter toleration evicts from nodes that are already back.
 */
export const SAFE_TOLERATION: Millis = 10_000;

/** Kubernetes' own toleration; never raised above it. */
const USUAL_TOLERATION: Millis = 300_000;

/** With less patience than this the rate is raised first, when a zone's promise is what asks for it. */
const COMFORTABLE_TOLERATION: Millis = 30_000;

/** A faster rate empties a zone that only looks dead within seconds; then no zone state can stop it in time. */
export const FASTEST_EVICTION_RATE: PerSecond = 1;

export interface Promised {
  /** The promise; undefined when none was made. */
  readonly within: Millis | undefined;
  /** The loss that it is about, with the timers to start from. */
  readonly input: RecoveryInput;
}

export interface Wanted {
  readonly node: Promised;
  readonly zone: Promised;
  /** Values that a person or a provider fixed; undefined: free to choose. */
  readonly fixed: { readonly toleration: Millis | undefined; readonly nodeEvictionRate: PerSecond | undefined };
}

export interface ChosenTimers {
  readonly toleration: Millis;
  readonly nodeEvictionRate: PerSecond;
  readonly node: RecoveryEstimate;
  readonly zone: RecoveryEstimate;
  /** Whether the promise is kept at the upper bound; undefined when none was made. */
  readonly nodeKept: boolean | undefined;
  readonly zoneKept: boolean | undefined;
  /** Which promise the toleration follows. */
  readonly bound: 'default' | 'fixed' | 'node' | 'zone';
}

/**
 * The longest toleration (whole seconds, 10 s to 300 s) and the slowest eviction rate (steps of 0.01/s from Kubernetes'
 * default up to 1/s) that keep both promises; if none does, the fastest that is safe. The grace period stays as
 * given: below 50 s a healthy node whose connection hangs is taken for dead, since HTTP/2 health checks need 45 s.
 */
export function timersFor(wanted: Wanted): ChosenTimers {
  const start = wanted.fixed.nodeEvictionRate ?? wanted.zone.input.timers.nodeEvictionRate;
  const forNode = longestToleration(wanted.node, start);
  const forZone = (rate: PerSecond): Millis => longestToleration(wanted.zone, rate);
  const enough = wanted.fixed.toleration ?? Math.min(COMFORTABLE_TOLERATION, Math.max(forNode, SAFE_TOLERATION));
  const rates = wanted.fixed.nodeEvictionRate === undefined ? ratesFrom(start) : [start];
  const rate =
    rates.find((one) => forZone(one) >= enough) ??
    rates.find((one) => forZone(one) >= SAFE_TOLERATION) ??
    fallbackRate(rates, forZone);
  const zoneToleration = forZone(rate);
  const free = Math.min(USUAL_TOLERATION, forNode, zoneToleration);
  const toleration = wanted.fixed.toleration ?? Math.max(SAFE_TOLERATION, free);
  const node = recoveryOf(withTimers(wanted.node.input, toleration, rate));
  const zone = recoveryOf(withTimers(wanted.zone.input, toleration, rate));
  return {
    toleration,
    nodeEvictionRate: rate,
    node,
    zone,
    nodeKept: kept(wanted.node.within, node),
    zoneKept: kept(wanted.zone.within, zone),
    bound: boundOf(wanted, { forNode, zoneToleration }),
  };
}

function boundOf(wanted: Wanted, found: { forNode: Millis; zoneToleration: Millis }): ChosenTimers['bound'] {
  if (wanted.fixed.toleration !== undefined) return 'fixed';
  if (Math.min(found.forNode, found.zoneToleration) >= USUAL_TOLERATION) return 'default';
  return found.forNode <= found.zoneToleration ? 'node' : 'zone';
}

/** When no rate keeps the promise: the one that misses it least, the slowest of those that are equal. */
function fallbackRate(rates: readonly PerSecond[], forZone: (rate: PerSecond) => Millis): PerSecond {
  const [first = FASTEST_EVICTION_RATE, ...others] = rates;
  return others.reduce((best, one) => (forZone(one) > forZone(best) ? one : best), first);
}

/** Whole seconds of toleration that the promise leaves; negative when it is missed even without any. */
function longestToleration({ within, input }: Promised, rate: PerSecond): Millis {
  if (within === undefined) return USUAL_TOLERATION;
  const { most } = recoveryOf(withTimers(input, 0, rate)).last;
  if (most === null) return -1_000;
  return Math.floor((within - most) / 1_000) * 1_000;
}

function withTimers(input: RecoveryInput, toleration: Millis, nodeEvictionRate: PerSecond): RecoveryInput {
  return { ...input, timers: { ...input.timers, toleration, nodeEvictionRate } };
}

function kept(within: Millis | undefined, { last }: RecoveryEstimate): boolean | undefined {
  if (within === undefined) return undefined;
  return last.most !== null && last.most <= within;
}

function ratesFrom(slowest: PerSecond): readonly PerSecond[] {
  const steps = Math.max(0, Math.round((FASTEST_EVICTION_RATE - slowest) * 100));
  return Array.from({ length: steps + 1 }, (_, index) => Math.round((slowest + index / 100) * 100) / 100);
}
