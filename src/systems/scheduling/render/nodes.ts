/** What the kubelets of each pool are told, in the form that the way of joining takes. */
import { formatDuration } from '../../../core/duration.ts';
import type { JsonObject } from '../../../core/json.ts';
import { formatBytes, formatCpu } from '../../../core/quantity.ts';
import type { KubeletReservation, SchedulingFacts } from '../../../facts.ts';
import type { Cluster } from '../../../spec/cluster.ts';
import type { ConfigurationArtifact } from '../../../system.ts';

const DECISIONS = ['scheduling.shutdown', 'scheduling.reservations'];

/** One file per pool: a kubeadm patch, or nodeadm's NodeConfig on EKS. */
export function kubeletArtifacts(
  facts: SchedulingFacts,
  cluster: Pick<Cluster, 'controlPlane'>,
): readonly ConfigurationArtifact[] {
  return facts.reservations.map((reservation) =>
    cluster.controlPlane.kind === 'eks' ? nodeConfig(facts, reservation) : kubeadmPatch(facts, reservation),
  );
}

function kubeadmPatch(facts: SchedulingFacts, reservation: KubeletReservation): ConfigurationArtifact {
  return {
    form: 'configuration',
    path: `nodes/${reservation.pool}/kubeletconfiguration0+strategic.yaml`,
    purpose: `Kubelet settings of pool ${reservation.pool}; kubeadm join takes the folder as patches.directory of its JoinConfiguration.`,
    decisions: DECISIONS,
    documents: [
      {
        apiVersion: 'kubelet.config.k8s.io/v1beta1',
        kind: 'KubeletConfiguration',
        ...shutdown(facts),
        ...reserved(reservation),
      },
    ],
  };
}

/** The image of EKS reserves by the same formula on its own, so only the shutdown is said. */
function nodeConfig(facts: SchedulingFacts, { pool }: KubeletReservation): ConfigurationArtifact {
  return {
    form: 'configuration',
    path: `nodes/${pool}/nodeconfig.yaml`,
    purpose: `Kubelet settings of pool ${pool}, a part of the user data of its Amazon Linux 2023 machines.`,
    decisions: DECISIONS,
    documents: [
      { apiVersion: 'node.eks.aws/v1alpha1', kind: 'NodeConfig', spec: { kubelet: { config: shutdown(facts) } } },
    ],
  };
}

function shutdown({ shutdownGracePeriod, shutdownGracePeriodCriticalPods }: SchedulingFacts): JsonObject {
  return {
    shutdownGracePeriod: formatDuration(shutdownGracePeriod),
    shutdownGracePeriodCriticalPods: formatDuration(shutdownGracePeriodCriticalPods),
  };
}

/** A list of thresholds replaces Kubernetes' own, so all of them are said: pkg/kubelet/eviction/defaults_linux.go v1.36.3. */
function reserved({ kube, system, evictionMemory }: KubeletReservation): JsonObject {
  return {
    kubeReserved: { cpu: formatCpu(kube.cpu), memory: formatBytes(kube.memory) },
    systemReserved: { cpu: formatCpu(system.cpu), memory: formatBytes(system.memory) },
    evictionHard: {
      'memory.available': formatBytes(evictionMemory),
      'nodefs.available': '10%',
      'nodefs.inodesFree': '5%',
      'imagefs.available': '15%',
      'imagefs.inodesFree': '5%',
    },
  };
}
