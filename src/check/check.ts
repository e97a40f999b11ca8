/** The check: a world in, findings out. Pure: the time and what was decided before come in as arguments. */
import type { Position } from '../core/error.ts';
import type { World } from '../inventory/world.ts';
import { sayKind } from '../inventory/live/kinds.ts';
import { placeOf } from '../inventory/origin.ts';
import type { Sourced } from '../inventory/identity.ts';
import { formatPath } from '../inventory/refusals.ts';
import type { FieldPath } from '../kubernetes/objects.ts';
import { fieldIn } from '../kubernetes/pod-owners.ts';
import { type ContextInputs, type RuleContext, ruleContext } from './context.ts';
import { type DocumentPlaces, documentPlace } from './document-place.ts';
import { judge } from './intent.ts';
import { mergeCandidates, type Merged, SEVERITIES } from './merge.ts';
import { jsonPatch } from './patch.ts';
import { sayPart } from './reads.ts';
import type { Finding, FindingList, FindingOrigin, FindingSummary, Witness } from './results.ts';
import type { NamedTarget, Patch, PatchStep, Rule, Target } from './rule.ts';
import { rules as builtIn } from './rules/index.ts';
import { expiredWaiver } from './rules/waivers.ts';
import { runRules, type RulesRun } from './run-rules.ts';
import { applyWaivers, sayObject, type Sorted, type Waiver } from './waivers.ts';
import { MOST_FAILURES, type Witnesses, witnessesOf } from './witness.ts';

export interface CheckOptions extends ContextInputs {
  /** Default: all that are built in. */
  readonly rules?: readonly Rule[];
  readonly waivers?: readonly Waiver[];
  /** For the lines of what only the document tells of. */
  readonly document?: DocumentPlaces | undefined;
  /** Fingerprints of what was known before. */
  readonly baseline?: ReadonlySet<string>;
  /** Failures that the twin runs at most; 0: no witnesses. */
  readonly failures?: number;
}

/** Everything that is wrong with the world, the worst first. */
export function check(world: World, options: CheckOptions = {}): FindingList {
  const context = ruleContext(world, options);
  const run = runRules(options.rules ?? builtIn, world, context);
  const merged = mergeCandidates(run.candidates);
  const failures = sayPart(world.live) === undefined ? (options.failures ?? MOST_FAILURES) : 0;
  const witnesses = witnessesFor(merged, context, failures);
  const inDocument: InDocument = (target, path) =>
    documentPlace(target, path, { document: options.document, nodes: world.nodes });
  const findings = merged.map((one) => findingOf(one, witnesses.of.get(one), inDocument));
  const sorted = applyWaivers(findings, options.waivers ?? [], context.now);
  const told = [...sorted.kept, ...sorted.expired.map(expiredFinding)].sort(worstFirst);
  const known = told.map((finding) => markKnown(finding, options.baseline));
  return {
    apiVersion: 'holdfast.dev/v1',
    kind: 'FindingList',
    findings: known,
    unknown: run.unknown,
    notSeen: notSeen(world),
    waived: sorted.waived,
    summary: summaryOf(world, known, { run, sorted, witnesses }),
  };
}

function witnessesFor(merged: readonly Merged[], context: RuleContext, failures: number): Witnesses {
  const wanted = merged.filter(({ witness }) => witness !== undefined);
  const twin = wanted.length === 0 || failures === 0 ? undefined : context.twin();
  return twin === undefined ? { of: new Map(), leftOut: 0 } : witnessesOf(wanted, twin, failures);
}

type InDocument = (target: NamedTarget, path: FieldPath) => Position | undefined;

function findingOf(merged: Merged, witness: Witness | undefined, inDocument: InDocument): Finding {
  const { rule, draft, object, takesDown, mergedRules, fingerprint } = merged;
  const { severity, because } = judge(merged, witness);
  const source = sourcedOf(draft.on);
  const path = fieldOf(source, draft.path) ?? ['spec'];
  const own = draft.patch === undefined ? undefined : patchOf(source, draft.patch);
  const patch = own === undefined || source === undefined ? [] : jsonPatch(source.object, own);
  return {
    rule: rule.id,
    severity,
    object,
    origin: originOf(draft.on, path, inDocument),
    path: formatPath(path),
    title: rule.title,
    message: draft.message,
    why: rule.takesDown,
    whySeverity: because ?? rule.whySeverity,
    remedy: draft.remedy ?? rule.remedy,
    ...(rule.price === undefined ? {} : { price: rule.price }),
    takesDown: takesDown.map(({ id }) => id),
    fingerprint,
    ...(patch.length === 0 ? {} : { patch }),
    ...(draft.adds === undefined ? {} : { adds: draft.adds }),
    ...(mergedRules.length === 0 ? {} : { mergedRules }),
    ...(witness === undefined ? {} : { witness }),
    ...(draft.drift === undefined ? {} : { drift: draft.drift }),
  };
}

function sourcedOf(on: Target): Extract<Target, { object: unknown }> | undefined {
  return 'object' in on ? on : on.sourced;
}

/** Rules speak of the fields of a Deployment; a described kind may keep them elsewhere, or nowhere. */
function fieldOf(sourced: Sourced | undefined, path: FieldPath): FieldPath | undefined {
  return sourced?.podOwner === undefined ? path : fieldIn(sourced.podOwner, path);
}

function patchOf(sourced: Sourced | undefined, patch: Patch): Patch | undefined {
  const steps = patch.map((step): PatchStep | undefined => {
    const path = fieldOf(sourced, step.path);
    return path === undefined ? undefined : { ...step, path };
  });
  return steps.every((step) => step !== undefined) ? steps : undefined;
}

function originOf(on: Target, path: FieldPath, inDocument: InDocument): FindingOrigin {
  const sourced = sourcedOf(on);
  if (sourced !== undefined) return placeOf(sourced.origin, path);
  return 'object' in on ? {} : (on.at ?? inDocument(on, path) ?? {});
}

function expiredFinding({ rule, object, reason, owner, expires, at }: Waiver): Finding {
  const [kind = '', ...names] = object.split('/');
  const name = names.pop() ?? '';
  const [namespace] = names;
  const { id, severity, title, takesDown, whySeverity, remedy } = expiredWaiver;
  return {
    rule: id,
    severity,
    object: { kind, ...(namespace === undefined ? {} : { namespace }), name },
    origin: at,
    path: 'expires',
    title,
    message: `${rule} was waived until ${expires} by ${owner}: ${reason}`,
    why: takesDown,
    whySeverity,
    remedy,
    takesDown: [],
    fingerprint: `${id} ${rule} ${object}`,
  };
}

/** By severity, by how many go down, by how long, then by object and rule. */
function worstFirst(a: Finding, b: Finding): number {
  return (
    SEVERITIES.indexOf(b.severity) - SEVERITIES.indexOf(a.severity) ||
    (b.witness?.seconds ?? 0) - (a.witness?.seconds ?? 0) ||
    b.takesDown.length - a.takesDown.length ||
    byText(sayObject(a.object), sayObject(b.object)) ||
    byText(a.fingerprint, b.fingerprint)
  );
}

function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function markKnown(finding: Finding, baseline: ReadonlySet<string> | undefined): Finding {
  return baseline?.has(finding.fingerprint) === true ? { ...finding, known: true } : finding;
}

/** Kinds whose pods are there and not understood, and those that a live cluster did not show. */
function notSeen({ unknownKinds, live }: World): FindingList['notSeen'] {
  const notUnderstood = unknownKinds
    .filter(({ withPodTemplate }) => withPodTemplate > 0)
    .map(({ apiVersion, kind, withPodTemplate }) => ({
      kind: `${apiVersion} ${kind}`,
      why: `Its ${withPodTemplate === 1 ? 'pod template is' : `${withPodTemplate} pod templates are`} not understood: who makes pods of it is not known. Describe the kind in a file for --owners.`,
    }));
  const unseen = live?.unseen.map(({ kind, why }) => ({ kind: sayKind(kind), why })) ?? [];
  const others =
    live?.namespace === undefined
      ? []
      : [{ kind: 'Other namespaces', why: `Only the namespace ${live.namespace} was read.` }];
  return [...others, ...unseen, ...notUnderstood];
}

function summaryOf(
  world: World,
  findings: readonly Finding[],
  { run, sorted, witnesses }: { run: RulesRun; sorted: Sorted; witnesses: Witnesses },
): FindingSummary {
  const count = (severity: Finding['severity']): number => findings.filter((one) => one.severity === severity).length;
  return {
    errors: count('error'),
    warnings: count('warning'),
    infos: count('info'),
    known: findings.filter(({ known }) => known === true).length,
    unknown: run.unknown.length,
    waived: sorted.waived.length,
    objects: world.index.all.length,
    workloads: world.workloads.length,
    nodes: world.nodes.length,
    rules: run.decided,
    witnessesLeftOut: witnesses.leftOut,
  };
}
