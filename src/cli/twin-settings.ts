/** What a plan tells the twin beside its world, and how the command line runs it. */
import type { Plan } from '../plan/types.ts';
import { controlPlaneTimeline } from '../twin/control-plane/control-plane-timeline.ts';
import type { TwinSettings } from '../twin/twin.ts';

/** Repair and provisioning follow the document; manifests tell neither. */
export function twinSettings(plan: Plan | undefined, seed: number): TwinSettings {
  return {
    seed,
    timelineOf: (of, scenario, ownSeed) => controlPlaneTimeline(of, scenario, { seed: ownSeed }),
    ...(plan === undefined ? {} : settingsOfPlan(plan)),
  };
}

function settingsOfPlan({ systems }: Plan): Partial<TwinSettings> {
  const { engine, nodeReady, pools } = systems.autoscaling.facts;
  const limits = pools.map(({ name, maxNodesPerZone }) => ({ name, maxNodesPerZone }));
  return {
    repair: systems['control-plane'].facts.nodeRepair,
    ...(engine === 'none' || nodeReady === null ? {} : { provisioning: { engine, nodeReady, pools: limits } }),
  };
}
