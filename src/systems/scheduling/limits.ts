/** What this system cannot do for this document, one sentence each. */
import { sayDuration } from '../../core/duration.ts';
import type { Model } from './model.ts';

export function limits(model: Model): readonly string[] {
  return [...evictionLimits(model), ...promiseLimits(model), ...placementLimits(model)];
}

function evictionLimits({ recovery: { zoneLoss, largestZone, grace, settable, clients } }: Model): readonly string[] {
  const small = zoneLoss.zoneNodes <= 50;
  const stop = Math.max(3, Math.ceil(0.55 * zoneLoss.zoneNodes));
  const partial = small
    ? `When ${stop} or more, but not all, of the ${zoneLoss.zoneNodes} nodes of ${largestZone} are lost (at least 55 % and more than two), Kubernetes evicts nothing in that zone until nodes are back or removed: zones of at most 50 nodes stop.`
    : `When 55 % or more, but not all, of the ${zoneLoss.zoneNodes} nodes of ${largestZone} are lost, Kubernetes evicts one node per 100 s there.`;
  return [
    ...(zoneLoss.zoneNodes > 3 ? [partial] : []),
    'Pods of StatefulSets do not return by themselves: their object stays on the lost node until the node is repaired, the Node is deleted, or the out-of-service taint is set (runbook node-not-coming-back).',
    'The recovery times hold for pods of Deployments that fit on the remaining nodes or on headroom; without room they wait for new machines.',
    `The upper bounds count with a client limit of ${clients.controllerManager.qps} calls/s of the controller manager${settable ? ', which the control plane sets for the pods that the largest zone has room for' : ", Kubernetes' default"}; a higher one only shortens them.`,
    ...(settable
      ? []
      : [
          `The provider does not publish the grace period or the eviction rate of its controller manager; ${sayDuration(grace)} and 0.1 nodes/s are assumed, and measured only by losing a node.`,
        ]),
    ...(settable && grace < 46_000
      ? [
          `A grace of ${sayDuration(grace)} is shorter than the 45 s that HTTP/2 needs to drop a connection that hangs: the loss of one API balancer can mark healthy nodes as lost.`,
        ]
      : []),
  ];
}

function promiseLimits({ recovery, cluster }: Model): readonly string[] {
  const missed = (
    which: 'node' | 'zone',
    kept: boolean | undefined,
    promised: number | undefined,
  ): readonly string[] => {
    if (kept !== false || promised === undefined) return [];
    const { most } = recovery[which].last;
    return [
      `The promised recovery of ${sayDuration(promised)} after the loss of a ${which} is out of reach; the best that is safe is ${most === null ? 'never' : sayDuration(most)}.`,
    ];
  };
  return [
    ...missed('node', recovery.nodeKept, cluster.objectives.nodeFailureRecovery),
    ...missed('zone', recovery.zoneKept, cluster.objectives.zoneFailureRecovery),
  ];
}

function placementLimits({ tolerationBy, zones }: Model): readonly string[] {
  return [
    'Spread is only looked at when a pod is placed: after a zone is back, nothing moves pods there. A descheduler is not planned, since it evicts pods that run well; the runbook lose-a-zone ends with a rolling restart, which spreads them again.',
    ...(zones.length < 2 ? ['With one zone there is nothing to spread over: its loss takes every pod.'] : []),
    ...(tolerationBy === 'pods'
      ? ['The shorter toleration has to be written into every pod template; nothing in this plan does that.']
      : []),
  ];
}
