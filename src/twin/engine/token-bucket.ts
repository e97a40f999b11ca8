/**
 * Token buckets as golang.org/x/time/rate has them, which client-go's flowcontrol wraps: full at first, filled at a
 * steady rate up to the burst.
 */
import type { Millis, PerSecond } from '../../core/units.ts';

/** A client's bucket: whoever asks gets a time, in the order of asking. */
export class ClientBucket {
  readonly #perMilli: number;
  readonly #burst: number;
  #tokens: number;
  #last: Millis = 0;

  constructor({ qps, burst }: { qps: PerSecond; burst: number }) {
    this.#perMilli = qps / 1_000;
    this.#burst = burst;
    this.#tokens = burst;
  }

  /** When the call may leave. A client without a limit has a rate of 0 or less, as in client-go. */
  reserve(now: Millis): Millis {
    if (this.#perMilli <= 0) return now;
    if (now > this.#last) {
      this.#tokens = Math.min(this.#burst, this.#tokens + (now - this.#last) * this.#perMilli);
      this.#last = now;
    }
    this.#tokens -= 1;
    return this.#tokens >= -TINY ? now : now + Math.ceil(-this.#tokens / this.#perMilli - TINY);
  }
}

/** Sums of fractions must not turn a whole number of milliseconds into the next one. */
const TINY = 1e-6;

/**
 * The limiter of a zone's taint queue, with a burst of 1: pkg/controller/nodelifecycle/scheduler/rate_limited_queue.go.
 * It gives a token or refuses; a refused try costs nothing.
 */
export class ZoneLimiter {
  qps: PerSecond;
  #tokens = 1;
  #last: Millis;

  constructor(qps: PerSecond, now: Millis) {
    this.qps = qps;
    this.#last = now;
  }

  tryAccept(now: Millis): boolean {
    if (this.qps <= 0) return false;
    this.#tokens = this.#at(now);
    this.#last = now;
    if (this.#tokens < 1 - TINY) return false;
    this.#tokens -= 1;
    return true;
  }

  /** When a try would succeed; Infinity when never. */
  nextToken(now: Millis): Millis {
    if (this.qps <= 0) return Number.POSITIVE_INFINITY;
    const missing = 1 - this.#at(now);
    return missing <= TINY ? now : now + Math.ceil((missing * 1_000) / this.qps - TINY);
  }

  /** SwapLimiter: another rate starts with a full bucket, unless the old one would have refused now. */
  swap(qps: PerSecond, now: Millis): void {
    if (this.qps === qps) return;
    const refused = !this.tryAccept(now);
    this.qps = qps;
    this.#last = now;
    this.#tokens = qps > 0 && refused ? 0 : 1;
  }

  #at(now: Millis): number {
    return Math.min(1, this.#tokens + ((now - this.#last) * this.qps) / 1_000);
  }
}
