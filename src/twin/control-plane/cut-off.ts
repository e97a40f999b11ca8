/** Nodes that live but cannot renew their leases: cut from every API server, without a kubelet or with an expired certificate. */
import type { Millis } from '../../core/units.ts';
import type { World, WorldNode, WorldZone } from '../../inventory/world.ts';
import type { Fault, Scenario, TimedFault } from '../../faults/scenario.ts';
import { causeOf, type Ground, losesMachine } from './ground.ts';
import type { Servers, WhyNot } from './servers.ts';
import type { Shape } from './shape.ts';
import { intervalsOf } from './spans.ts';
import type { Cause, ControlPlaneTimeline } from './timeline.ts';

type CutOff = ControlPlaneTimeline['cutOff'];
type Span = Omit<CutOff[number], 'node'>;

export interface CutOffInputs {
  readonly world: World;
  readonly scenario: Scenario;
  readonly shape: Shape;
  readonly ground: Ground;
  readonly servers: Servers;
}

/**
 * Only while the API answers others: when it answers nobody no controller draws conclusions either, and `api` says so.
 * Workers use the balancer; kubelets of the control plane the API server beside them (kubeadm v1.36,
 * ControlPlaneKubeletLocalMode).
 */
export function cutOffNodes(inputs: CutOffInputs): CutOff {
  const byZone = inputs.world.zones.flatMap((zone) => zoneCutOff(zone, inputs));
  return [...byZone, ...kubelets(inputs)].toSorted(
    (a, b) => a.from - b.from || (a.node < b.node ? -1 : a.node > b.node ? 1 : 0),
  );
}

function zoneCutOff(zone: WorldZone, inputs: CutOffInputs): CutOff {
  const { shape, ground, servers } = inputs;
  if (shape.managed) {
    const spans = isolated(zone, inputs);
    return spans.length === 0 ? [] : zone.nodes.flatMap((node) => living(node, spans, inputs));
  }
  if (ground.linkChanges.length === 0 && servers.changes.length === 1) return [];
  const shared = spansOf(servers.changes, (at) => whenOthersAreServed(servers, at, servers.reached(zone, at)));
  return zone.nodes.flatMap((node) => {
    const own = shape.members.some(({ name }) => name === node.name);
    const spans = own
      ? spansOf(servers.changes, (at) => whenOthersAreServed(servers, at, servers.alive(node.name, at)))
      : shared;
    return spans.length === 0 ? [] : living(node, spans, inputs);
  });
}

function whenOthersAreServed(servers: Servers, at: Millis, why: WhyNot): WhyNot {
  return why !== undefined && servers.answers(at) === undefined ? why : undefined;
}

/** A zone that no other zone reaches does not reach the provider's API servers either. */
function isolated(zone: WorldZone, { world, ground }: CutOffInputs): readonly Span[] {
  const others = world.zones.filter((other) => other !== zone && other.zone !== '');
  if (others.length === 0) return [];
  return spansOf(
    [0, ...ground.linkChanges].toSorted((a, b) => a - b),
    (at) => {
      const causes = others.map((other) => ground.cut(zone, other, at));
      const [first] = causes;
      return first === undefined || causes.includes(undefined) ? undefined : [first];
    },
  );
}

function spansOf(times: readonly Millis[], why: (at: Millis) => WhyNot): readonly Span[] {
  return intervalsOf(times, (at) => {
    const causes = why(at);
    return { state: causes === undefined, causes: causes ?? [] };
  })
    .filter(({ state }) => !state)
    .map(({ from, to, causes }) => ({ from, to, causes }));
}

/** Without the spans in which the machine itself is gone. */
function living(node: WorldNode, spans: readonly Span[], { scenario }: CutOffInputs): CutOff {
  const lost = scenario.faults.flatMap((timed) => {
    const delay = losesMachine(timed.fault, node);
    return delay === undefined ? [] : [{ from: timed.at + delay, to: timed.until ?? Number.POSITIVE_INFINITY }];
  });
  let left = [...spans];
  for (const gone of lost)
    left = left.flatMap((span) => {
      const to = span.to ?? Number.POSITIVE_INFINITY;
      const before = span.from < gone.from ? [{ ...span, to: Math.min(to, gone.from) }] : [];
      const after = to > gone.to ? [{ ...span, from: Math.max(span.from, gone.to) }] : [];
      return [...before, ...after].map((one) => ({ ...one, to: Number.isFinite(one.to) ? one.to : undefined }));
    });
  return left.map((span) => ({ node: node.name, ...span }));
}

function kubelets({ world, scenario }: CutOffInputs): CutOff {
  return scenario.faults.flatMap((timed) =>
    kubeletNodes(timed.fault, world).map((node) => ({ node, ...spanOf(timed) })),
  );
}

function kubeletNodes(fault: Fault, { nodes }: World): readonly string[] {
  if (fault.kind === 'process' && fault.process === 'kubelet') return [fault.machine];
  if (fault.kind !== 'certificate' || fault.of !== 'kubelet') return [];
  return fault.machine === undefined ? nodes.map(({ name }) => name) : [fault.machine];
}

function spanOf(timed: TimedFault): { from: Millis; to: Millis | undefined; causes: readonly Cause[] } {
  return { from: timed.at, to: timed.until, causes: [causeOf(timed)] };
}
