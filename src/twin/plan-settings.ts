/** What a plan's facts tell the twin: node repair, the autoscaler with its pools, and the promises to judge. */
import type { Plan } from '../plan/types.ts';
import type { TwinOptions } from './engine/options.ts';

export function settingsOfPlan({ cluster, systems }: Plan): Partial<TwinOptions> {
  const { facts } = systems.autoscaling;
  return {
    repair: systems['control-plane'].facts.nodeRepair,
    objectives: cluster.objectives,
    provisioning:
      facts.engine === 'none' || facts.nodeReady === null
        ? undefined
        : {
            engine: facts.engine,
            nodeReady: facts.nodeReady,
            pools: facts.pools.map(({ name, maxNodesPerZone }) => ({ name, maxNodesPerZone })),
          },
  };
}
