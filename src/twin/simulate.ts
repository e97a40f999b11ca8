/** One scenario on one world. Who runs more than one on the same world keeps a `Twin`. */
import type { Scenario } from '../faults/scenario.ts';
import type { World } from '../inventory/world.ts';
import type { Simulation } from './results.ts';
import type { TwinSettings } from './twin.ts';
import { Twin } from './twin.ts';

export function simulate(world: World, scenario: Scenario, settings: TwinSettings = {}): Simulation {
  return new Twin(world, settings).simulate(scenario);
}
