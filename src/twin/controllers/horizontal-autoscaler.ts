/**
 * The arithmetic of HorizontalPodAutoscalers: how many replicas a metric asks for, and how far and how fast that is
 * followed. Pure; the twin itself holds replicas, since no object tells how load moves. Kubernetes v1.36.3
 * pkg/controller/podautoscaler/replica_calculator.go, horizontal.go, metrics/utilization.go.
 */
import type { Millis } from '../../core/units.ts';
import type { ScalingRules } from '../../kubernetes/autoscalers.ts';

export interface PodSample {
  /** Of the resource, in thousandths. */
  readonly request: number;
  /** Undefined when the metrics hold nothing of the pod. */
  readonly usage: number | undefined;
  /** Pending, or not ready in the way that the CPU metric asks about. */
  readonly unready: boolean;
}

export interface Tolerance {
  readonly up: number;
  readonly down: number;
}

/** --horizontal-pod-autoscaler-tolerance. */
export const DEFAULT_TOLERANCE: Tolerance = { up: 0.1, down: 0.1 };

/** Replicas for a target of utilisation, in percent of the requests. Undefined when no pod has a metric. */
export function resourceReplicas(
  current: number,
  percent: number,
  pods: readonly PodSample[],
  tolerance: Tolerance = DEFAULT_TOLERANCE,
): number | undefined {
  const ready = pods.filter((pod): pod is PodSample & { usage: number } => !pod.unready && pod.usage !== undefined);
  const missing = pods.filter(({ unready, usage }) => !unready && usage === undefined);
  const unready = pods.filter((pod) => pod.unready);
  const ratio = utilisationRatio(ready, percent);
  if (ratio === undefined) return undefined;
  const growing = unready.length > 0 && ratio > 1;
  if (!growing && missing.length === 0) return within(ratio, tolerance) ? current : Math.ceil(ratio * ready.length);
  // Scaling down, pods without metrics count as busy as their target at least; scaling up, as idle.
  const assumed = (request: number): number => (ratio < 1 ? Math.trunc((request * Math.max(100, percent)) / 100) : 0);
  const counted = [
    ...ready,
    ...(ratio === 1 ? [] : missing.map(({ request }) => ({ request, usage: assumed(request) }))),
    ...(growing ? unready.map(({ request }) => ({ request, usage: 0 })) : []),
  ];
  const again = utilisationRatio(counted, percent) ?? ratio;
  if (within(again, tolerance) || (ratio < 1 && again > 1) || (ratio > 1 && again < 1)) return current;
  const wanted = Math.ceil(again * counted.length);
  const turned = (again < 1 && wanted > current) || (again > 1 && wanted < current);
  return turned ? current : wanted;
}

/** Replicas for a target of so much per pod (AverageValue of Object and External metrics), in thousandths. */
export function averageReplicas(
  replicas: number,
  total: number,
  target: number,
  tolerance: Tolerance = DEFAULT_TOLERANCE,
): number {
  return within(total / (target * replicas), tolerance) ? replicas : Math.ceil(total / target);
}

/** The utilisation is cut to a whole percentage before it is compared. */
function utilisationRatio(
  pods: readonly { readonly request: number; readonly usage: number }[],
  percent: number,
): number | undefined {
  const requests = pods.reduce((sum, { request }) => sum + request, 0);
  if (requests === 0) return undefined;
  const usage = pods.reduce((sum, pod) => sum + pod.usage, 0);
  return Math.trunc((usage * 100) / requests) / percent;
}

function within(ratio: number, { up, down }: Tolerance): boolean {
  return 1 - down <= ratio && ratio <= 1 + up;
}

/** What was recommended or done, and when. */
export interface Recommendation {
  readonly at: Millis;
  readonly replicas: number;
}

export interface ScaleEvent {
  readonly at: Millis;
  /** Pods added, or removed when negative. */
  readonly change: number;
}

export interface Course {
  readonly now: Millis;
  readonly current: number;
  readonly min: number;
  readonly max: number;
  readonly recommendations: readonly Recommendation[];
  readonly events: readonly ScaleEvent[];
}

/** --horizontal-pod-autoscaler-downscale-stabilization. */
const DOWN_WINDOW: Millis = 300_000;

/** Without a behavior: the highest recommendation of five minutes, at most twice as many, or four. */
export function follow(desired: number, { now, current, min, max, recommendations }: Course): number {
  const recent = recommendations.filter(({ at }) => at > now - DOWN_WINDOW).map(({ replicas }) => replicas);
  const stable = Math.max(desired, ...recent);
  const most = Math.min(max, Math.max(2 * current, 4));
  return Math.min(Math.max(stable, min), most);
}

/** With a behavior: windows both ways, then the policies' rates. */
export function followBehavior(
  desired: number,
  course: Course,
  { scaleUp, scaleDown }: { readonly scaleUp: ScalingRules; readonly scaleDown: ScalingRules },
): number {
  const { current, min, max } = course;
  const stable = stabilised(desired, course, { scaleUp, scaleDown });
  if (stable > current) {
    const limit = Math.max(current, rateLimit(course, scaleUp, 'up'));
    return Math.min(Math.max(stable, min), Math.min(max, limit));
  }
  if (stable < current) {
    const limit = Math.min(current, rateLimit(course, scaleDown, 'down'));
    return Math.max(Math.min(stable, max), Math.max(min, limit));
  }
  return Math.min(Math.max(stable, min), max);
}

function stabilised(
  desired: number,
  { now, current, recommendations }: Course,
  { scaleUp, scaleDown }: { readonly scaleUp: ScalingRules; readonly scaleDown: ScalingRules },
): number {
  const within = (seconds: number): readonly number[] =>
    recommendations.filter(({ at }) => at > now - seconds * 1_000).map(({ replicas }) => replicas);
  const up = Math.min(desired, ...within(scaleUp.stabilizationSeconds ?? 0));
  const down = Math.max(desired, ...within(scaleDown.stabilizationSeconds ?? DOWN_WINDOW / 1_000));
  return Math.min(Math.max(current, up), down);
}

/** How many replicas the policies let it have now. */
function rateLimit(course: Course, { select, policies }: ScalingRules, direction: 'up' | 'down'): number {
  const { current } = course;
  if (select === 'Disabled') return current;
  const proposed = policies.map(({ type, value, periodSeconds }) => {
    const start = current - changeWithin(course, periodSeconds);
    if (direction === 'up') return type === 'Pods' ? start + value : Math.ceil(start * (1 + value / 100));
    return type === 'Pods' ? start - value : Math.trunc(start * (1 - value / 100));
  });
  const widest = (direction === 'up') === (select === 'Max');
  return widest ? Math.max(...proposed) : Math.min(...proposed);
}

/** Pods added less those removed within the period. */
function changeWithin({ now, events }: Course, periodSeconds: number): number {
  return events.filter(({ at }) => at > now - periodSeconds * 1_000).reduce((sum, { change }) => sum + change, 0);
}
