/** How many calls a second the controllers may make: enough to move the pods of the largest zone, never less than Kubernetes' own. */
import type { Millis } from '../core/units.ts';
import { type ClientLimit, type ClientLimits, KUBERNETES_CLIENTS } from './recovery-timers.ts';

/** Get, patch, delete and event of one eviction. */
export const CALLS_PER_POD = 4;
/** Time in which all pods of the largest zone shall be evicted, and be bound again. */
export const MOVE_WITHIN: Millis = 300_000;
const BIND_WITHIN: Millis = 60_000;
/** More would fill the seats of priority and fairness (600 in all) from one client. */
export const MOST_QPS = 200;

/** Limits for a control plane of one's own, by the pods that the largest zone has room for; qps in steps of 10. */
export function clientLimitsFor(pods: number): ClientLimits {
  const { controllerManager, scheduler } = KUBERNETES_CLIENTS;
  return {
    controllerManager: atLeast(controllerManager, (CALLS_PER_POD * pods * 1_000) / MOVE_WITHIN),
    scheduler: atLeast(scheduler, (pods * 1_000) / BIND_WITHIN),
  };
}

/** The burst keeps Kubernetes' own ratio to the rate. */
function atLeast(own: ClientLimit, wanted: number): ClientLimit {
  const qps = Math.min(MOST_QPS, Math.max(own.qps, Math.ceil(wanted / 10) * 10));
  return { qps, burst: (own.burst / own.qps) * qps };
}
