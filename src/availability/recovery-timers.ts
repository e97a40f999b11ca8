/** The timers and limits that recovery from a lost node depends on, with the values that Kubernetes ships. */
import type { Fraction, Millis, PerSecond } from '../core/units.ts';

/** How a dead node is noticed and answered. */
export interface NodeTimers {
  /** The kubelet renews its lease so often; each wait is stretched by up to 4 %. */
  readonly leaseRenewInterval: Millis;
  /** Pause between two passes of the node lifecycle controller. */
  readonly nodeMonitorPeriod: Millis;
  /** Silence after which a node counts as lost. */
  readonly nodeMonitorGracePeriod: Millis;
  /** Nodes per second and zone that get the NoExecute taint, in a healthy or a fully lost zone. */
  readonly nodeEvictionRate: PerSecond;
  /** The same in a zone of which a part is lost; only zones larger than the threshold. */
  readonly secondaryNodeEvictionRate: PerSecond;
  /** From this share of not-ready nodes (more than two of them) on, a zone is partly lost. */
  readonly unhealthyZoneThreshold: Fraction;
  /** Zones of at most so many nodes evict nothing while they are partly lost. */
  readonly largeClusterSizeThreshold: number;
  /** How long pods tolerate the not-ready and unreachable taints. */
  readonly toleration: Millis;
}

/** A client's token bucket. */
export interface ClientLimit {
  readonly qps: PerSecond;
  readonly burst: number;
}

export interface ClientLimits {
  /** Each controller has a bucket of its own. */
  readonly controllerManager: ClientLimit;
  readonly scheduler: ClientLimit;
}

/** Leader election of the controller manager: Kubernetes v1.36.3 component-base config/v1alpha1/defaults.go. */
export interface LeaderTimers {
  readonly leaseDuration: Millis;
  readonly retryPeriod: Millis;
}

/**
 * Kubernetes v1.36.3: lease 40 s renewed at a quarter of it (pkg/kubelet/kubelet.go), monitor period
 * (cloud-provider config/v1alpha1/defaults.go), grace 50 s (pkg/controller/nodelifecycle/config/v1alpha1/defaults.go; 40 s
 * before 1.32), rates and thresholds (cmd/kube-controller-manager/app/options/nodelifecyclecontroller.go), toleration
 * (plugin/pkg/admission/defaulttolerationseconds).
 */
export const KUBERNETES_TIMERS: NodeTimers = {
  leaseRenewInterval: 10_000,
  nodeMonitorPeriod: 5_000,
  nodeMonitorGracePeriod: 50_000,
  nodeEvictionRate: 0.1,
  secondaryNodeEvictionRate: 0.01,
  unhealthyZoneThreshold: 0.55,
  largeClusterSizeThreshold: 50,
  toleration: 300_000,
};

/** Kubernetes v1.36.3: k8s.io/controller-manager options (20, burst 30), kube-scheduler apis/config/v1/defaults.go (50, burst 100). */
export const KUBERNETES_CLIENTS: ClientLimits = {
  controllerManager: { qps: 20, burst: 30 },
  scheduler: { qps: 50, burst: 100 },
};

export const KUBERNETES_LEADER: LeaderTimers = { leaseDuration: 15_000, retryPeriod: 2_000 };

/** The kubelet stretches each wait for its lease by up to 4 %: component-helpers v0.36.3 apimachinery/lease/controller.go. */
export const LEASE_JITTER: Fraction = 0.04;

/** Waits between tries for leadership are stretched by up to 120 %: client-go v0.36.3 tools/leaderelection (JitterFactor 1.2). */
export const RETRY_STRETCH = 2.2;

/** Pod garbage collection: one pass every 20 s, orphans wait 40 s: pkg/controller/podgc/gc_controller.go v1.36.3. */
export const POD_GC_PERIOD: Millis = 20_000;
export const POD_GC_QUARANTINE: Millis = 40_000;

/** A volume of a dead node is detached by force after six minutes: pkg/controller/volume/attachdetach v1.36.3. */
export const FORCE_DETACH: Millis = 360_000;
