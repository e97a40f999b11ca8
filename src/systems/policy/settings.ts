/** What the policy's own renderer reads beside the facts. */
import type { Bytes, MilliCpu, Millis } from '../../core/units.ts';
import type { PodSecurity, PodSecurityLevel } from '../../kubernetes/pod-security.ts';
import type { SpreadForm } from '../../kubernetes/spread-form.ts';
import type { RuleName } from './rules/catalogue.ts';
import type { PodRule } from './rules/pods.ts';
import type { Stage } from './section.ts';

/** Values of the policy's files; every one is the value of a decision of this system. */
export interface PolicySettings {
  readonly stages: Readonly<Record<RuleName, Stage>>;
  /** Null where the rule is off. */
  readonly podSecurity: PodSecurity | null;
  /** What a namespace must at least carry, of those that differ from the level of all others. */
  readonly leastLevels: {
    readonly level: PodSecurityLevel;
    readonly namespaces: readonly { readonly name: string; readonly level: PodSecurityLevel }[];
  };
  readonly registries: readonly string[];
  /** Namespaces of add-ons, sorted; their images come from the registries of their projects. */
  readonly addOnNamespaces: readonly string[];
  /** Namespaces in which privileged containers may run; sorted. */
  readonly privilegedNamespaces: readonly string[];
  /** Rules on pods that the audit holds against what exists. */
  readonly audited: readonly PodRule[];
  /** Null where nothing needs it. */
  readonly gatekeeper: GatekeeperSettings | null;
}

export interface GatekeeperSettings {
  /** Null where no rule must answer at admission: then there is nothing to be down. */
  readonly webhook: {
    readonly replicas: number;
    readonly spread: readonly (SpreadForm | RegionSpread)[];
    readonly minAvailable: number;
    readonly failurePolicy: 'Ignore' | 'Fail';
    readonly timeout: Millis;
  } | null;
  readonly auditInterval: Millis;
  readonly size: { readonly cpu: MilliCpu; readonly memory: Bytes };
}

/** Over regions, where the loss of one is to be survived. */
export interface RegionSpread {
  readonly topologyKey: 'topology.kubernetes.io/region';
  readonly maxSkew: 1;
  readonly whenUnsatisfiable: 'DoNotSchedule';
}
