/**
 * A cluster that scenarios can be run on, again and again: it is loaded once, every run is taken back when its outcome
 * has been read. Same world, scenario and seed, same bytes.
 */
import type { Scenario } from '../faults/scenario.ts';
import type { World, WorldPod } from '../inventory/world.ts';
import { controlPlaneTimeline } from './control-plane/control-plane-timeline.ts';
import { zoneCounts } from './controllers/zone-states.ts';
import type { BuiltRun, Ground } from './engine/build-run.ts';
import { buildRun } from './engine/build-run.ts';
import type { TwinOptions } from './engine/options.ts';
import { DEFAULT_OPTIONS } from './engine/options.ts';
import { settle } from './engine/settle.ts';
import { tablesOf } from './engine/tables.ts';
import { createClusterState } from './model/create-state.ts';
import type { ClusterState, NodeIndex, SchedulingFailure } from './model/cluster-state.ts';
import type { Simulation } from './results.ts';
import { simulationOf } from './outcomes/simulation.ts';

export interface TwinSettings extends Partial<TwinOptions> {
  /** What the control plane can do meanwhile; undefined: as its members, balancer and leases make it. */
  readonly timelineOf?: typeof controlPlaneTimeline | undefined;
}

export class Twin {
  readonly world: World;
  readonly options: TwinOptions;
  readonly #ground: Ground;
  readonly #timelineOf: typeof controlPlaneTimeline;
  /** Why pods wait for a node while nothing is broken, by workload. */
  readonly waitingBefore: ReadonlyMap<number, SchedulingFailure>;

  constructor(world: World, settings: TwinSettings = {}) {
    const { timelineOf, ...options } = settings;
    this.world = world;
    this.options = { ...DEFAULT_OPTIONS, ...options };
    this.#timelineOf = timelineOf ?? controlPlaneTimeline;
    const state = createClusterState(world, { seed: this.options.seed });
    const tables = tablesOf(world, state);
    const waiting = settle(world, state, tables);
    tables.journal.settle();
    // A pod that a run makes fills every column when it begins.
    const pods = tables.basePods.reduce((most, all) => all.reduce((so, pod) => Math.max(so, pod + 1), most), 0);
    for (const column of Object.values(tables.pods)) column.freeFrom(pods);
    const zones = zoneCounts(state, (node) => tables.nodes.ready.get(node) === 1);
    this.#ground = { world, state, tables, options: this.options, nodes: nodesOf(world, state), zones, waiting };
    this.waitingBefore = new Map(waiting.map(({ pod, failure }) => [tables.pods.workload.get(pod), failure]));
  }

  /** The scheduler's state, as it is now. */
  get state(): ClusterState {
    return this.#ground.state;
  }

  /** Where a pod of the world is while nothing is broken. */
  nodeOf(pod: WorldPod): string | undefined {
    const { state } = this.#ground;
    const index = state.podOf(pod);
    const node = index === undefined ? -1 : state.nodeOfPod(index);
    return node < 0 ? undefined : state.nodeName(node);
  }

  /** Runs the scenario to its end, has the outcome read, and takes everything back. */
  run<Result>(scenario: Scenario, read: (run: BuiltRun) => Result, seed: number = this.options.seed): Result {
    const { state, tables } = this.#ground;
    const mark = state.mark();
    const moves = tables.journal.mark();
    const timeline = this.#timelineOf(this.world, scenario, { seed });
    try {
      const run = buildRun(this.#ground, { scenario, timeline, seed });
      run.clock.runTo(scenario.horizon);
      return read(run);
    } finally {
      tables.journal.undo(moves);
      state.undo(mark);
    }
  }

  simulate(scenario: Scenario, seed: number = this.options.seed): Simulation {
    return this.run(scenario, (run) => simulationOf(run, this.waitingBefore), seed);
  }
}

function nodesOf(world: World, state: ClusterState): Ground['nodes'] {
  const places = new Map<string, NodeIndex[]>();
  for (const { name, region, zone } of world.nodes) {
    const node = state.nodeNamed(name);
    if (node === undefined) continue;
    for (const key of [`${region}\n${zone}`, region]) {
      const known = places.get(key);
      if (known === undefined) places.set(key, [node]);
      else known.push(node);
    }
  }
  return {
    named: (name) => state.nodeNamed(name),
    inZone: (region, zone) => places.get(zone === undefined ? region : `${region}\n${zone}`) ?? [],
  };
}
