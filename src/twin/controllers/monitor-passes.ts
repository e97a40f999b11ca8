/**
 * When the node lifecycle controller looks at all nodes: each pass begins one period after the end of the one before.
 * Passes in which nothing happens are not simulated, their times are known: this keeps the sequences they form.
 */
import type { Millis } from '../../core/units.ts';

/** A pass over healthy nodes takes a moment; without it a grace of whole periods would end exactly on a pass, which no real one does. */
export const IDLE_PASS: Millis = 1;

export interface Passes {
  /** Begin of the first pass at or after this time, as far as is known now. */
  readonly atOrAfter: (time: Millis) => Millis;
  /** A pass ended: the next begins one period later. */
  readonly ended: (at: Millis) => void;
  /** Passes begin anew here. */
  readonly restart: (at: Millis) => void;
}

export function passesOf(period: Millis, phase: Millis): Passes {
  const step = period + IDLE_PASS;
  /** First passes of the sequences; one ends where the next begins. */
  const begins: Millis[] = [phase - 1_000 * step];
  return {
    atOrAfter: (time) => {
      for (let at = begins.length - 1; at >= 0; at -= 1) {
        const begin = begins[at] ?? 0;
        if (begin > time && at > 0) continue;
        const found = begin + Math.max(0, Math.ceil((time - begin) / step)) * step;
        return Math.min(found, begins[at + 1] ?? found);
      }
      return time;
    },
    ended: (at) => {
      begins.push(at + period);
    },
    restart: (at) => {
      begins.push(at);
    },
  };
}
