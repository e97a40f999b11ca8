/** `holdfast simulate`: what goes down, for how long and why, when something breaks. */
import { setImmediate } from 'node:timers/promises';
import type { Scenario } from '../../faults/scenario.ts';
import { simulationText } from '../../report/simulation-text.ts';
import type { SimulationOutput } from '../../report/twin-schemas.ts';
import { distributionOf } from '../../twin/distribution.ts';
import type { Simulation } from '../../twin/results.ts';
import { Twin } from '../../twin/twin.ts';
import { EXIT } from '../exit-codes.ts';
import { flag, formatOf, type Invocation, paintFor, textOption, widthOf } from '../invocation.ts';
import { isData, writeData } from '../output.ts';
import { progressBar } from '../progress-bar.ts';
import { readWorld } from '../read-world.ts';
import { countOption, readScenario } from '../scenario.ts';
import { twinSettings } from '../twin-settings.ts';
import type { MadeWorld } from '../world-inputs.ts';

/** Prints the outcome; exits with 1 when a promise is missed, with 130 after Ctrl-C, with what was found until then. */
export async function run(invocation: Invocation): Promise<number> {
  const made = await readWorld(invocation, invocation.args);
  const scenario = await readScenario(invocation, made.world);
  const simulations = await simulateSeeds(made, scenario, invocation);
  const [first] = simulations;
  const interrupted = invocation.context.signal.aborted;
  if (interrupted) invocation.context.stderr.write(`Interrupted after ${simulations.length} seeds.\n`);
  if (first === undefined) return EXIT.interrupted;
  const output = {
    ...first,
    ...(simulations.length > 1 ? { distribution: distributionOf(simulations) } : {}),
  } as SimulationOutput;
  const format = formatOf(invocation);
  invocation.context.stdout.write(
    isData(format)
      ? writeData(output, format)
      : simulationText(output, {
          paint: paintFor(invocation),
          width: widthOf(invocation),
          wide: format === 'wide',
        }),
  );
  if (interrupted) return EXIT.interrupted;
  return failed(output, invocation) ? EXIT.findings : EXIT.ok;
}

/** One after another, so that Ctrl-C is heard between two. */
async function simulateSeeds(
  made: MadeWorld,
  scenario: Scenario,
  invocation: Invocation,
): Promise<readonly Simulation[]> {
  const { signal } = invocation.context;
  const first = countOption(invocation, 'seed', 1);
  const seeds = countOption(invocation, 'seeds', 1, 1);
  const bar = progressBar(invocation, 'seeds', seeds);
  const found: Simulation[] = [];
  for (let seed = first; seed < first + seeds && !signal.aborted; seed += 1) {
    found.push(simulateOne(made, scenario, seed));
    bar.advance(1);
    await setImmediate();
  }
  bar.end();
  return found;
}

function simulateOne({ world, plan, notes }: MadeWorld, scenario: Scenario, seed: number): Simulation {
  const simulation = new Twin(world, twinSettings(plan, seed)).simulate(scenario);
  // Static pods are the control plane's own, which is told as such; they come and go with their machine.
  const own = new Set(world.workloads.filter((one) => one.static).map(({ id }) => id));
  const workloads = simulation.workloads.filter(({ workload }) => !own.has(workload));
  return { ...simulation, workloads, assumed: [...notes, ...simulation.assumed] };
}

function failed({ objectives, workloads }: SimulationOutput, invocation: Invocation): boolean {
  const failOn = textOption(invocation, 'failOn');
  if (failOn === 'never') return false;
  const counts = flag(invocation, 'strict') ? ['missed', 'unknown'] : ['missed'];
  if (objectives.some(({ verdict }) => counts.includes(verdict))) return true;
  return failOn === 'down' && workloads.some(({ downSeconds }) => downSeconds > 0);
}
