/** What the control plane's own decisions, runbooks and renderer read beside the facts. */
import type { Bytes, Millis } from '../../core/units.ts';
import type { Argument, ControlPlaneFacts } from '../../facts.ts';

/** Values of the control plane's files; every one is the value of a decision of this system. */
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
  /** Who gets it; empty where nothing inside the cluster repairs or grows it. */
  readonly repairAccounts: readonly { readonly namespace: string; readonly name: string }[];
  readonly publicEndpoint: boolean;
}

/** Facts with the settings: everything that the plan settles. */
export interface Settled extends ControlPlaneFacts {
  readonly settings: ControlPlaneSettings;
}
