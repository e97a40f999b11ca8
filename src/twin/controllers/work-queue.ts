/**
 * A controller's queue: each key once, a number of workers, failures tried again after 5 ms, 10 ms, up to 1,000 s.
 * client-go v0.36.3 util/workqueue (DefaultTypedControllerRateLimiter).
 */
import type { Millis } from '../../core/units.ts';
import { WATCH } from '../engine/api-client.ts';
import type { Clock } from '../engine/clock.ts';

const FIRST_RETRY: Millis = 5;
const LAST_RETRY: Millis = 1_000_000;

export class WorkQueue {
  readonly #clock: Clock;
  readonly #workers: number;
  readonly #begin: (key: number) => void;
  readonly #told: number;
  readonly #dirty = new Set<number>();
  readonly #busy = new Set<number>();
  readonly #failures = new Map<number, number>();
  #line: number[] = [];
  #head = 0;

  constructor(clock: Clock, workers: number, begin: (key: number) => void) {
    this.#clock = clock;
    this.#workers = workers;
    this.#begin = begin;
    this.#told = clock.kind('manager', (key) => {
      this.#line.push(key);
      this.#serve();
    });
  }

  /** The key is looked at as soon as the watch has told and a worker is free. */
  add(key: number): void {
    if (this.#dirty.has(key)) return;
    this.#dirty.add(key);
    // A key that is being worked on comes back when that is over.
    if (!this.#busy.has(key)) this.#clock.at(this.#clock.now() + WATCH, this.#told, key);
  }

  /** The work that was begun for the key is over. */
  done(key: number, failed = false): void {
    this.#busy.delete(key);
    if (failed) {
      const count = this.#failures.get(key) ?? 0;
      this.#failures.set(key, count + 1);
      this.#dirty.add(key);
      const wait = Math.min(LAST_RETRY, FIRST_RETRY * 2 ** Math.min(count, 20));
      this.#clock.at(this.#clock.now() + wait, this.#told, key);
    } else {
      this.#failures.delete(key);
      if (this.#dirty.has(key)) this.#clock.at(this.#clock.now(), this.#told, key);
    }
    this.#serve();
  }

  #serve(): void {
    while (this.#busy.size < this.#workers && this.#head < this.#line.length) {
      const key = this.#line[this.#head] ?? 0;
      this.#head += 1;
      if (this.#head === this.#line.length) {
        this.#line = [];
        this.#head = 0;
      }
      this.#dirty.delete(key);
      this.#busy.add(key);
      this.#begin(key);
    }
  }
}
