/** One finding for one defect: what several rules see is told by the rule that names the cause. */
import type { Workload } from '../inventory/world.ts';
import type { FieldPath } from '../kubernetes/objects.ts';
import { formatPath } from '../inventory/refusals.ts';
import type { FindingDraft, ObjectName, Severity, Shown, Target } from './rule.ts';
import { nameOfTarget } from './rule.ts';
import type { Candidate } from './run-rules.ts';

export interface Merged extends Candidate {
  readonly object: ObjectName;
  readonly severity: Severity;
  readonly takesDown: readonly Workload[];
  readonly witness: FindingDraft['witness'];
  /** Ids of the other rules. */
  readonly mergedRules: readonly string[];
  readonly fingerprint: string;
}

/** The milder first. */
export const SEVERITIES: readonly Severity[] = ['info', 'warning', 'error'];

export function mergeCandidates(candidates: readonly Candidate[]): readonly Merged[] {
  const groups = new Map<string, Candidate[]>();
  for (const candidate of candidates) {
    const key = candidate.draft.cause ?? fingerprintOf(candidate);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [candidate]);
    else group.push(candidate);
  }
  return [...groups.values()].map(merge);
}

function merge(group: readonly Candidate[]): Merged {
  const told = group.toSorted((a, b) => rank(b, group) - rank(a, group));
  const [first] = told as [Candidate, ...Candidate[]];
  const ids = new Set(told.map(({ rule }) => rule.id));
  ids.delete(first.rule.id);
  const takesDown = new Set(told.flatMap(({ draft }) => draft.takesDown ?? workloadsOf(draft.on)));
  const shown = told.find(({ draft }) => draft.witness !== undefined);
  return {
    ...first,
    object: nameOfTarget(first.draft.on),
    severity: told.map(severityOf).reduce(worse),
    takesDown: [...takesDown],
    witness:
      shown === undefined ? undefined : ({ of: witnessOf(shown), ...shown.draft.witness } as FindingDraft['witness']),
    mergedRules: [...ids].sort(),
    fingerprint: fingerprintOf(first),
  };
}

/** A rule that yields to none of the others says it best; among such the worse one, then the first of the catalogue. */
function rank(candidate: Candidate, group: readonly Candidate[]): number {
  const yields = candidate.rule.yieldsTo ?? [];
  const better = group.some(({ rule }) => yields.includes(rule.id));
  return (better ? 0 : 10) + SEVERITIES.indexOf(severityOf(candidate));
}

function severityOf({ rule, draft }: Candidate): Severity {
  return draft.severity ?? rule.severity;
}

export function worse(a: Severity, b: Severity): Severity {
  return SEVERITIES.indexOf(a) >= SEVERITIES.indexOf(b) ? a : b;
}

function witnessOf({ draft }: Candidate): Shown | undefined {
  return draft.witness?.of ?? draft.takesDown?.[0] ?? workloadsOf(draft.on)[0];
}

function workloadsOf(target: Target): readonly Workload[] {
  return 'templates' in target ? [target as unknown as Workload] : [];
}

/** `PD03 PodDisruptionBudget/shop/db spec.minAvailable`: no line is in it, and lists go by name where items have one. */
function fingerprintOf({ rule, draft: { on, path } }: Candidate): string {
  const { kind, namespace, name } = nameOfTarget(on);
  const id = [kind, ...(namespace === undefined ? [] : [namespace]), name].join('/');
  return `${rule.id} ${id} ${formatPath(namedPath(on, path))}`;
}

/** The path with names in place of places in lists: a container that moves down keeps its name. */
function namedPath(on: Target, path: FieldPath): FieldPath {
  let here: unknown = 'object' in on ? on.object : on.sourced?.object;
  return path.map((step) => {
    here = here === null || typeof here !== 'object' ? undefined : (here as Record<string | number, unknown>)[step];
    if (typeof step === 'string') return step;
    const name = here === null || typeof here !== 'object' ? undefined : (here as Record<string, unknown>)['name'];
    return typeof name === 'string' ? `[${name}]` : step;
  });
}
