/**
 * What crosses the border of a system: the typed facts of its plan that later systems, verdicts, the world and the
 * lab read. It is the list of all couplings: who needs more of a system adds it here, and what nobody else reads is
 * not here but in the system's own settings (`src/systems/<id>/settings.ts`).
 */
import type { PodSecurity } from './kubernetes/pod-security.ts';
import type { Bytes, Fraction, MilliCpu, Millis, PerSecond } from './core/units.ts';

export type SystemId = keyof Facts;

export interface Facts {
  readonly scheduling: SchedulingFacts;
  readonly etcd: EtcdFacts;
  readonly 'control-plane': ControlPlaneFacts;
  readonly autoscaling: AutoscalingFacts;
  readonly policy: PolicyFacts;
}

/** A machine of the control plane, by the name that its runbooks, certificates and kubeconfigs use. */
export interface Member {
  readonly name: string;
  readonly region: string;
  readonly zone: string;
  /** Address within the nodes' range. */
  readonly address: string;
}

export interface Argument {
  readonly name: string;
  readonly value: string;
}

export interface SchedulingFacts {
  /** How node failures are detected and answered; what a provider does not let us set has the provider's value. */
  readonly nodeMonitorPeriod: Millis;
  readonly nodeMonitorGracePeriod: Millis;
  readonly nodeEvictionRate: PerSecond;
  readonly secondaryNodeEvictionRate: PerSecond;
  readonly unhealthyZoneThreshold: number;
  readonly largeClusterSizeThreshold: number;
  /** Seconds that a pod tolerates not-ready and unreachable nodes, as milliseconds; from pods or API server flags. */
  readonly toleration: Millis;
  /** True when the API server's flags may carry the toleration; false on managed control planes. */
  readonly tolerationByApiServer: boolean;
  readonly priorityClasses: readonly { readonly name: string; readonly value: number }[];
  /** kubelet's graceful shutdown, all pods and critical pods within it. */
  readonly shutdownGracePeriod: Millis;
  readonly shutdownGracePeriodCriticalPods: Millis;
  /** Expected recovery of a pod after the loss of one node and of one zone; null when nothing brings it back. */
  readonly nodeFailureRecovery: { readonly least: Millis; readonly most: Millis | null };
  readonly zoneFailureRecovery: { readonly least: Millis; readonly most: Millis | null };
  /** What the kubelets of each pool keep back from pods; allocatable is the machine without these. */
  readonly reservations: readonly KubeletReservation[];
}

export interface KubeletReservation {
  readonly pool: string;
  readonly kube: { readonly cpu: MilliCpu; readonly memory: Bytes };
  readonly system: { readonly cpu: MilliCpu; readonly memory: Bytes };
  /** Pods are evicted when less than this is free. */
  readonly evictionMemory: Bytes;
}

/** When managed, figures of 0 mean `not known`. */
export interface EtcdFacts {
  /** `managed`: the provider's, nothing of it can be set. */
  readonly topology: 'stacked' | 'external' | 'managed';
  /** Empty when managed. */
  readonly members: readonly Member[];
  readonly quorum: number;
  readonly electionTimeout: Millis;
  /** etcd flags besides names, addresses and certificates, as kubeadm's extraArgs take them. */
  readonly arguments: readonly Argument[];
  /** Flags of kube-apiserver that follow from it (`etcd-servers-overrides`, `etcd-compaction-interval`). */
  readonly apiServerArguments: readonly Argument[];
  readonly snapshotInterval: Millis;
  /** The oldest that the newest snapshot can be when a member is lost at the worst moment. */
  readonly longestSnapshotGap: Millis;
  /** Where snapshots stay: in a bucket outside of the cluster, only on the members, or with the provider. */
  readonly snapshotPlace: 'bucket' | 'members' | 'provider';
  /** Time without writes after the leader is lost. */
  readonly leaderLoss: { readonly least: Millis; readonly most: Millis };
}

export interface ControlPlaneFacts {
  readonly kind: 'eks' | 'kubeadm' | 'cluster-api';
  /** Empty when managed. */
  readonly members: readonly Member[];
  /** The host is empty where the provider assigns it. */
  readonly endpoint: { readonly host: string; readonly port: number };
  readonly balancer: {
    readonly kind: 'haproxy' | 'nginx' | 'kube-vip' | 'nlb' | 'managed';
    /** Instances that can hold the address. */
    readonly instances: readonly Member[];
    /** Until a failed API server gets no new connections. */
    readonly ejection: { readonly least: Millis; readonly most: Millis };
    /** Until another instance holds the address after its holder is lost. */
    readonly takeover: { readonly least: Millis; readonly most: Millis };
    /** How often it checks an API server, and how many checks in a row must fail. */
    readonly healthCheck: { readonly interval: Millis; readonly fall: number };
  };
  readonly leaderElection: {
    readonly leaseDuration: Millis;
    readonly renewDeadline: Millis;
    readonly retryPeriod: Millis;
  };
  readonly controllerManager: { readonly qps: number; readonly burst: number };
  readonly scheduler: { readonly qps: number; readonly burst: number };
  readonly machine: { readonly cpu: MilliCpu; readonly memory: Bytes; readonly storage: Bytes };
  /** What the provider promises for the API, when it is managed. */
  readonly providerAvailability?: number;
  /** How lost nodes are repaired; the autoscaling system renders it where node groups are its own. */
  readonly nodeRepair: NodeRepairFacts;
}

export interface NodeRepairFacts {
  readonly by: 'node-healthcheck' | 'machine-healthcheck' | 'eks-node-repair';
  /** Ready must be False or Unknown for so long. */
  readonly after: Millis;
  /** The short-circuit: repair stops when more than this share of the nodes is unhealthy. */
  readonly maxUnhealthy: Fraction;
}

export interface AutoscalingFacts {
  readonly engine: 'karpenter' | 'cluster-autoscaler' | 'none';
  /** Room kept free for the loss that the document wants to survive. */
  readonly headroom: {
    readonly replicas: number;
    readonly cpu: MilliCpu;
    readonly memory: Bytes;
  } | null;
  /** From a pending pod to a ready node. */
  readonly nodeReady: { readonly least: Millis; readonly most: Millis } | null;
  /** Nodes per second that the plan can add; null without an engine. */
  readonly scaleUpRate: PerSecond | null;
  /** What the nodes of each pool register with; includes what GPU pools get on top of the document. */
  readonly pools: readonly NodePoolFacts[];
}

export interface NodePoolFacts {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly taints: readonly NodeTaint[];
  /** The first is the one that is priced; empty where machines are not bought by type. */
  readonly machineTypes: readonly string[];
  readonly architecture: 'amd64' | 'arm64';
  readonly cpu: MilliCpu;
  readonly memory: Bytes;
  readonly pods: number;
  readonly gpus: number;
  readonly capacity: 'on-demand' | 'spot';
  readonly minNodesPerZone: number;
  readonly maxNodesPerZone: number;
  /** Zones by region, both in document order. */
  readonly places: readonly { readonly region: string; readonly zones: readonly string[] }[];
}

export interface NodeTaint {
  readonly key: string;
  readonly value: string;
  readonly effect: 'NoSchedule' | 'PreferNoSchedule' | 'NoExecute';
}

export interface PolicyFacts {
  /** Whoever renders a namespace of applications gives it these levels; null when the document turns them off. */
  readonly podSecurity: PodSecurity | null;
}
