/** How long an API server that is asked to stop keeps serving, so that its balancer drains it first. */
import type { Millis } from '../../core/units.ts';
import type { BalancerKind } from './balancer.ts';

/** The kubelet kills a static pod so long after it asked it to stop (Kubernetes, default terminationGracePeriodSeconds). */
export const STATIC_POD_GRACE: Millis = 30_000;
/** Kept free of the grace for requests in flight. */
const FOR_REQUESTS: Millis = 6_000;
export const LONGEST_DRAIN: Millis = STATIC_POD_GRACE - FOR_REQUESTS;
/** For the Service `kubernetes` and passive balancers: endpoints leave at once, kube-proxy follows within seconds. */
const LEAST_DRAIN: Millis = 5_000;

/**
 * shutdown-delay-duration: one and a half times the checks that a balancer needs, and a second, in whole seconds;
 * a readiness check fails at once, so time-outs do not count (kube-apiserver v1.36.3, server_run_options.go).
 */
export function shutdownDelayFor(
  kind: BalancerKind,
  check: { readonly interval: Millis; readonly fall: number },
): Millis {
  if (kind !== 'haproxy' && kind !== 'nlb') return LEAST_DRAIN;
  const needed = 1.5 * check.interval * check.fall + 1_000;
  return Math.max(LEAST_DRAIN, Math.ceil(needed / 1_000) * 1_000);
}

/** Time for watches to end one by one after the delay, within the grace. */
export function watchGraceFor(delay: Millis): Millis {
  return Math.min(10_000, STATIC_POD_GRACE - 2_000 - delay);
}
