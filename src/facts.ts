/**
 * What crosses the border of a system: the typed facts of its plan that later systems, verdicts, the world and the
 * lab may read. A system that needs more of another adds it here.
 */
import type { Bytes, Fraction, MilliCpu, Millis, PerSecond } from './core/units.ts';

export type SystemId = keyof Facts;

export interface Facts {
  readonly scheduling: SchedulingFacts;
  readonly etcd: EtcdFacts;
  readonly 'control-plane': ControlPlaneFacts;
  readonly autoscaling: AutoscalingFacts;
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
  readonly priorityClasses: readonly { readonly name: string; readonly value: number; readonly purpose: string }[];
  /** kubelet's graceful shutdown, all pods and critical pods within it. */
  readonly shutdownGracePeriod: Millis;
  readonly shutdownGracePeriodCriticalPods: Millis;
  /** Expected recovery of a pod after the loss of one node and of one zone; null when nothing brings it back. */
  readonly nodeFailureRecovery: { readonly least: Millis; readonly most: Millis | null };
  readonly zoneFailureRecovery: { readonly least: Millis; readonly most: Millis | null };
  /** What the kubelets of each pool keep back from pods; allocatable is the machine without these. */
  readonly reservations: readonly KubeletReservation[];
  /** What only the scheduling's own renderer reads. */
  readonly settings: SchedulingSettings;
}

export interface KubeletReservation {
  readonly pool: string;
  readonly kube: { readonly cpu: MilliCpu; readonly memory: Bytes };
  readonly system: { readonly cpu: MilliCpu; readonly memory: Bytes };
  /** Pods are evicted when less than this is free. */
  readonly evictionMemory: Bytes;
}

/** Values of the scheduling's files; every one is the value of a decision of that system. */
export interface SchedulingSettings {
  readonly zones: number;
  readonly admission: 'warn' | 'deny' | 'off';
  /** What shortens the toleration of pods: the API server's flags, an admission policy, or the manifests themselves. */
  readonly tolerationBy: 'kube-apiserver flags' | 'MutatingAdmissionPolicy' | 'pods';
  /** Null without GPU pools. */
  readonly gpu: {
    readonly taints: readonly NodeTaint[];
    /** Labels that select the GPU machines of each pool; empty where the document gives none. */
    readonly selectors: readonly Readonly<Record<string, string>>[];
    readonly namespaces: readonly string[];
    readonly perNamespace: number;
  } | null;
  readonly namespaces: readonly {
    readonly name: string;
    readonly cpu: MilliCpu | null;
    readonly memory: Bytes | null;
    readonly pods: number | null;
  }[];
}

export interface EtcdFacts {
  /** `managed`: the provider's, nothing of it can be set. */
  readonly topology: 'stacked' | 'external' | 'managed';
  /** Empty when managed. */
  readonly members: readonly Member[];
  readonly quorum: number;
  readonly heartbeatInterval: Millis;
  readonly electionTimeout: Millis;
  readonly quota: Bytes;
  /** etcd flags besides names, addresses and certificates, as kubeadm's extraArgs take them. */
  readonly arguments: readonly Argument[];
  /** Flags of kube-apiserver that follow from it (`etcd-servers-overrides`, `etcd-compaction-interval`). */
  readonly apiServerArguments: readonly Argument[];
  readonly snapshotInterval: Millis;
  /** Time without writes after the leader is lost. */
  readonly leaderLoss: { readonly least: Millis; readonly most: Millis };
  /** What etcd's own renderer and its runbooks read; when managed, figures of 0 here and above mean `not known`. */
  readonly settings?: EtcdSettings;
}

/** Values of etcd's files; every one is the value of a decision of that system. */
export interface EtcdSettings {
  /** `v3.6.14`. */
  readonly version: string;
  /** True when machines get names and addresses of their own (Cluster API): the members above are places only. */
  readonly places: boolean;
  /** Between members; the slowest that a commit waits for. */
  readonly roundTrip: Millis;
  readonly compactionInterval: Millis;
  readonly maxRequestBytes: Bytes;
  /** Who may read /metrics: machines of the nodes' range, or the member itself. */
  readonly metrics: 'nodes' | 'loopback';
  readonly load: EtcdLoad;
  /** Live data and two compaction intervals of history, without events when these are apart. */
  readonly data: Bytes;
  readonly eventsData: Bytes;
  readonly verdict: 'fits' | 'fits with events apart' | 'does not fit etcd';
  /** A second etcd on the same machines for events. */
  readonly eventsApart: boolean;
  readonly backup: EtcdBackup;
  /** Of a member that has a machine of its own; null when stacked or managed. */
  readonly machine: { readonly type: string | null; readonly cpu: MilliCpu; readonly memory: Bytes } | null;
}

export interface EtcdLoad {
  /** `estimated` from the pools, or `written` in the document. */
  readonly origin: 'estimated' | 'written';
  readonly writesPerSecond: PerSecond;
  readonly bytesPerWrite: Bytes;
  readonly liveData: Bytes;
  readonly eventShare: Fraction;
  /** Measured 99th percentile of the WAL's flush; null when nobody measured. */
  readonly fsyncP99: Millis | null;
}

export interface EtcdBackup {
  /** Null when snapshots stay on the members. */
  readonly target: {
    readonly bucket: string;
    readonly prefix: string;
    /** Region of the bucket; null where the service has none. */
    readonly region: string | null;
    /** Host of an S3-compatible service; null for AWS. */
    readonly endpoint: string | null;
  } | null;
  readonly keep: Millis;
  /** The oldest that the newest snapshot can be when a member is lost at the worst moment. */
  readonly longestGap: Millis;
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
  };
  readonly leaderElection: {
    readonly leaseDuration: Millis;
    readonly renewDeadline: Millis;
    readonly retryPeriod: Millis;
  };
  readonly controllerManager: { readonly qps: number; readonly burst: number };
  readonly scheduler: { readonly qps: number; readonly burst: number };
  readonly serviceAccountIssuer: string;
  readonly machine: { readonly cpu: MilliCpu; readonly memory: Bytes; readonly storage: Bytes };
  /** What the provider promises for the API, when it is managed. */
  readonly providerAvailability?: number;
  /** How lost nodes are repaired; the autoscaling system renders it where node groups are its own. */
  readonly nodeRepair: NodeRepairFacts;
  /** What only the control plane's own renderer reads. */
  readonly settings: ControlPlaneSettings;
}

export interface NodeRepairFacts {
  readonly by: 'node-healthcheck' | 'machine-healthcheck' | 'eks-node-repair';
  /** Ready must be False or Unknown for so long. */
  readonly after: Millis;
  /** The short-circuit: repair stops when more than this share of the nodes is unhealthy. */
  readonly maxUnhealthy: Fraction;
}

/** Values of the control plane's files; every one is the value of a decision of that system. */
export interface ControlPlaneSettings {
  /** `v1.36.3`, or on EKS the line `1.36`. */
  readonly kubernetesVersion: string;
  /** The address that the endpoint's name points to and that a balancer holds; null when the provider holds it. */
  readonly address: string | null;
  readonly addressHolder: 'keepalived' | 'kube-vip-arp' | 'kube-vip-bgp' | 'provider';
  readonly addressLease: {
    readonly leaseDuration: Millis;
    readonly renewDeadline: Millis;
    readonly retryPeriod: Millis;
  };
  readonly interface: string;
  readonly bgp: {
    readonly localAs: number;
    readonly peers: readonly { readonly address: string; readonly as: number }[];
  } | null;
  readonly healthCheck: {
    readonly interval: Millis;
    readonly timeout: Millis;
    readonly connectTimeout: Millis;
    readonly fall: number;
    readonly rise: number;
  };
  /** How long a member keeps serving after it was asked to stop. */
  readonly shutdownDelay: Millis;
  readonly goawayChance: number;
  readonly auditKeep: Millis;
  /** Names and addresses in the API server's serving certificates. */
  readonly certificateNames: readonly string[];
  readonly certificateValidity: Millis;
  readonly authorityValidity: Millis;
  readonly encryption: {
    readonly provider: 'kms' | 'secretbox' | 'aescbc' | 'provider-owned';
    readonly keyArn: string | null;
    readonly keyBackup: string;
  };
  readonly apiServerArguments: readonly Argument[];
  readonly controllerManagerArguments: readonly Argument[];
  readonly schedulerArguments: readonly Argument[];
  /** Graceful shutdown of the members' kubelets: all pods, and critical pods within it. */
  readonly kubeletShutdown: { readonly all: Millis; readonly critical: Millis };
  /** `m7i.xlarge`; null where machines are not bought by type. */
  readonly machineType: string | null;
  readonly machineStorage: Bytes;
  /** A level of priority and fairness for what repairs the cluster. */
  readonly repairShares: number;
  readonly publicEndpoint: boolean;
}

export interface AutoscalingFacts {
  readonly engine: 'karpenter' | 'cluster-autoscaler' | 'none';
  /** Per pool and zone. */
  readonly groups: readonly {
    readonly pool: string;
    readonly zone: string;
    readonly minNodes: number;
    readonly maxNodes: number;
  }[];
  /** Room kept free for the loss that the document wants to survive. */
  readonly headroom: {
    readonly replicas: number;
    readonly cpu: MilliCpu;
    readonly memory: Bytes;
    readonly priorityClass: string;
  } | null;
  /** From a pending pod to a ready node. */
  readonly nodeReady: { readonly least: Millis; readonly most: Millis } | null;
  /** Nodes per second that the plan can add; null without an engine. */
  readonly scaleUpRate: PerSecond | null;
  /** What the nodes of each pool register with; includes what GPU pools get on top of the document. */
  readonly pools: readonly NodePoolFacts[];
  /** What only the autoscaling's own renderer reads. */
  readonly settings: AutoscalingSettings;
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
  /** Value of the label that tells the GPU, `nvidia-l4`; null without GPUs. */
  readonly accelerator: string | null;
  readonly capacity: 'on-demand' | 'spot';
  readonly priority: number;
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

/** Values of the autoscaling's files: those of its decisions, and what the document says as it stands. */
export interface AutoscalingSettings {
  /** The placeholder pods spread over zones too, not only over nodes. */
  readonly spreadHeadroom: boolean;
  /** True when no priority class of the scheduling suits the placeholder pods, so that one is rendered. */
  readonly ownPriorityClass: boolean;
  readonly unreadyPercentage: number;
  readonly provisionTime: Millis;
  readonly consolidateAfter: Millis;
  readonly expireAfter: Millis;
  readonly disruptedShare: Fraction;
  /** `v20260903`; the release of the provider's node image. */
  readonly nodeImage: string;
  readonly rootVolume: Bytes;
  readonly kubeletCertificates: 'signed' | 'self-signed';
  readonly metricsServer: { readonly cpu: MilliCpu; readonly memory: Bytes };
  readonly engineSize: { readonly cpu: MilliCpu; readonly memory: Bytes };
  readonly prometheus: string;
  readonly workloads: readonly ScaledWorkload[];
}

/** One workload with the one thing that scales it. */
export interface ScaledWorkload {
  readonly namespace: string;
  readonly kind: 'Deployment' | 'StatefulSet';
  readonly name: string;
  readonly by: 'hpa' | 'keda';
  readonly minReplicas: number;
  readonly maxReplicas: number;
  readonly metric:
    | { readonly type: 'cpu' | 'memory'; /** Whole per cent of the requests. */ readonly utilization: number }
    | { readonly type: 'prometheus'; readonly query: string; readonly perPod: number };
  readonly scaleUp: { readonly percent: number; readonly pods: number };
  readonly scaleDown: { readonly percent: number; readonly window: Millis };
}
