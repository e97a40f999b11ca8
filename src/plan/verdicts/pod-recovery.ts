/** From the loss of a node or a zone until its pods are ready elsewhere: timers, then room. */
import { sayDuration } from '../../core/duration.ts';
import type { Millis } from '../../core/units.ts';
import type { AutoscalingFacts, ControlPlaneFacts, SchedulingFacts } from '../../facts.ts';
import { roomAfterLoss, type RoomAfterLoss } from './capacity.ts';
import type { Assessment, Evidence, Judge } from './judge.ts';
import { sayRange, sentences, type TimeRange } from './say.ts';

type Loss = 'node' | 'zone';

export const nodeFailureRecovery: Judge = {
  name: 'nodeFailureRecovery',
  title: 'Recovery from the loss of a node',
  better: 'smaller',
  promise: ({ objectives }) => objectives.nodeFailureRecovery,
  say: sayDuration,
  assess: (evidence) => assess(evidence, 'node'),
};

export const zoneFailureRecovery: Judge = {
  name: 'zoneFailureRecovery',
  title: 'Recovery from the loss of a zone',
  better: 'smaller',
  promise: ({ objectives }) => objectives.zoneFailureRecovery,
  say: sayDuration,
  assess: (evidence) => assess(evidence, 'zone'),
};

function assess({ facts, wrote }: Evidence, loss: Loss): Assessment {
  const { scheduling, autoscaling, 'control-plane': plane } = facts;
  if (!scheduling) return { evidence: 'No system plans how lost pods are replaced.' };
  const replaced = loss === 'node' ? scheduling.nodeFailureRecovery : scheduling.zoneFailureRecovery;
  const place = roomAfterLoss(facts, loss);
  const range = withRoom(replaced, place, autoscaling);
  const unknown = place.kind === 'unknown' && range.most !== null;
  const known = { worst: range.most, measured: sayRange(range) };
  return {
    ...(unknown ? floorOf(range) : known),
    evidence: sentences(
      timersSentence(scheduling, loss),
      plane?.kind === 'eks' &&
        "EKS publishes none of its controllers' timers: those of Kubernetes are assumed, a drill shows whether they hold.",
      replaced.most === null
        ? `Nothing brings the pods of a lost ${loss} back.`
        : `With room at hand the pods are ready elsewhere after ${sayRange(replaced)}; decision scheduling.${loss}FailureRecovery shows each step.`,
      place.because,
      waits(place) &&
        autoscaling?.nodeReady &&
        `A new machine is ready at most ${sayDuration(autoscaling.nodeReady.most)} after the first pod waits for it.`,
      unknown && `A drill, or headroom for a ${loss}, settles it.`,
      statefulSentence(plane),
    ),
    remedy: remedyFor(facts, place, { loss, range, fixed: FIXED.some(wrote) }),
  };
}

/** The scheduling's figure counts with placeholders, which are pushed aside at once; machines have to come first. */
function withRoom(replaced: TimeRange, place: RoomAfterLoss, autoscaling: AutoscalingFacts | undefined): TimeRange {
  if (!waits(place) || !autoscaling?.nodeReady) return replaced;
  const { least, most } = autoscaling.nodeReady;
  return {
    least: place.kind === 'ordered' ? replaced.least + least : replaced.least,
    most: replaced.most === null ? null : replaced.most + most,
  };
}

/** With room it takes so long; without, nobody knows how much longer. */
function floorOf({ most }: TimeRange): Pick<Assessment, 'floor' | 'measured'> {
  return most === null ? {} : { floor: most, measured: `${sayDuration(most)} if there is room` };
}

/** True when in the worst case new machines have to come first. */
function waits({ kind }: RoomAfterLoss): boolean {
  return kind === 'ordered' || kind === 'partly';
}

function timersSentence(scheduling: SchedulingFacts, loss: Loss): string {
  const { nodeMonitorGracePeriod: grace, nodeMonitorPeriod: period, nodeEvictionRate: rate, toleration } = scheduling;
  const queue = loss === 'zone' && rate > 0 ? `, then one node of the zone every ${sayDuration(1_000 / rate)}` : '';
  return `Silence of ${sayDuration(grace)} counts as a lost node (seen every ${sayDuration(period)})${queue}; pods tolerate it for ${sayDuration(toleration)}, then they are replaced and start.`;
}

function statefulSentence(plane: ControlPlaneFacts | undefined): string | undefined {
  if (!plane) return undefined;
  return `The figure is for pods of Deployments: a StatefulSet's pod waits until its node is repaired, which begins after ${sayDuration(plane.nodeRepair.after)}.`;
}

/** Timers that follow the promise unless the document writes them. */
const FIXED = ['toleration', 'nodeMonitorGracePeriod', 'nodeEvictionRate'].map((field) => `spec.scheduling.${field}`);

function remedyFor(
  facts: Evidence['facts'],
  place: RoomAfterLoss,
  { loss, range, fixed }: { readonly loss: Loss; readonly range: TimeRange; readonly fixed: boolean },
): string {
  if (range.most === null)
    return 'Give the pods somewhere to go: machines in another zone, or a zone larger than what is lost.';
  const reachable = `promise ${sayDuration(roundUp(range.most))}`;
  if (place.kind === 'ordered')
    return `Keep headroom for the loss: spec.autoscaling.headroom.loss: ${loss}; the machines that carry it run all the time.`;
  if (place.kind === 'partly')
    return `Keep headroom for a zone that the load has grown: spec.autoscaling.headroom.nodesPerZone: ${mostNodes(facts.autoscaling)}; the machines that carry it run all the time.`;
  if (facts['control-plane']?.kind === 'eks') return `EKS lets nobody set how a dead node is noticed; ${reachable}.`;
  return fixed
    ? `Leave out the timers that spec.scheduling fixes, so that they follow the promise, or ${reachable}.`
    : `This is the best that safe timers give: ${reachable}.`;
}

/** Machines that one pool may have in a zone: one figure sizes the headroom for all pools. */
function mostNodes(autoscaling: AutoscalingFacts | undefined): number {
  return (autoscaling?.pools ?? []).reduce((most, { maxNodesPerZone }) => Math.max(most, maxNodesPerZone), 0);
}

/** To whole seconds, so that the promise that the remedy names is kept. */
function roundUp(millis: Millis): Millis {
  return Math.ceil(millis / 1_000) * 1_000;
}
