/** What differs between seeds: the same scenario many times, as p1, p50 and p99. */
import type { Simulation } from './results.ts';

export interface Spread {
  readonly p1: number;
  readonly p50: number;
  readonly p99: number;
}

export interface Distribution {
  readonly seeds: number;
  readonly workloads: readonly {
    readonly workload: string;
    readonly downSeconds: Spread;
    /** Absent when it did not recover with every seed, or was never short. */
    readonly recoveredAt?: Spread;
  }[];
  /** Time in which the API did not take writes. */
  readonly controlPlaneSeconds: Spread;
}

/** Of simulations of one scenario that differ by their seed; there is at least one. */
export function distributionOf(simulations: readonly Simulation[]): Distribution {
  const [first] = simulations;
  return {
    seeds: simulations.length,
    workloads: (first?.workloads ?? []).map(({ workload }, index) => {
      const outcomes = simulations.flatMap(({ workloads }) => workloads[index] ?? []);
      const recovered = outcomes.flatMap(({ recoveredAt }) => recoveredAt ?? []);
      return {
        workload,
        downSeconds: spreadOf(outcomes.map(({ downSeconds }) => downSeconds)),
        ...(recovered.length === simulations.length ? { recoveredAt: spreadOf(recovered) } : {}),
      };
    }),
    controlPlaneSeconds: spreadOf(simulations.map(withoutWrites)),
  };
}

/** Seconds in which the API is down or takes no writes. */
export function withoutWrites({ controlPlane, horizonSeconds }: Simulation): number {
  return controlPlane.intervals
    .filter(({ state }) => state === 'down' || state === 'read-only')
    .reduce((sum, { from, to }) => sum + (to ?? horizonSeconds) - from, 0);
}

/** Nearest rank. */
function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  const rank = (share: number): number => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
  return { p1: rank(0.01), p50: rank(0.5), p99: rank(0.99) };
}
