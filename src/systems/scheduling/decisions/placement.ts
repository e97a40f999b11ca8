/** Decisions on where pods go and what may displace them. */
import { formatBytes, formatCpu } from '../../../core/quantity.ts';
import type { Decision } from '../../../system.ts';
import type { Model } from '../model.ts';
import { sources } from '../sources.ts';
import { spreadForms } from '../../../kubernetes/spread-form.ts';

export function placementDecisions(model: Model): readonly Decision[] {
  return [spread(model), priorities(model), disruptionBudget(model), admission(model), namespaces(model)];
}

function spread({ cluster, zones }: Model): Decision {
  const constraints = spreadForms(cluster.survive, zones.length);
  const zonal = constraints.find(({ topologyKey }) => topologyKey === 'topology.kubernetes.io/zone');
  const [hard] = [zonal?.whenUnsatisfiable === 'DoNotSchedule'];
  const zoneWords =
    zonal === undefined
      ? 'There is one zone, so only hosts are spread over.'
      : hard
        ? `Pods are spread over ${zones.length} zones with a difference of at most 1, or wait. nodeTaintsPolicy Honor takes a dead zone, whose nodes are tainted, out of the sum; with the default Ignore it would stay in it as a zone of 0 pods, and the replacements would wait in the very outage that the spread is for. minDomains is left out: ${zones.length} with one of ${zones.length} zones dead counts the missing zone as 0 pods again.`
        : `The document survives a node, not a zone: pods are spread over ${zones.length} zones where that is possible.`;
  return {
    field: 'spread',
    value: constraints.map(
      ({ topologyKey, whenUnsatisfiable, maxSkew }) =>
        `${topologyKey}: ${whenUnsatisfiable}, maxSkew ${maxSkew}${topologyKey.includes('zone') ? `, ${zones.length} zones` : ''}`,
    ),
    because: `${zoneWords} Each constraint has a labelSelector, since none matches no pod and the constraint does nothing, and matchLabelKeys pod-template-hash, so that pods of the old ReplicaSet do not count in a rolling update. Hosts are spread over softly: a hard rule would leave replacements waiting on few hosts. A scheduler configuration of our own with other default constraints is not rendered: with --config kube-scheduler ignores its flags for the kubeconfig and the client limits, Cluster Autoscaler does not know such defaults and would plan with others, and the built-in ones (5 per zone, 3 per host, soft) stay for workloads that say nothing.`,
    source: sources.topologySpread,
    from: ['spec.survive', 'spec.regions[].zones'],
  };
}

function priorities({ priorityClasses }: Model): Decision {
  return {
    field: 'priorityClasses',
    value: Object.fromEntries(priorityClasses.map(({ name, value }) => [name, value])),
    because: `When room is short after a loss, the scheduler evicts lower classes for higher ones: ${priorityClasses.map(({ name, value, purpose }) => `${name} (${value}) is for ${purpose}`).join('; ')}. None is the global default, so pods without a class stay at 0, between the two pairs; the two negative ones never preempt. What the cluster itself needs keeps system-cluster-critical and system-node-critical.`,
    source: sources.priorities,
    from: ['spec.scheduling.priorities'],
  };
}

function disruptionBudget({ section }: Model): Decision {
  return {
    field: 'disruptionBudget',
    value: { maxUnavailable: section.maxUnavailable, unhealthyPodEvictionPolicy: 'AlwaysAllow' },
    because: `A drain takes at most ${section.maxUnavailable} pod${section.maxUnavailable === 1 ? '' : 's'} of a workload at a time. maxUnavailable follows the number of replicas where minAvailable would block every drain once replicas reach it; AlwaysAllow lets a drain remove pods that are not ready anyway, with the default a crashing pod blocks it for ever. Budgets hold for drains, not for failures: the eviction after a lost node asks none.`,
    source: sources.disruption,
    from: ['spec.scheduling.maxUnavailable'],
  };
}

function admission({ section, zones }: Model): Decision {
  const because = {
    warn: `Whoever applies a workload whose spread does nothing, or that would wait in the loss of one of ${zones.length} zones, is told at once, and the audit log keeps it; nothing is refused, so no rollout stops.`,
    deny: `Workloads whose spread does nothing, or that would wait in the loss of one of ${zones.length} zones, are refused. Charts that break a rule cannot be installed or upgraded until they are patched.`,
    off: 'The document asks for no policy; the check command finds the same mistakes in manifests.',
  } as const;
  return {
    field: 'admission',
    value: section.admission,
    because: `${because[section.admission]} The policies run inside the API server, so there is no webhook that could be down.`,
    source: sources.admissionPolicy,
    from: ['spec.scheduling.admission'],
  };
}

function namespaces({ section }: Model): Decision {
  const said = section.namespaces.map(({ name, cpu, memory, pods }) => {
    const limits = [
      cpu === undefined ? '' : `${formatCpu(cpu)} CPU`,
      memory === undefined ? '' : formatBytes(memory),
      pods === undefined ? '' : `${pods} pods`,
    ];
    return `${name}: ${limits.filter((one) => one !== '').join(', ') || 'not limited'}`;
  });
  return {
    field: 'namespaces',
    value: said,
    because:
      said.length === 0
        ? 'The document names no namespaces, so none gets a quota; one team that starts too many pods can then take the room that others need after a loss.'
        : 'Each gets a ResourceQuota, so that it cannot take the room that others need after a loss, and a LimitRange, since a quota on requests refuses pods that have none.',
    source: sources.quota,
    from: ['spec.scheduling.namespaces'],
  };
}
