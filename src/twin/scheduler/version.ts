/**
 * What differs between the releases that the twin knows. v1.36 is held against that scheduler itself; 1.34 and 1.35 follow
 * their change logs and are not.
 */
export interface SchedulerVersion {
  /** BalancedAllocation scores how much evener the node gets, 50 to 100; before, how even it is (kubernetes PR 135573, 1.36). */
  readonly scoresGainInBalance: boolean;
  /** NodeDeclaredFeatures is on by default since 1.36. */
  readonly readsDeclaredFeatures: boolean;
}

/** `v1.36.3` and what a world does not tell are taken for 1.36. */
export function schedulerVersion(kubernetesVersion: string | undefined): SchedulerVersion {
  const minor = Number(/^v?1\.(\d+)/.exec(kubernetesVersion ?? '')?.[1] ?? NEWEST);
  return { scoresGainInBalance: minor >= NEWEST, readsDeclaredFeatures: minor >= NEWEST };
}

const NEWEST = 36;
