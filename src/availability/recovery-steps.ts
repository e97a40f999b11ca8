/**
 * The steps between the loss of nodes and a ready replacement, each with its bounds. Read in Kubernetes v1.36.3; times
 * that no source fixes (calls, informers) are named in the sentence of their step.
 */
import { sayDuration } from '../core/duration.ts';
import type { Millis } from '../core/units.ts';
import type { Bounds, Capacity, Loss, RecoveryInput, RecoveryStep } from './recovery-model.ts';
import { FORCE_DETACH, LEASE_JITTER, POD_GC_PERIOD, POD_GC_QUARANTINE } from './recovery-timers.ts';
import { standbyTakeover } from './standby.ts';

/** State of a zone as the node lifecycle controller sees it; `everything`: no node of the cluster is ready. */
export type ZoneDisruption = 'normal' | 'partial' | 'full' | 'everything';

/** Status and event per call site: one node, and each of its ready pods (MarkPodsNotReady). */
const CALLS_PER_NODE = 2;
const CALLS_PER_POD_MARKED = 2;
/** GET, status PATCH and DELETE; the event may be a fourth: pkg/controller/tainteviction/taint_eviction.go. */
const LEAST_CALLS_PER_EVICTION = 3;
const MOST_CALLS_PER_EVICTION = 4;
/** POST and its event: pkg/controller/replicaset. */
const CALLS_PER_CREATION = 2;
/** Allowed for informers, queues and single calls of an otherwise idle control plane. */
const SLACK: Millis = 1_000;
/** A new leader lists everything before its first pass; allowed here. */
const CACHE_SYNC: Millis = 2_000;
/** The longest back-off of a pod that did not fit at first: kube-scheduler podMaxBackoffSeconds. */
const MAX_BACKOFF: Millis = 10_000;
/** The first back-off of 1 s, which ends on a whole second, and the end of the placeholder. */
const PREEMPTION: Millis = 3_000;

/** node_lifecycle_controller.go ComputeZoneState and handleDisruption: `more than 2` and the threshold for partly lost. */
export function zoneDisruption(loss: Loss, timers: RecoveryInput['timers']): ZoneDisruption {
  if (loss.lostNodes >= loss.zoneNodes) return loss.otherReadyNodes > 0 ? 'full' : 'everything';
  const share = loss.lostNodes / loss.zoneNodes;
  return loss.lostNodes > 2 && share >= timers.unhealthyZoneThreshold ? 'partial' : 'normal';
}

/** From the loss until the controller sets Ready to Unknown. */
export function detection({ timers, leader, loss }: RecoveryInput): RecoveryStep {
  const { nodeMonitorPeriod: period, nodeMonitorGracePeriod: grace, leaseRenewInterval } = timers;
  const passes = Math.ceil(grace / period) * period;
  const renewal = leaseRenewInterval * (1 + LEASE_JITTER);
  const least = Math.max(0, passes - renewal);
  const usual = passes + period;
  const acquired = standbyTakeover(leader).most;
  const most = loss.leaders === 'may-be-lost' ? Math.max(usual, acquired + CACHE_SYNC + passes) : usual;
  const failover =
    loss.leaders === 'may-be-lost'
      ? ` If the leading controller manager is lost too, a standby leads after at most ${sayDuration(acquired)}, reads the cluster (${sayDuration(CACHE_SYNC)} allowed) and gives every node a new grace of ${sayDuration(passes)}.`
      : '';
  return step('detection', 'detection', {
    each: { least, most },
    because: `The node's last lease is up to ${sayDuration(renewal)} old when it dies and is seen by a pass up to ${sayDuration(period)} later; the first pass after ${sayDuration(grace)} without a newer one marks the node: ${sayDuration(least)} to ${sayDuration(usual)}.${failover}`,
  });
}

/** From Ready: Unknown until the node has its NoExecute taint; the k-th node of a zone waits for its turn. */
export function taintQueue(input: RecoveryInput): RecoveryStep {
  const { timers, loss } = input;
  const state = zoneDisruption(loss, timers);
  if (state === 'everything') {
    return never(
      'taint',
      'taint queue',
      'No node of the cluster is ready: the controller takes it for its own failure, lifts all taints and evicts nothing until a node is back.',
    );
  }
  if (state === 'partial') return partialTaintQueue(input);
  const nodes = loss.lostNodes;
  const interval = 1_000 / timers.nodeEvictionRate;
  const wasted = wastedTurn(input, interval);
  const wait = (place: number): Bounds => ({
    least: (place - 1) * interval,
    most: Math.max((place - 1) * interval, markingTime(input, place)) + wasted,
  });
  return step('taint', 'taint queue', {
    first: wait(1),
    last: wait(nodes),
    because:
      `${nodes === 1 ? 'One node is lost' : `${nodes} nodes of the zone are lost`}; the zone's bucket lets ${timers.nodeEvictionRate} nodes/s through, one every ${sayDuration(interval)}` +
      (nodes === 1
        ? ''
        : `, so the last waits ${nodes - 1} × ${sayDuration(interval)} = ${sayDuration((nodes - 1) * interval)}`) +
      `; a stale cache${nodes > SEEN_PARTLY_LOST ? ' or the moment in which the zone is only partly marked' : ''} can waste ${sayDuration(wasted)} more.`,
  });
}

/** A zone counts as partly lost only with more than two nodes not ready and one ready. */
const SEEN_PARTLY_LOST = 3;

/**
 * One turn at most is taken to be wasted: a node that the cache still shows as ready spends the zone's only token, and
 * the next try is a pass or a token later; or a pass that has marked the threshold's share of a larger zone stops the
 * queue until the rest is marked, after which the bucket starts empty.
 */
function wastedTurn(input: RecoveryInput, interval: Millis): Millis {
  const { timers, loss } = input;
  const stale = Math.max(timers.nodeMonitorPeriod, interval);
  if (loss.lostNodes <= SEEN_PARTLY_LOST || loss.lostNodes < loss.zoneNodes) return stale;
  const rest = (1 - timers.unhealthyZoneThreshold) * markingTime(input, loss.lostNodes + 1);
  return Math.max(stale, interval + rest);
}

function partialTaintQueue(input: RecoveryInput): RecoveryStep {
  const { timers, loss } = input;
  const words = `${loss.lostNodes} of ${loss.zoneNodes} nodes of the zone are lost, at least ${timers.unhealthyZoneThreshold * 100} %: the zone counts as partly lost`;
  const rate = loss.zoneNodes > timers.largeClusterSizeThreshold ? timers.secondaryNodeEvictionRate : 0;
  if (rate <= 0) {
    return never(
      'taint',
      'taint queue',
      `${words}, and a zone of at most ${timers.largeClusterSizeThreshold} nodes then evicts nothing until nodes are back or are removed.`,
    );
  }
  const interval = 1_000 / rate;
  // Until the pass that sees the threshold crossed has ended, the normal rate holds.
  const window = timers.leaseRenewInterval + 2 * timers.nodeMonitorPeriod + markingTime(input, loss.lostNodes);
  const early = 1 + Math.floor((window * timers.nodeEvictionRate) / 1_000);
  return step('taint', 'taint queue', {
    first: { least: 0, most: interval + markingTime(input, loss.lostNodes) },
    last: {
      least: Math.max(0, loss.lostNodes - early - 1) * interval,
      most: loss.lostNodes * interval + markingTime(input, loss.lostNodes),
    },
    because: `${words} and lets ${rate} nodes/s through, one every ${sayDuration(interval)}; up to ${early} of them may pass before the state is known.`,
  });
}

/** Client calls of the node lifecycle controller before the k-th node's own: each node and its pods are marked not ready. */
export function markingTime({ clients, loss }: RecoveryInput, place: number): Millis {
  const { qps, burst } = clients.controllerManager;
  const calls = (place - 1) * (CALLS_PER_NODE + CALLS_PER_POD_MARKED * loss.podsPerNode) + 1;
  return (Math.max(0, calls - burst) / qps) * 1_000;
}

/** The time that the pod tolerates the taint. */
export function tolerated({ timers }: RecoveryInput): RecoveryStep {
  return step('toleration', 'toleration', {
    each: { least: timers.toleration, most: timers.toleration },
    because: `Pods tolerate the not-ready and unreachable taints for ${sayDuration(timers.toleration)}.`,
  });
}

/** Deletion of the old pods through the controller manager's client limit. */
export function deletion({ clients, loss, timers }: RecoveryInput): RecoveryStep {
  const { qps, burst } = clients.controllerManager;
  const onNode = loss.podsPerNode;
  const all = onNode * loss.lostNodes;
  const paced = ((loss.lostNodes - 1) / timers.nodeEvictionRate) * 1_000;
  const calls = (pods: number, perPod: number, free: number): Millis =>
    (Math.max(0, pods * perPod - free) / qps) * 1_000;
  const least = Math.max(
    calls(onNode, LEAST_CALLS_PER_EVICTION, burst),
    calls(all, LEAST_CALLS_PER_EVICTION, burst) - paced,
  );
  const most =
    Math.max(calls(onNode, MOST_CALLS_PER_EVICTION, 0), calls(all, MOST_CALLS_PER_EVICTION, 0) - paced) + SLACK;
  return step('deletion', 'deletion', {
    first: { least: 0, most: calls(onNode, MOST_CALLS_PER_EVICTION, 0) + SLACK },
    last: { least, most },
    because: `Each eviction takes ${LEAST_CALLS_PER_EVICTION} to ${MOST_CALLS_PER_EVICTION} calls (get, patch, delete, event) of a client with ${qps} calls/s, burst ${burst}; ${loss.lostNodes === 1 ? `the node has ${onNode} pods` : `${loss.lostNodes} nodes have ${all} pods`}. Disruption budgets are not asked.`,
  });
}

/** Creation of the replacements by the ReplicaSet controller, which has a client limit of the same size. */
export function creation(input: RecoveryInput): RecoveryStep {
  const { qps } = input.clients.controllerManager;
  const most = (CALLS_PER_CREATION * atOnce(input) * 1_000) / qps + SLACK;
  return step('creation', 'creation', {
    each: { least: 0, most },
    because: `The ReplicaSet controller creates ${atOnce(input)} pods at once at most, ${CALLS_PER_CREATION} calls each at ${qps} calls/s, and ${sayDuration(SLACK)} is allowed for its queue.`,
  });
}

/** Binding by the scheduler; a control plane that is up does this faster than pods arrive. */
export function scheduling(input: RecoveryInput): RecoveryStep {
  const { qps } = input.clients.scheduler;
  return step('scheduling', 'scheduling', {
    each: { least: 0, most: (atOnce(input) * 1_000) / qps + SLACK },
    because: `The scheduler binds ${qps} pods/s; ${sayDuration(SLACK)} is allowed for its queue.`,
  });
}

/**
 * Pods that can be in flight together: one node's, and what piles up while taints bring p·r pods/s and the client lets
 * only qps/4 evictions/s through, over the (n − 1)/r seconds that the taints take.
 */
function atOnce({ clients, loss, timers }: RecoveryInput): number {
  const { podsPerNode: pods, lostNodes } = loss;
  if (pods === 0) return 0;
  const served = clients.controllerManager.qps / MOST_CALLS_PER_EVICTION;
  const behind = Math.max(0, 1 - served / (pods * timers.nodeEvictionRate));
  return Math.ceil(pods + (lostNodes - 1) * pods * behind);
}

/** Room for the replacements. */
export function room(capacity: Capacity): RecoveryStep {
  if (capacity.kind === 'none')
    return never('capacity', 'room', 'The remaining nodes have no room and nothing adds nodes.');
  if (capacity.kind === 'free') {
    return step('capacity', 'room', {
      each: { least: 0, most: 0 },
      because: 'The remaining nodes have free room for the displaced pods.',
    });
  }
  if (capacity.kind === 'placeholders') {
    return step('capacity', 'room', {
      each: { least: 0, most: PREEMPTION },
      because: `Placeholder pods make room: the pod that preempts them is tried again after ${sayDuration(PREEMPTION)} at most.`,
    });
  }
  return step('capacity', 'room', {
    each: { least: 0, most: capacity.nodeReady.most + MAX_BACKOFF },
    because: `New nodes are ready after at most ${sayDuration(capacity.nodeReady.most)}; a pod that did not fit at first is tried again after at most ${sayDuration(MAX_BACKOFF)}.`,
  });
}

/** Image pull, init containers and readiness of the replacement. */
export function start({ start: span }: RecoveryInput): RecoveryStep {
  return step('start', 'start', {
    each: span,
    because: `Image pull, init containers and readiness take ${sayDuration(span.least)} to ${sayDuration(span.most)}.`,
  });
}

/** What lets a StatefulSet replace a pod whose node does not answer. */
export function statefulRelease({ workload }: RecoveryInput): readonly RecoveryStep[] {
  if (workload.kind === 'stateless') return [];
  const { repair } = workload;
  if (repair.kind === 'none') {
    return [
      never(
        'repair',
        'node repair',
        'A StatefulSet replaces a pod only when its object is gone, and the object of an unreachable node stays Terminating until somebody repairs the node, deletes the Node or sets the out-of-service taint.',
      ),
    ];
  }
  const gone =
    repair.kind === 'out-of-service'
      ? { least: 0, most: POD_GC_PERIOD }
      : { least: POD_GC_QUARANTINE, most: POD_GC_QUARANTINE + 2 * POD_GC_PERIOD };
  const steps = [
    step('repair', 'node repair', {
      each: repair.after,
      because: `The node is ${repair.kind === 'out-of-service' ? 'declared out of service' : 'deleted'} after ${sayDuration(repair.after.least)} to ${sayDuration(repair.after.most)}.`,
    }),
    step('collection', 'pod garbage collection', {
      each: gone,
      because: `The garbage collector looks every ${sayDuration(POD_GC_PERIOD)}${repair.kind === 'node-deleted' ? ` and lets orphans wait ${sayDuration(POD_GC_QUARANTINE)}` : ''}.`,
    }),
  ];
  return workload.volumes ? [...steps, detach(repair.kind)] : steps;
}

function detach(repair: 'out-of-service' | 'node-deleted'): RecoveryStep {
  if (repair === 'out-of-service')
    return step('detach', 'volume detach', {
      each: { least: 0, most: SLACK },
      because: 'The out-of-service taint lets volumes be detached at once.',
    });
  return step('detach', 'volume detach', {
    each: { least: 0, most: FORCE_DETACH },
    because: `Volumes of a node that does not answer are detached by force after ${sayDuration(FORCE_DETACH)}.`,
  });
}

function step(
  id: RecoveryStep['id'],
  title: string,
  { each, first, last, because }: { each?: Bounds; first?: Bounds; last?: Bounds; because: string },
): RecoveryStep {
  const none: Bounds = { least: 0, most: 0 };
  return { id, title, first: first ?? each ?? none, last: last ?? each ?? none, because };
}

function never(id: RecoveryStep['id'], title: string, because: string): RecoveryStep {
  return { id, title, first: { least: 0, most: null }, last: { least: 0, most: null }, because };
}
