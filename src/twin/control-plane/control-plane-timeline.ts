/** Faults of a scenario → what the control plane can do at each moment. Same world, scenario and seed: same timeline. */
import { type Random, seeded } from '../../core/random.ts';
import type { Fault, FaultKind, Scenario } from '../../faults/scenario.ts';
import type { World } from '../../inventory/world.ts';
import { cutOffNodes } from './cut-off.ts';
import { type EtcdTimeline, etcdTimeline } from './etcd.ts';
import { edgesOf, type Ground, groundOf, outageAt } from './ground.ts';
import { leaseTimeline } from './leases.ts';
import { type Servers, serversOf } from './servers.ts';
import { type Shape, shapeOf } from './shape.ts';
import { at as heldAt, intervalsOf, moments } from './spans.ts';
import type { ControlPlaneTimeline, Interval } from './timeline.ts';

export { controlPlaneAssumptions } from './shape.ts';

export function controlPlaneTimeline(
  world: World,
  scenario: Scenario,
  { seed }: { readonly seed: number },
): ControlPlaneTimeline {
  const shape = shapeOf(world);
  if (scenario.faults.every(({ fault }) => touchesNothing(fault, shape))) return quietTimeline(world, seed);
  return computedTimeline(world, scenario, seed);
}

/** The timeline while nothing of the control plane breaks, kept: a sweep of nodes asks for it thousands of times. */
function quietTimeline(world: World, seed: number): ControlPlaneTimeline {
  const bySeed = quiet.get(world) ?? new Map<number, ControlPlaneTimeline>();
  quiet.set(world, bySeed);
  const known = bySeed.get(seed) ?? computedTimeline(world, { name: '', horizon: 1, faults: [] }, seed);
  bySeed.set(seed, known);
  return known;
}

const quiet = new WeakMap<World, Map<number, ControlPlaneTimeline>>();

const HARMLESS: ReadonlySet<FaultKind> = new Set(['registry', 'dns', 'webhook', 'quota', 'rollout', 'drain']);

function touchesNothing(fault: Fault, { machines }: Shape): boolean {
  return HARMLESS.has(fault.kind) || (fault.kind === 'node' && !machines.has(fault.node));
}

function computedTimeline(world: World, scenario: Scenario, seed: number): ControlPlaneTimeline {
  const shape = shapeOf(world);
  const ground = groundOf(scenario);
  if (shape.managed) return managedTimeline(world, scenario, { shape, ground });
  // Each part draws from a sequence of its own, so that one more draw here moves nothing there.
  const etcd = etcdTimeline(shape, ground, stream(seed, 1));
  const servers = serversOf(shape, ground, etcd, stream(seed, 2));
  const inputs = { shape, ground, servers };
  const manager = leaseTimeline('kube-controller-manager', { ...inputs, random: stream(seed, 3) });
  const scheduler = leaseTimeline('kube-scheduler', { ...inputs, random: stream(seed, 4) });
  return {
    api: apiIntervals(etcd, servers),
    controllerManager: manager.intervals,
    scheduler: scheduler.intervals,
    takeovers: manager.takeovers,
    cutOff: cutOffNodes({ world, scenario, ...inputs }),
  };
}

function stream(seed: number, part: number): Random {
  return seeded(Math.imul(seed + 1, 0x9e3779b1) ^ Math.imul(part, 0x85ebca6b));
}

function apiIntervals(etcd: EtcdTimeline, servers: Servers): ControlPlaneTimeline['api'] {
  return intervalsOf(servers.changes, (at) => {
    const silent = servers.answers(at);
    if (silent !== undefined) return { state: 'down' as const, causes: silent };
    const leader = heldAt(etcd.leader, at);
    return leader.state.name === undefined
      ? { state: 'read-only' as const, causes: leader.causes }
      : { state: 'up' as const, causes: [] };
  });
}

/** The provider's members are seen by nobody: only what takes its region, or its balancer as a whole, takes the API. */
function managedTimeline(
  world: World,
  scenario: Scenario,
  { shape, ground }: { readonly shape: Shape; readonly ground: Ground },
): ControlPlaneTimeline {
  const outages = [...ground.regionOutages(shape.region), ...ground.balancerOutages(undefined)];
  const times = moments(edgesOf(outages), ground.horizon);
  const api = intervalsOf(times, (at) => {
    const outage = outageAt(outages, at);
    return outage === undefined
      ? { state: 'up' as const, causes: [] }
      : { state: 'down' as const, causes: [outage.cause] };
  });
  const controllers = api.map(({ state, ...rest }): Interval<{ leads: boolean; member: string | undefined }> => ({
    ...rest,
    state: { leads: state === 'up', member: undefined },
  }));
  // The provider's controllers lose their lease like any other when the API is away for longer than renewDeadline.
  const takeovers = api.flatMap(({ state, from, to }) =>
    state === 'down' && to !== undefined && to - from > shape.lease.renewDeadline ? [to] : [],
  );
  const none: Servers = {
    changes: [0],
    usable: () => undefined,
    alive: () => undefined,
    reached: () => undefined,
    answers: () => undefined,
  };
  return {
    api,
    controllerManager: controllers,
    scheduler: controllers,
    takeovers,
    cutOff: cutOffNodes({ world, scenario, shape, ground, servers: none }),
  };
}
