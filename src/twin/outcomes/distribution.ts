/** What a scenario does over many seeds: where leases, starts and queues leave room for chance. */
import type { Scenario } from '../../faults/scenario.ts';
import type { Twin } from '../twin.ts';

export interface Quantiles {
  readonly p1: number;
  readonly p50: number;
  readonly p99: number;
}

export interface WorkloadDistribution {
  readonly workload: string;
  readonly downSeconds: Quantiles;
  /** Infinity for runs in which it does not recover. */
  readonly recoveredAt: Quantiles;
}

/** Of the workloads that lose pods in one of the runs; the scheduler's ties stay those of the twin's own seed. */
export function distributionOf(
  twin: Twin,
  scenario: Scenario,
  seeds: readonly number[],
): readonly WorkloadDistribution[] {
  const runs = seeds.map((seed) => twin.simulate(scenario, seed).workloads);
  return twin.world.workloads.flatMap(({ id }, index) => {
    const outcomes = runs.flatMap((workloads) => workloads[index] ?? []);
    if (outcomes.every(({ downSeconds, degradedSeconds }) => downSeconds + degradedSeconds === 0)) return [];
    return [
      {
        workload: id,
        downSeconds: quantiles(outcomes.map(({ downSeconds }) => downSeconds)),
        recoveredAt: quantiles(
          outcomes.map(
            ({ recoveredAt, downSeconds, degradedSeconds }) =>
              recoveredAt ?? (downSeconds + degradedSeconds === 0 ? 0 : Number.POSITIVE_INFINITY),
          ),
        ),
      },
    ];
  });
}

/** By nearest rank. */
export function quantiles(values: readonly number[]): Quantiles {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number): number => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
  return { p1: at(0.01), p50: at(0.5), p99: at(0.99) };
}
