/**
 * What crosses the border of a system: the typed facts of its plan that later systems, verdicts, the world and the
 * lab may read. A system that needs more of another adds it here.
 */
import type { Bytes, MilliCpu, Millis, PerSecond } from './core/units.ts';

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
  readonly leaderElection: { readonly leaseDuration: Millis; readonly renewDeadline: Millis; readonly retryPeriod: Millis };
  readonly controllerManager: { readonly qps: number; readonly burst: number };
  readonly scheduler: { readonly qps: number; readonly burst: number };
  readonly serviceAccountIssuer: string;
  readonly machine: { readonly cpu: MilliCpu; readonly memory: Bytes; readonly storage: Bytes };
  /** What the provider promises for the API, when it is managed. */
  readonly providerAvailability?: number;
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
  readonly headroom: { readonly replicas: number; readonly cpu: MilliCpu; readonly memory: Bytes; readonly priorityClass: string } | null;
  /** From a pending pod to a ready node. */
  readonly nodeReady: { readonly least: Millis; readonly most: Millis } | null;
  /** Nodes per second that the plan can add; null without an engine. */
  readonly scaleUpRate: PerSecond | null;
}
