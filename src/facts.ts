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
}

export interface ControlPlaneFacts {
  readonly kind: 'eks' | 'kubeadm' | 'cluster-api';
  /** Empty when managed. */
  readonly members: readonly Member[];
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
}
