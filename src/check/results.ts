/** What `check` answers, as it is printed. Fields may be added, never renamed. */
import type { ScenarioFile } from '../faults/scenario-file.ts';
import type { KubernetesObject } from '../system.ts';
import type { Drift } from './drift/types.ts';
import type { ObjectName, Severity } from './rule.ts';

export interface FindingOrigin {
  readonly file?: string;
  readonly line?: number;
  readonly column?: number;
  /** In what helm renders, when the file is a chart's: the line above is there only when one line alone can have made it. */
  readonly rendered?: { readonly line: number; readonly column: number };
  /** Of a live cluster. */
  readonly context?: string;
}

/** One step of a JSON Patch (RFC 6902), as `kubectl patch --type=json` takes it. */
export interface JsonPatchStep {
  readonly op: 'add' | 'replace' | 'remove';
  readonly path: string;
  readonly value?: unknown;
}

export interface Witness {
  /** The same as options, `zone=us-west-2b`. */
  readonly lose: readonly string[];
  /** As `simulate --scenario` takes it. */
  readonly scenario: ScenarioFile;
  /** Absent where the control plane is what goes down. */
  readonly workload?: string;
  /** What the worst of it is, where the control plane is what goes down. */
  readonly controlPlane?: 'down' | 'read-only';
  /** What the workload or the control plane does, one sentence part: `is down for 7 m 16 s`. */
  readonly effect: string;
  /** How long the workload is down, or no write reaches the API; absent when it is not down but, say, a drain hangs. */
  readonly seconds?: number;
}

export interface Finding {
  readonly rule: string;
  readonly severity: Severity;
  readonly object: ObjectName;
  readonly origin: FindingOrigin;
  /** The field, `spec.replicas`. */
  readonly path: string;
  readonly title: string;
  /** What is wrong with this object. */
  readonly message: string;
  /** What goes down and when. */
  readonly why: string;
  /** Why the severity is what it is. */
  readonly whySeverity: string;
  readonly remedy: string;
  /** What the remedy costs. */
  readonly price?: string;
  /** Ids of the workloads that it takes down, the worst first. */
  readonly takesDown: readonly string[];
  /** The same defect keeps it, whatever lines move. */
  readonly fingerprint: string;
  readonly patch?: readonly JsonPatchStep[];
  /** The object that removes it by being there. */
  readonly adds?: KubernetesObject;
  /** Other rules that see the same defect. */
  readonly mergedRules?: readonly string[];
  readonly witness?: Witness;
  /** Of a live object: how it differs from what is rendered. */
  readonly drift?: Drift;
  /** It is in the baseline: it does not fail. */
  readonly known?: true;
}

export interface Waived {
  readonly rule: string;
  readonly object: ObjectName;
  readonly reason: string;
  readonly owner: string;
  /** A day, `2027-01-31`: the last on which it holds. */
  readonly expires: string;
}

export interface FindingSummary {
  readonly errors: number;
  readonly warnings: number;
  readonly infos: number;
  /** Of them, those that the baseline knows. */
  readonly known: number;
  readonly unknown: number;
  readonly waived: number;
  readonly objects: number;
  readonly workloads: number;
  readonly nodes: number;
  /** Rules that were decided. */
  readonly rules: number;
  /** Findings whose witness was left out because there were too many failures to run. */
  readonly witnessesLeftOut: number;
}

export interface FindingList {
  readonly apiVersion: 'holdfast.dev/v1';
  readonly kind: 'FindingList';
  /** The worst first. */
  readonly findings: readonly Finding[];
  readonly unknown: readonly { readonly rule: string; readonly why: string }[];
  readonly notSeen: readonly { readonly kind: string; readonly why: string }[];
  readonly waived: readonly Waived[];
  readonly summary: FindingSummary;
}
