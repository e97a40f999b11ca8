/**
 * The contract of a rule. A rule is data with words and one pure function over the world; adding one is one value in the
 * file of its family, one line in its list, and fixtures under test/fixtures/check/<ID>/. Rules hold no arithmetic of
 * scheduling, rounding or selectors: that is in src/kubernetes, and what only time can tell is asked of the twin.
 */
import type { Position } from '../core/error.ts';
import { nameOf, namespaceOf, type Sourced } from '../inventory/identity.ts';
import type { Workload, World } from '../inventory/world.ts';
import type { FieldPath } from '../kubernetes/objects.ts';
import type { KubernetesObject } from '../system.ts';
import type { Twin } from '../twin/twin.ts';
import type { RuleContext } from './context.ts';
import type { KindKey } from './reads.ts';
import type { Drift } from './drift/types.ts';
import type { FamilyId } from './families.ts';

/**
 * `error`: something goes down by an everyday event (a pod, a node, a drain, a rollout), or cannot come back.
 * `warning`: it goes down when two things meet, or by a rarer loss. `info`: worth knowing, nothing goes down by itself.
 */
export type Severity = 'error' | 'warning' | 'info';

/**
 * What a rule must know beside manifests. `document`: nodes over zones, from a cluster document's pools or from Node
 * objects. `live`: pods with a status, as a cluster reports them.
 * `comparison`: what a document renders against the cluster that it describes. A rule whose need is not met is reported as unknown.
 */
export type Need = 'manifests' | 'document' | 'live' | 'comparison';

export interface Rule {
  /** Of the catalogue: `WL01`. Never reused. */
  readonly id: string;
  readonly family: FamilyId;
  /** One line, no full stop: `One replica serves traffic`. */
  readonly title: string;
  readonly severity: Severity;
  /** Why that severity and no other, one sentence. */
  readonly whySeverity: string;
  /** What goes down, and by which event; general, without an object's numbers. */
  readonly takesDown: string;
  /** What to do; never what causes outages by itself. */
  readonly remedy: string;
  /** What the remedy costs or risks; absent when it is free. */
  readonly price?: string;
  /** The project, version and file or page that the reading rests on. */
  readonly source: string;
  readonly needs: Need;
  /**
   * Kinds beside workloads and nodes whose objects can change what it says, `policy/PodDisruptionBudget`. Where a live
   * cluster does not show one of them the rule is unknown, for it would take for absent what is only not seen.
   */
  readonly reads: readonly KindKey[];
  /**
   * What it says of an object rests on other namespaces too: on whose pods share its node, on who serves its metrics.
   * Unknown when only one namespace was read.
   */
  readonly acrossNamespaces?: true;
  /** Ids of rules that name the cause better when both see one defect: this one is then among their `mergedRules`. */
  readonly yieldsTo?: readonly string[];
  /** Every defect in this world, in any order; a pure function. */
  readonly check: (world: World, context: RuleContext) => Iterable<Draft>;
}

export type Draft = FindingDraft | UnknownDraft;

/** One defect of one object. Lines are computed by the engine, only for what is reported. */
export interface FindingDraft {
  /** What to change. A Workload may be given as it is. */
  readonly on: Target;
  /** The field to change, or the nearest that is written: `['spec', 'replicas']`. */
  readonly path: FieldPath;
  /** What is wrong with this object, with its numbers, one or two sentences. */
  readonly message: string;
  /** This object's remedy when the rule's general one can be said more exactly. */
  readonly remedy?: string;
  /** When this object's case is milder or worse than the rule's. Intent is applied afterwards, by the engine. */
  readonly severity?: Severity;
  /** Workloads that it takes down, the worst first; default: the object itself when it is a workload. */
  readonly takesDown?: readonly Workload[];
  /**
   * The key of the defect, from `defect()`: drafts of several rules with one key become one finding. Default: rule and
   * object, so that it merges with nothing.
   */
  readonly cause?: string;
  /** The failure that shows it; asked only when witnesses are wanted and there are nodes. */
  readonly witness?: WitnessDraft;
  /** The change that removes it, when it is safe to make without asking anybody. */
  readonly patch?: Patch;
  /** The object that removes it by being there, likewise. */
  readonly adds?: KubernetesObject;
  /** Of a live object: how it differs from what is rendered. */
  readonly drift?: Drift;
}

/** What could not be decided, and why: `no node tells its zone`. */
export interface UnknownDraft {
  readonly unknown: string;
}

/** A workload, an object as it was given, or something that only the document tells of. */
export type Target = Sourced | NamedTarget;

export interface NamedTarget {
  readonly kind: string;
  readonly namespace?: string | undefined;
  readonly name: string;
  readonly sourced: Sourced | undefined;
  /** Where it is written when no object holds it. */
  readonly at?: Position | undefined;
}

/** Whose fate a witness tells. */
export type Shown = Workload | 'control-plane';

export interface WitnessDraft {
  /** The one whose fate shows it; default: the first of `takesDown`. */
  readonly of?: Shown;
  /** Faults as `--lose` takes them, `['node=worker-7']`; undefined when the twin knows none that shows it. */
  readonly lose: (twin: Twin) => readonly string[] | undefined;
}

/** Changes of the object that `on` names, in order. A path that ends with `-` is the place behind the last of a list. */
export type Patch = readonly PatchStep[];

export type PatchStep =
  | { readonly op: 'set'; readonly path: FieldPath; readonly value: unknown }
  | { readonly op: 'remove'; readonly path: FieldPath };

/** The key of a defect: the same words for the same thing in every rule, `defect('one-replica', workload)`. */
export function defect(what: string, target: Target): string {
  const { kind, namespace, name } = nameOfTarget(target);
  return `${what} ${kind}/${namespace ?? ''}/${name}`;
}

export interface ObjectName {
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
}

export function nameOfTarget(target: Target): ObjectName {
  if (!('object' in target)) return named(kindOfTarget(target), target.namespace, target.name);
  return named(target.object.kind, namespaceOf(target.object), nameOf(target.object));
}

function named(kind: string, namespace: string | undefined, name: string): ObjectName {
  return { kind, ...(namespace === undefined || namespace === '' ? {} : { namespace }), name };
}

/** A custom resource that acts as a Deployment is called by its own kind. */
function kindOfTarget({ kind, sourced }: NamedTarget): string {
  return sourced?.podOwner === undefined ? kind : sourced.object.kind;
}
