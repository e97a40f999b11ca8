/**
 * Chance that does not depend on the order of events: each draw is a function of the seed, of what it is for, and of
 * whom it concerns. Two scenarios of one seed give a node the same lease, whatever else happens in them.
 */
import type { Millis } from '../../core/units.ts';

/** What a draw is for. */
export const DRAW = {
  leaseAge: 1,
  leaseInterval: 2,
  monitorPhase: 3,
  taintPhase: 4,
  collectionPhase: 5,
  passOrder: 6,
  start: 7,
  stop: 8,
  pull: 9,
  attach: 10,
  nodeReady: 11,
  kubeletReturn: 12,
  informer: 13,
  probe: 14,
  init: 15,
  repair: 16,
  logarithm: 17,
  boot: 18,
  queueOrder: 19,
} as const;

export interface Chance {
  /** In [0, 1). */
  readonly share: (draw: number, whom: number, again?: number) => number;
  /** A whole number of milliseconds, both ends possible. */
  readonly between: (draw: number, span: { readonly least: Millis; readonly most: Millis }, whom: number) => Millis;
}

export function chanceOf(seed: number): Chance {
  const share = (draw: number, whom: number, again = 0): number => {
    let mixed = Math.imul(seed | 0, 0x9e3779b1) ^ Math.imul(draw + 1, 0x85ebca6b);
    mixed = scramble(mixed ^ Math.imul(whom + 1, 0xc2b2ae35));
    mixed = scramble(mixed ^ Math.imul(again + 1, 0x27d4eb2f));
    return (mixed >>> 0) / 4_294_967_296;
  };
  return {
    share,
    between: (draw, { least, most }, whom) => least + Math.floor(share(draw, whom) * (most - least + 1)),
  };
}

/** The finaliser of MurmurHash3 (public domain, Austin Appleby). */
function scramble(value: number): number {
  let mixed = value ^ (value >>> 16);
  mixed = Math.imul(mixed, 0x85ebca6b);
  mixed ^= mixed >>> 13;
  mixed = Math.imul(mixed, 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}
