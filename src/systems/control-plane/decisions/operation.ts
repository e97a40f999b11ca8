/** Decisions about failure detection, client limits, upgrades and the repair of nodes. */
import { standbyTakeover } from '../../../availability/standby.ts';
import { CALLS_PER_POD, MOST_QPS, MOVE_WITHIN } from '../../../availability/client-limits.ts';
import { sayDuration } from '../../../core/duration.ts';
import { formatPercent } from '../../../core/percent.ts';
import type { Decision } from '../../../system.ts';
import type { Context } from '../facts.ts';
import { podsOfLargestZone, smallestZoneShare } from '../sizing.ts';
import { KIND, pathsOf } from './paths.ts';
import type { Settled } from '../settings.ts';

/** How the control plane behaves when something breaks or is renewed. */
export function operationDecisions(facts: Settled, context: Context): readonly Decision[] {
  const own = facts.kind === 'eks' ? [] : [detection(facts, context), clients(facts, context), leaders(facts)];
  return [...own, upgrade(facts), repair(facts, context), stuckVolumes(facts)];
}

const CONTROLLER = {
  project: 'kube-controller-manager v1.36.3',
  where: 'cmd/kube-controller-manager/app/options/nodelifecyclecontroller.go',
};
const LEADER = { project: 'k8s.io/client-go v0.36.3', where: 'tools/leaderelection/leaderelection.go' };

function detection(facts: Settled, { plans }: Context): Decision {
  const { scheduling } = plans;
  const flags = facts.settings.controllerManagerArguments.filter(
    ({ name }) => name.startsWith('node-') || name.endsWith('-threshold') || name.startsWith('secondary-'),
  );
  const tolerations = facts.settings.apiServerArguments.filter(({ name }) => name.endsWith('-toleration-seconds'));
  return {
    field: 'failureDetection',
    value: [...flags, ...tolerations].map(({ name, value }) => `${name}=${value}`),
    because: `The scheduling plan decides them, the control plane carries them: a node is not ready ${sayDuration(scheduling.facts.nodeMonitorGracePeriod)} after its last sign of life, its zone loses ${scheduling.facts.nodeEvictionRate} nodes per second to eviction, and pods that say nothing else leave it ${sayDuration(scheduling.facts.toleration)} later. Every member carries the same flags, since any of them may lead.`,
    source: CONTROLLER,
    from: [...new Set([KIND, ...pathsOf(scheduling, DETECTION_FIELDS)])],
  };
}

/** Fields of the scheduling plan that the flags come from. */
const DETECTION_FIELDS = ['nodeMonitorGracePeriod', 'nodeEvictionRate', 'toleration'];

function clients(facts: Settled, { cluster }: Context): Decision {
  const pods = podsOfLargestZone(cluster);
  const { qps, burst } = facts.controllerManager;
  const calls = CALLS_PER_POD * pods;
  const capped =
    qps === MOST_QPS
      ? ` More than ${MOST_QPS} would fill the API server's seats from one client, so the last pods of a lost zone leave it ${sayDuration((calls / qps) * 1_000)} after they may.`
      : '';
  return {
    field: 'clientLimits',
    value: {
      podsOfLargestZone: pods,
      controllerManager: `${qps}/${burst}`,
      scheduler: `${facts.scheduler.qps}/${facts.scheduler.burst}`,
    },
    because: `The largest zone may hold ${pods} pods. Moving one costs the controller manager ${CALLS_PER_POD} calls, ${calls} in all: at ${qps} per second ${sayDuration((calls / qps) * 1_000)}; the default of 20 would take ${sayDuration((calls / 20) * 1_000)}, and ${sayDuration(MOVE_WITHIN)} are allowed. The scheduler binds at most ${facts.scheduler.qps} pods per second.${capped}`,
    source: {
      project: 'k8s.io/controller-manager v0.36.3',
      where: 'config: ClientConnection QPS 20, burst 30; measured 15 pods per second with them',
    },
    from: [
      KIND,
      'spec.pools[].nodesPerZone',
      'spec.pools[].maxNodesPerZone',
      'spec.pools[].zones',
      'spec.pools[].machine.pods',
    ],
  };
}

function leaders(facts: Settled): Decision {
  const { leaseDuration, renewDeadline, retryPeriod } = facts.leaderElection;
  const { least, most } = standbyTakeover(facts.leaderElection);
  return {
    field: 'leaderElection',
    value: `${leaseDuration / 1_000}/${renewDeadline / 1_000}/${retryPeriod / 1_000} s`,
    because: `A standby leads when the lease that it last saw renewed is ${sayDuration(leaseDuration)} old and its next try comes: ${sayDuration(least)} to ${sayDuration(most)} without a controller manager, in which nothing is repaired and everything runs. Shorter leases would cost a leader at every slow disk. A new leader grants every node a full grace period again.`,
    source: LEADER,
    from: [KIND],
  };
}

function upgrade(facts: Settled): Decision {
  const value = {
    eks: ['control plane by EKS', 'add-ons', 'nodes zone by zone'],
    kubeadm: [
      'etcd snapshot',
      'members one at a time, one zone after the other',
      facts.balancer.kind === 'haproxy' || facts.balancer.kind === 'nginx'
        ? 'balancers one at a time, the waiting one first'
        : 'no balancer of our own',
      'nodes zone by zone',
    ],
    'cluster-api': [
      'etcd snapshot',
      'management cluster and providers',
      'members one at a time by Cluster API, one more than usual during it',
      'nodes pool by pool',
    ],
  }[facts.kind];
  return {
    field: 'upgradeOrder',
    value,
    because: `${facts.kind === 'eks' ? 'EKS replaces its API servers behind their balancer; the version only goes up, one minor at a time.' : 'One member at a time keeps a quorum of etcd and all but one API server; the next one starts only when the last answers /readyz and etcd has all its members.'} API servers may differ by one minor, so never skip one. Kubelets come last and never run newer than the oldest API server. One zone at a time leaves every other zone untouched when a new version is bad.`,
    source: { project: 'Kubernetes', where: 'Version skew policy; Upgrading kubeadm clusters' },
    from: facts.kind === 'kubeadm' ? [KIND, 'spec.controlPlane.balancer', 'spec.provider'] : [KIND],
  };
}

function repair(facts: Settled, { cluster }: Context): Decision {
  const { by, after, maxUnhealthy } = facts.nodeRepair;
  const { nodes, zones } = smallestZoneShare(cluster);
  const how = {
    'node-healthcheck': `NodeHealthCheck marks a node that is not ready for ${sayDuration(after)}; Self Node Remediation makes it restart by its watchdog, waits until that is certain, and sets the out-of-service taint.`,
    'machine-healthcheck': `MachineHealthCheck deletes the machine of a node that is not ready for ${sayDuration(after)}, and Cluster API makes another.`,
    'eks-node-repair': `EKS node repair replaces the machine of a node that is not ready for ${sayDuration(after)}; the wait is EKS's and cannot be set. It covers managed node groups; Karpenter's nodes need its NodeRepair feature gate, which stops at 20% of a node pool whatever is written here.`,
  }[by];
  const promised = cluster.objectives.nodeFailureRecovery;
  const late =
    promised !== undefined && after >= promised
      ? ` The promise of ${sayDuration(promised)} is therefore kept for pods that may run twice, and missed for those that may not.`
      : '';
  return {
    field: 'nodeRepair',
    value: { by, afterSeconds: after / 1_000, maxUnhealthy: formatPercent(maxUnhealthy, 0) },
    because: `${how} Repair stops when more than ${formatPercent(maxUnhealthy, 0)} of ${nodes} nodes over ${zones} ${zones === 1 ? 'zone' : 'zones'} are unhealthy: so many at once is a cut zone or a broken network, and from inside that looks like dead machines; restarting healthy ones would finish the job.${late}`,
    source: {
      project:
        by === 'node-healthcheck'
          ? 'medik8s/node-healthcheck-operator v0.12.0'
          : by === 'machine-healthcheck'
            ? 'cluster-api v1.14.0'
            : 'eksctl v0.230.0',
      where:
        by === 'node-healthcheck'
          ? 'NodeHealthCheck v1alpha1'
          : by === 'machine-healthcheck'
            ? 'MachineHealthCheck v1beta2'
            : 'pkg/apis/eksctl.io/v1alpha5/types.go: NodeGroupNodeRepairConfig',
    },
    from: [
      KIND,
      'spec.objectives.nodeFailureRecovery',
      'spec.controlPlane.repair.after',
      'spec.controlPlane.repair.maxUnhealthy',
      'spec.regions[].zones',
      'spec.pools[].zones',
      'spec.pools[].nodesPerZone',
    ],
  };
}

function stuckVolumes(facts: Settled): Decision {
  const value = {
    'node-healthcheck': 'out-of-service taint',
    'machine-healthcheck': 'the Node object is deleted with its machine',
    'eks-node-repair': 'the Node object is deleted with its instance',
  }[facts.nodeRepair.by];
  return {
    field: 'statefulPods',
    value,
    because:
      facts.nodeRepair.by === 'node-healthcheck'
        ? 'A StatefulSet never starts its pod anew while the old one is Terminating, and a lost kubelet confirms nothing: without node.kubernetes.io/out-of-service the pod stays down for ever, and its volume stays attached for 6 minutes after. The taint says that the machine is certainly off; the pod is then deleted by force and the volume detached at once. Set on a machine that still runs, it makes two pods write one volume.'
        : 'A StatefulSet never starts its pod anew while the old one is Terminating, and a lost kubelet confirms nothing. When the machine is deleted the Node object goes with it, and pod garbage collection removes its pods within about 80 s. A machine that is stopped but not deleted keeps its Node: then the runbook sets node.kubernetes.io/out-of-service by hand.',
    source: {
      project: 'Kubernetes v1.36.3',
      where: 'Non-graceful node shutdown (GA 1.28); pkg/controller/podgc; attachdetach DefaultTimerConfig',
    },
    from: [KIND],
  };
}
