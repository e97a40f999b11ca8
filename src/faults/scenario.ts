/** What breaks, when and for how long, with every name resolved against one world. The twin, the lab and live clusters each interpret it. */
import type { Position } from '../core/error.ts';
import type { Millis } from '../core/units.ts';

/** A process of a control-plane machine, or the kubelet of any node. */
export type ProcessName = 'etcd' | 'kube-apiserver' | 'kube-controller-manager' | 'kube-scheduler' | 'kubelet';

/** A place in the network: everything of a zone. */
export interface ZoneName {
  readonly region: string;
  readonly zone: string;
}

export type Fault =
  /** The machine stops at once: kubelet, containers and whatever of the control plane runs on it. */
  | { readonly kind: 'node'; readonly node: string }
  | { readonly kind: 'zone'; readonly region: string; readonly zone: string }
  | { readonly kind: 'region'; readonly region: string }
  /** Nodes that carry one value of a label: `topology.example.com/rack=r7`. */
  | { readonly kind: 'rack'; readonly label: string; readonly value: string; readonly nodes: readonly string[] }
  /** A machine of the control plane, or of an external etcd. */
  | { readonly kind: 'member'; readonly member: string }
  | { readonly kind: 'process'; readonly process: ProcessName; readonly machine: string }
  /** Packets between two zones are dropped, both ways. */
  | { readonly kind: 'link'; readonly between: readonly [ZoneName, ZoneName] }
  /** An instance of the API's load balancer, or all of them. */
  | { readonly kind: 'load-balancer'; readonly instance: string | undefined }
  /** A certificate of the control plane expires. */
  | {
      readonly kind: 'certificate';
      readonly of: 'etcd' | 'kube-apiserver' | 'kubelet' | 'controllers';
      readonly machine: string | undefined;
    }
  /** No image can be pulled from the registry; undefined: from none. */
  | { readonly kind: 'registry'; readonly host: string | undefined }
  /** The cluster's DNS answers nothing. */
  | { readonly kind: 'dns' }
  /** An admission webhook does not answer. */
  | { readonly kind: 'webhook'; readonly configuration: string; readonly webhook: string | undefined }
  /** The provider takes the spot machines of a pool back, with its notice. */
  | { readonly kind: 'spot-reclaim'; readonly pool: string; readonly nodes: readonly string[]; readonly notice: Millis }
  /** No more machines can be had. */
  | { readonly kind: 'quota'; readonly pool: string | undefined }
  /** A workload gets a template whose pods never become ready. */
  | { readonly kind: 'rollout'; readonly workload: string }
  /** Nodes are drained one after another, as an upgrade does it; the budgets are asked. */
  | { readonly kind: 'drain'; readonly nodes: readonly string[]; readonly atOnce: number; readonly timeout: Millis };

export type FaultKind = Fault['kind'];

export interface TimedFault {
  readonly fault: Fault;
  /** From the start of the scenario. */
  readonly at: Millis;
  /** When it heals; undefined: never within the scenario. */
  readonly until: Millis | undefined;
  /** Where the scenario file says it; undefined for the command line. */
  readonly origin: Position | undefined;
}

export interface Scenario {
  readonly name: string;
  /** How long is looked at. */
  readonly horizon: Millis;
  /** By time. */
  readonly faults: readonly TimedFault[];
}
