/** Seeded randomness: same seed, same sequence. The generator is mulberry32 (public domain, Tommy Ettinger). */
export interface Random {
  /** In [0, 1). */
  next(): number;
  /** A whole number in [0, below). */
  int(below: number): number;
}

/** A generator of its own state; never share one between things whose order may differ. */
export function seeded(seed: number): Random {
  return seededState(seed);
}

/** A generator whose place in the sequence can be kept and taken up again. */
export interface StatefulRandom extends Random {
  state(): number;
  restore(state: number): void;
}

/** As `seeded`, with its state to keep. */
export function seededState(seed: number): StatefulRandom {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  return {
    next,
    int: (below) => Math.floor(next() * below),
    state: () => state,
    restore: (kept) => {
      state = kept >>> 0;
    },
  };
}
