/**
 * What the control plane can do at each moment of a scenario. It depends on the faults alone, never on the workloads, so
 * it is computed before the clock of the simulation starts.
 */
import type { Millis } from '../../core/units.ts';

/** One link of a chain: what happened, and the line of the object that decides it, when there is one. */
export interface Cause {
  readonly say: string;
  readonly origin?: {
    readonly file?: string;
    readonly line?: number;
    readonly column?: number;
    readonly context?: string;
  };
}

export interface Interval<State> {
  readonly from: Millis;
  /** Undefined: to the end. */
  readonly to: Millis | undefined;
  readonly state: State;
  /** Empty while all is well. */
  readonly causes: readonly Cause[];
}

export interface ControlPlaneTimeline {
  /** `read-only`: etcd has no quorum or refuses writes; `down`: no client gets an answer. */
  readonly api: readonly Interval<'up' | 'read-only' | 'down'>[];
  /** Whether an elected controller manager is at work; `member` is undefined where the provider runs it. */
  readonly controllerManager: readonly Interval<{ readonly leads: boolean; readonly member: string | undefined }>[];
  readonly scheduler: readonly Interval<{ readonly leads: boolean; readonly member: string | undefined }>[];
  /**
   * When a new leader of the controller manager started with an empty memory: every node then gets its full grace
   * again from that moment.
   */
  readonly takeovers: readonly Millis[];
  /** Nodes that cannot renew their leases although they live, with the spans: cut off from every API server. */
  readonly cutOff: readonly {
    readonly node: string;
    readonly from: Millis;
    readonly to: Millis | undefined;
    readonly causes: readonly Cause[];
  }[];
}
