/** Failure rates that an estimate assumes when nobody has measured better ones; each with its source and date. */
import type { Millis } from '../core/units.ts';
import type { FailureAndRepair } from './repair.ts';

export interface FailureAssumptions {
  /** One machine of the control plane. */
  readonly machine: FailureAndRepair;
  /** One zone as a whole. */
  readonly zone: FailureAndRepair;
  /** Planned restarts of every machine in a year (upgrades, patches), one at a time. */
  readonly restartsPerYear: number;
  readonly restart: Millis;
  /** Where the figures come from, one sentence each. */
  readonly sources: { readonly machine: string; readonly zone: string; readonly restarts: string };
}

/** Defaults; whoever has figures of their own replaces them. */
export const FAILURE_ASSUMPTIONS: FailureAssumptions = {
  machine: { failuresPerYear: 0.56, repair: 3_600_000 },
  zone: { failuresPerYear: 0.2, repair: 6 * 3_600_000 },
  restartsPerYear: 6,
  restart: 300_000,
  sources: {
    machine:
      'about 1,000 failures a year among 1,800 machines (J. Dean, LADIS 2009); the hour until a replacement serves is an assumption of Holdfast (2026-11)',
    zone: 'six hours are the length of a power-unit failure in J. Dean, LADIS 2009; that a zone is lost once in five years is an assumption of Holdfast (2026-11), no provider publishes it',
    restarts:
      'three minor versions a year and as many patch rounds are an assumption of Holdfast (2026-11), Kubernetes releases three minor versions a year',
  },
};
