/** Decisions on how fast a lost node is noticed and its pods return. */
import { sayBounds, sayRecovery } from '../../../availability/recovery.ts';
import { FASTEST_EVICTION_RATE, SAFE_TOLERATION } from '../../../availability/timers-for.ts';
import { formatDuration, sayDuration } from '../../../core/duration.ts';
import type { Millis } from '../../../core/units.ts';
import type { Decision } from '../../../system.ts';
import type { Model } from '../model.ts';
import { RECOVERY_FROM } from '../recovery.ts';
import { sources } from '../sources.ts';

export function timerDecisions(model: Model): readonly Decision[] {
  return [grace(model), rate(model), toleration(model), tolerationBy(model), nodeRecovery(model), zoneRecovery(model)];
}

function grace({ recovery, section }: Model): Decision {
  const { settable, grace: period } = recovery;
  const why = `HTTP/2 health checks need 30 s + 15 s = 45 s to drop a connection that hangs, as after the loss of an API balancer; a shorter grace then takes healthy nodes for dead, all that used it at once.`;
  const because = settable
    ? section.nodeMonitorGracePeriod === undefined
      ? `Kubernetes' own ${sayDuration(period)} (40 s before 1.32) is kept. ${why} Nodes are looked at every 5 s, so values between two multiples of 5 s change nothing.`
      : `The document asks for ${sayDuration(period)}. ${why}`
    : `The provider runs the controller manager and lets nobody set its flags; Kubernetes' default of ${sayDuration(period)} is assumed, since the provider publishes none.`;
  return {
    field: 'nodeMonitorGracePeriod',
    value: settable ? formatDuration(period) : null,
    because,
    source: sources.graceDefault,
    from: ['spec.controlPlane.kind', 'spec.scheduling.nodeMonitorGracePeriod'],
  };
}

function rate({ recovery }: Model): Decision {
  const { settable, nodeEvictionRate, zoneLoss, largestZone } = recovery;
  const last = (zoneLoss.lostNodes - 1) / nodeEvictionRate;
  const queue = `A zone that is lost whole is emptied node by node: with ${nodeEvictionRate} nodes/s the last of the ${zoneLoss.lostNodes} nodes that ${largestZone} may have${settable ? ' (its control plane counted)' : ''} is tainted (${zoneLoss.lostNodes} − 1) / ${nodeEvictionRate} = ${sayDuration(last * 1_000)} after the first.`;
  const because = settable
    ? nodeEvictionRate > 0.1
      ? `${queue} Kubernetes' 0.1/s would need ${sayDuration((zoneLoss.lostNodes - 1) * 10_000)}. The price of the faster rate: a zone that only looks dead loses its pods sooner; ${FASTEST_EVICTION_RATE}/s is the most that is chosen.`
      : `${queue} No promise asks for a faster rate, and a slow one leaves time to stop a false alarm.`
    : `${queue} The provider lets nobody set this rate, so Kubernetes' default is assumed.`;
  return {
    field: 'nodeEvictionRate',
    value: settable ? nodeEvictionRate : null,
    because,
    source: sources.evictionFlags,
    from: RECOVERY_FROM,
  };
}

function toleration({ recovery }: Model): Decision {
  const { toleration: time, bound, grace: silent } = recovery;
  const alarm = `What it costs: a node that is silent for ${sayDuration(silent + time)} and comes back has lost its pods for nothing; with Kubernetes' 5 m it would have kept them.`;
  const reasons: Record<typeof bound, string> = {
    default: `No promise asks for less than Kubernetes' own ${sayDuration(time)}. A node that comes back sooner keeps its pods.`,
    fixed: `The document asks for ${sayDuration(time)}. ${alarm}`,
    node: `${promise('node', recovery)} ${alarm}`,
    zone: `${promise('zone', recovery)} ${alarm}`,
  };
  const floor =
    time === SAFE_TOLERATION && bound !== 'fixed' && bound !== 'default'
      ? ` Less than ${sayDuration(SAFE_TOLERATION)}, two passes of the node monitor, would evict pods from nodes that are already back.`
      : '';
  return {
    field: 'toleration',
    value: formatDuration(time),
    because: `${reasons[bound]}${floor}`,
    source: sources.tainteviction,
    from: RECOVERY_FROM,
  };
}

function promise(which: 'node' | 'zone', recovery: Model['recovery']): string {
  const kept = which === 'node' ? recovery.nodeKept : recovery.zoneKept;
  const estimate = recovery[which];
  if (kept !== false) {
    return `It is the longest that the promised recovery after a lost ${which} leaves: ${sayRecovery(estimate)}.`;
  }
  return `The promised recovery after a lost ${which} cannot be kept even with the shortest toleration that is safe; the best is ${sayRecovery(estimate)}.`;
}

function tolerationBy({ tolerationBy: by }: Model): Decision {
  const because = {
    'kube-apiserver flags':
      'kube-apiserver gives every pod that says nothing the tolerations of its flags --default-not-ready-toleration-seconds and --default-unreachable-toleration-seconds; pods that exist keep what they have until they are replaced.',
    MutatingAdmissionPolicy:
      'The flags of a managed API server cannot be set. It has already added 300 s to a pod when admission policies run, and a taint follows the first toleration that fits, so the policy puts the shorter ones before those; pods that ask for another time and pods of DaemonSets keep theirs.',
    pods: 'The flags of a managed API server cannot be set, and MutatingAdmissionPolicy is off before Kubernetes 1.36: each pod template has to carry the tolerations itself, as the runbook on writing a workload shows.',
  } as const;
  return {
    field: 'tolerationBy',
    value: by,
    because: because[by],
    source: sources.admissionOrder,
    from: ['spec.controlPlane.kind', 'spec.versions.kubernetes'],
  };
}

function nodeRecovery({ recovery, cluster }: Model): Decision {
  return {
    field: 'nodeFailureRecovery',
    value: mostOf(recovery.node.last.most),
    because: `${recovery.node.steps.map(({ because }) => because).join(' ')} Together ${sayRecovery(recovery.node)}. Requests stop going to the lost pods after ${sayBounds(recovery.node.withdrawn)}.${verdict(cluster.objectives.nodeFailureRecovery, recovery.nodeKept)}`,
    source: sources.nodeLifecycle,
    from: RECOVERY_FROM,
  };
}

function zoneRecovery({ recovery, cluster }: Model): Decision {
  const { zone, largestZone, zoneLoss } = recovery;
  const because =
    zone.last.most === null
      ? `Nothing is left when ${largestZone} is lost: there are no nodes in other zones, so nothing is evicted and nothing could be placed.`
      : `For ${largestZone}, grown to ${zoneLoss.lostNodes} nodes: ${sayRecovery(zone)}. ${zone.steps
          .slice(0, 2)
          .map((step) => step.because)
          .join(' ')}${verdict(cluster.objectives.zoneFailureRecovery, recovery.zoneKept)}`;
  return {
    field: 'zoneFailureRecovery',
    value: mostOf(zone.last.most),
    because,
    source: sources.nodeLifecycle,
    from: RECOVERY_FROM,
  };
}

function mostOf(most: Millis | null): string | null {
  return most === null ? null : formatDuration(most);
}

function verdict(promised: Millis | undefined, kept: boolean | undefined): string {
  if (promised === undefined) return ' The document promises nothing here.';
  return kept
    ? ` The promised ${sayDuration(promised)} are kept.`
    : ` The promised ${sayDuration(promised)} are missed; this is the best that is safe.`;
}
