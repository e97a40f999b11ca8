/**
 * THE contract: what a system of a never-down cluster is. A system takes its section of the cluster document and
 * gives back a plan that explains itself; from the plan it renders artifacts. It does no I/O, reads no clock,
 * imports no other system. What others may read of its plan is its `facts` (src/facts.ts); its `settings` are its own.
 */
import type { ZodType } from 'zod';
import type { Json, JsonObject } from './core/json.ts';
import type { Bytes, MilliCpu, Millis } from './core/units.ts';
import type { Cluster } from './spec/cluster.ts';
import type { Facts, SystemId } from './facts.ts';

/** A path in the document without indexes: `spec.survive`, `spec.regions[].zones`, `spec.etcd.quota`. */
export type DocumentPath = string;

/** Where a statement comes from: a project at a version and a file or page in it; or `arithmetic` of this project. */
export interface Source {
  /** `etcd v3.6.14`, `Kubernetes v1.36.3`, `holdfast` for our own arithmetic. */
  readonly project: string;
  /** `server/embed/config.go`, a page title, a section. */
  readonly where: string;
}

/** One choice that `plan` made. */
export interface Decision {
  /** camelCase; `<system id>.<field>` is the decision's id: `etcd.members`. Unique within the system. */
  readonly field: string;
  readonly value: Json;
  /** Whole sentences with the arithmetic and this cluster's numbers. */
  readonly because: string;
  readonly source: Source;
  /** All document paths that the value follows, transitively; the value must not change with any other. */
  readonly from: readonly DocumentPath[];
}

/** What one component takes; the only source for price, headroom, add-on totals and zone-survival tests. */
export interface Need {
  readonly component: string;
  /** `machine`: a host of its own; `pod`: runs on nodes; `daemon`: one pod per node; `service`: bought from the provider. */
  readonly form: 'machine' | 'pod' | 'daemon' | 'service';
  /** Copies in all; for a daemon, the nodes it runs on. */
  readonly replicas: number;
  /** Zones that the copies are spread over; empty for a regional or global service. */
  readonly zones: readonly string[];
  /** Per copy. A machine's figures are its size. */
  readonly cpu: MilliCpu;
  readonly memory: Bytes;
  readonly storage: Bytes;
  /** Sent out of its zone per month, all copies together. */
  readonly trafficPerMonth: Bytes;
  /** What the provider sells it as, a key of the price table (`ec2/m7i.large`); undefined when it costs nothing of its own. */
  readonly offer?: string;
}

/** A Prometheus alert rule with the test that shows when it fires and when it does not. */
export interface Alert {
  readonly name: string;
  /** PromQL that every Prometheus >= 2.42 parses. */
  readonly expr: string;
  readonly for: Millis;
  readonly severity: 'critical' | 'warning' | 'info';
  /** One sentence: what is wrong and what it takes down. */
  readonly summary: string;
  /** Id of a runbook of the same system. */
  readonly runbook: string;
  readonly source: Source;
  /** Series in promtool's notation; the alert fires at `at` with `firing`, and not with `quiet`. */
  readonly test: {
    readonly interval: Millis;
    readonly at: Millis;
    readonly firing: readonly { readonly series: string; readonly values: string }[];
    readonly quiet: readonly { readonly series: string; readonly values: string }[];
    /** Labels of the one firing alert besides alertname and severity. */
    readonly labels?: Readonly<Record<string, string>>;
  };
}

/** A command that a person runs to see that a decision holds, with what it must print. */
export interface Verification {
  readonly title: string;
  readonly command: string;
  /** What the output must contain or look like. */
  readonly expect: string;
}

export interface RunbookStep {
  readonly say: string;
  /** A shell command with this cluster's names; several lines are run in order. */
  readonly run?: string;
  readonly expect?: string;
}

export interface Runbook {
  /** kebab-case; the file is `runbooks/<system>-<id>.md`. */
  readonly id: string;
  readonly title: string;
  /** When to use it. */
  readonly when: string;
  readonly steps: readonly RunbookStep[];
}

/** A Kubernetes-style object. */
export interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata?: { readonly name?: string; readonly namespace?: string } & JsonObject;
  readonly [field: string]: unknown;
}

interface ArtifactBase {
  /** Relative to the system's folder of the tree, or to that under `management/`: `objects/priorityclass-critical.yaml`. */
  readonly path: string;
  /** One sentence for the header: what the file is for. */
  readonly purpose: string;
  /** Ids of the decisions that shaped it, of this or an earlier system: `etcd.members`. */
  readonly decisions: readonly string[];
  /** Where an object or a chart is applied when it is not this cluster: the cluster that runs Cluster API for it. */
  readonly target?: 'management';
}

/** One object that is applied to the cluster. */
export interface ObjectArtifact extends ArtifactBase {
  readonly form: 'object';
  readonly object: KubernetesObject;
}

/** Configuration with apiVersion and kind that a program reads from disk (kubeadm, kube-apiserver); several documents are one file. */
export interface ConfigurationArtifact extends ArtifactBase {
  readonly form: 'configuration';
  readonly documents: readonly KubernetesObject[];
}

/** Values for an upstream Helm chart. */
export interface ValuesArtifact extends ArtifactBase {
  readonly form: 'values';
  readonly chart: {
    readonly name: string;
    readonly version: string;
    readonly repository: string;
    readonly release: string;
    readonly namespace: string;
  };
  readonly values: JsonObject;
}

/** Any other file: a balancer's configuration, Terraform, a unit file. */
export interface TextArtifact extends ArtifactBase {
  readonly form: 'text';
  readonly syntax: 'haproxy' | 'nginx' | 'keepalived' | 'hcl' | 'shell' | 'systemd' | 'yaml';
  readonly text: string;
}

export type Artifact = ObjectArtifact | ConfigurationArtifact | ValuesArtifact | TextArtifact;

export interface SystemPlan<Id extends SystemId = SystemId, Settings = unknown> {
  readonly decisions: readonly Decision[];
  readonly needs: readonly Need[];
  readonly alerts: readonly Alert[];
  readonly verify: readonly Verification[];
  readonly runbooks: readonly Runbook[];
  /** Typed values that later systems, verdicts, the world and the lab may read; nothing that only `render` reads. */
  readonly facts: Facts[Id];
  /** What only the system's own renderer reads; unknown to everybody else. */
  readonly settings: Settings;
  /** What this system cannot do for this document, one sentence each; shown under "not covered". */
  readonly limits: readonly string[];
}

/** Two statements of the document that cannot both hold. */
export interface Contradiction {
  /** The concrete path to blame, with indexes: `spec.pools[1].zones[0]`. */
  readonly path: string;
  readonly code: string;
  readonly message: string;
  readonly expected: string;
  readonly hint?: string;
}

/** What somebody else said of a system's artifacts, and what nobody could: words for its page. */
export interface Evidence {
  readonly proved: readonly { readonly what: string; /** The command that proves it again. */ readonly by: string }[];
  readonly measured: readonly { readonly what: string; readonly figure: string; readonly by: string }[];
  /** One sentence each, with the reason. */
  readonly notProved: readonly string[];
}

export interface PlanContext<After extends SystemId> {
  readonly cluster: Cluster;
  readonly plans: { readonly [Id in After]: SystemPlan<Id> };
}

export interface System<
  Id extends SystemId = SystemId,
  Section = unknown,
  After extends SystemId = SystemId,
  Settings = unknown,
> {
  /** kebab-case: folder, docs page, CLI argument; its section of the document is the camelCase of it. */
  readonly id: Id;
  /** Items of the seed article. */
  readonly seedItems: readonly number[];
  readonly words: {
    readonly title: string;
    /** One sentence: what it decides. */
    readonly summary: string;
    /** When not to use it, or what it does not decide. */
    readonly limits: string;
  };
  readonly evidence?: Evidence;
  /** Systems whose plans it reads. */
  readonly after: readonly After[];
  /** Its section of the document; every field has a default and a description with its unit. */
  readonly section: ZodType<Section>;
  /** Statements of the section that contradict the rest of the document. Runs before `plan`. */
  contradictions?(section: Section, cluster: Cluster): readonly Contradiction[];
  plan(section: Section, context: PlanContext<After>): SystemPlan<Id, Settings>;
  /** Only from its own facts and settings and the facts of the plans before it. */
  render(plan: SystemPlan<Id, Settings>, context: PlanContext<After>): readonly Artifact[];
}

/** Gives a system literal its types; registers nothing. */
export function defineSystem<
  const Id extends SystemId,
  Section,
  const After extends SystemId = never,
  Settings = unknown,
>(system: System<Id, Section, After, Settings>): System<Id, Section, After, Settings> {
  return system;
}

/** Any system, as the engines see them that know none by name. */
export type AnySystem = System;
