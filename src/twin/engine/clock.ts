/** The clock of a simulation: it jumps from event to event, and holds those back whose worker cannot work. */
import { assert } from '../../core/error.ts';
import type { Millis } from '../../core/units.ts';
import { EventQueue } from './event-queue.ts';
import type { Gate, Worker } from './gate.ts';

export type EventHandler = (a: number, b: number) => void;

export interface Clock {
  readonly now: () => Millis;
  /** A kind of event, whose work it is, and what happens. */
  readonly kind: (worker: Worker, handle: EventHandler) => number;
  readonly at: (time: Millis, kind: number, a?: number, b?: number) => void;
  /** Handles all events up to and including this time. */
  readonly runTo: (time: Millis) => void;
  /** Events handled so far. */
  readonly handled: () => number;
  /** Time of the next event; Infinity when nothing is left to happen. */
  readonly next: () => Millis;
}

export function clockOf(gate: Gate): Clock {
  const queue = new EventQueue();
  const workers: Worker[] = [];
  const handlers: EventHandler[] = [];
  const event = { time: 0, kind: 0, a: 0, b: 0 };
  let now: Millis = 0;
  let handled = 0;
  return {
    now: () => now,
    handled: () => handled,
    next: () => queue.next(),
    kind: (worker, handle) => {
      workers.push(worker);
      return handlers.push(handle) - 1;
    },
    at: (time, kind, a = 0, b = 0) => {
      assert(Number.isSafeInteger(time) || time === Number.POSITIVE_INFINITY, `time ${time} is no whole millisecond`);
      // What never happens need not be kept; what is asked for in the past happens now.
      if (time !== Number.POSITIVE_INFINITY) queue.add(Math.max(time, now), kind, a, b);
    },
    runTo: (time) => {
      while (queue.next() <= time) {
        queue.take(event);
        const { kind, a, b } = event;
        now = event.time;
        const worker = workers[kind] ?? 'world';
        const possible = worker === 'world' ? now : gate.next(worker, now);
        if (possible === now) {
          handled += 1;
          handlers[kind]?.(a, b);
        } else if (possible !== Number.POSITIVE_INFINITY) queue.add(possible, kind, a, b);
      }
      now = Math.max(now, time);
    },
  };
}
