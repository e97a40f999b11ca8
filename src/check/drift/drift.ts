/** A comparison of what is rendered with what a live cluster holds → what differs, in words. Pure. */
import type { ComparedObject, Comparison, RenderedObject } from '../../inventory/live/compare.ts';
import { labelOf, nameOf, namespaceOf } from '../../inventory/identity.ts';
import { formatPath } from '../../inventory/refusals.ts';
import { sayKind } from '../../inventory/live/kinds.ts';
import type { FieldPath } from '../../kubernetes/objects.ts';
import type { KubernetesObject } from '../../system.ts';
import type { FindingDraft, NamedTarget, Severity, UnknownDraft } from '../rule.ts';
import { changesOf, differencesOf, type FieldDifference } from './differences.ts';
import { type Manager, OURS } from './owners.ts';
import type { DriftInputs } from './types.ts';

export function* driftsOf({ comparison, noDryRun, namespace }: DriftInputs): Iterable<FindingDraft | UnknownDraft> {
  const { context, objects, extra, unlisted } = comparison;
  if (noDryRun !== undefined) yield { unknown: noDryRun };
  if (namespace !== undefined) yield { unknown: `Only namespace ${namespace} was compared, and what belongs to none.` };
  yield* notServed(objects, context);
  for (const one of objects) {
    if (one.state === 'missing') yield missing(one.rendered, context);
    else if (one.state === 'present') for (const field of fieldsOf(one)) yield changed(one, field, context);
  }
  for (const object of extra) yield unrendered(object, context);
  yield* groups(
    objects,
    ({ state, ...one }) => (state === 'unread' && 'why' in one ? one.why : undefined),
    'It cannot be told whether they differ',
  );
  yield* groups(
    objects,
    (one) => ('refused' in one ? one.refused : undefined),
    'They were compared by what they hold instead, without defaults',
  );
  yield* unlistedKinds(unlisted);
}

function fieldsOf(one: Extract<ComparedObject, { state: 'present' }>): readonly FieldDifference[] {
  const { live, applied, rendered } = one;
  return applied === undefined ? differencesOf(live, rendered.object) : changesOf(live, applied);
}

function missing(rendered: RenderedObject, context: string): FindingDraft {
  const { object, file } = rendered;
  return {
    on: target(object, context),
    path: ['metadata', 'name'],
    message: `It is rendered, and the cluster does not hold it.`,
    remedy: `Apply ${file}, or take it out of the document.`,
    drift: { change: 'missing', file },
  };
}

function changed(
  { live, rendered: { file } }: Extract<ComparedObject, { state: 'present' }>,
  { path, live: value, rendered, managers }: FieldDifference,
  context: string,
): FindingDraft {
  return {
    on: target(live, context),
    path,
    severity: severityOf(path, managers),
    message: sayField(formatPath(path), { value, rendered, managers }),
    remedy: managers.some(isScaling)
      ? 'Leave it: its autoscaler decides the number, and another apply would undo it for a while.'
      : `Apply ${file} again, or write the change into the document.`,
    drift: {
      change: 'changed',
      file,
      ...(value === undefined ? {} : { live: value }),
      ...(rendered === undefined ? {} : { rendered }),
      managers,
    },
  };
}

/** Labels and annotations are what people and tools leave; a number of pods that an autoscaler set is its work. */
function severityOf([first, second]: FieldPath, managers: readonly Manager[]): Severity {
  const isNote = first === 'metadata' && (second === 'labels' || second === 'annotations');
  return isNote || managers.some(isScaling) ? 'info' : 'warning';
}

function isScaling({ subresource }: Manager): boolean {
  return subresource === 'scale';
}

interface Said {
  readonly value: unknown;
  readonly rendered: unknown;
  readonly managers: readonly Manager[];
}

function sayField(field: string, { value, rendered, managers }: Said): string {
  const others = managers.filter(({ name, operation }) => name !== OURS || operation !== 'Apply');
  if (value === undefined) return `${field} is gone; Holdfast renders ${sayValue(rendered)}.`;
  const now = rendered === undefined ? 'Holdfast does not render it' : `Holdfast renders ${sayValue(rendered)}`;
  if (others.length > 0) return `${others.map(sayManager).join(' and ')} set ${field} to ${sayValue(value)}; ${now}.`;
  if (managers.length > 0) return `An earlier apply set ${field} to ${sayValue(value)}; ${now} now.`;
  return `${field} is ${sayValue(value)}, and no field manager claims it; ${now}.`;
}

function sayManager({ name, subresource }: Manager): string {
  const who = name === '' ? 'A manager without a name' : name;
  return subresource === undefined ? who : `${who} (through ${subresource})`;
}

const LONGEST_VALUE = 60;

function sayValue(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > LONGEST_VALUE ? `${text.slice(0, LONGEST_VALUE)}… (-o json shows all)` : text;
}

function unrendered(object: KubernetesObject, context: string): FindingDraft {
  return {
    on: target(object, context),
    path: ['metadata', 'labels'],
    severity: 'info',
    message: 'It carries the labels of Holdfast for this cluster, and the document does not render it.',
    remedy: 'Delete it if nothing uses it, or take the labels app.kubernetes.io/managed-by and part-of off it.',
    drift: { change: 'extra' },
  };
}

/** One finding for a kind: whoever installs it brings all of them back. */
function* notServed(objects: readonly ComparedObject[], context: string): Iterable<FindingDraft> {
  const kinds = new Map<string, RenderedObject[]>();
  for (const { state, rendered } of objects) {
    const key = `${rendered.object.kind} of ${rendered.object.apiVersion}`;
    if (state === 'not-served') kinds.set(key, [...(kinds.get(key) ?? []), rendered]);
  }
  for (const [kind, [first, ...others]] of kinds) {
    if (first === undefined) continue;
    const beside = others.length === 0 ? '' : `, and ${others.length} more of the kind`;
    yield {
      on: target(first.object, context),
      path: ['apiVersion'],
      message: `The cluster does not serve ${kind}: this object cannot be there${beside}.`,
      remedy: `Install what serves ${kind} (its chart or CRDs), then apply ${first.file}.`,
      drift: { change: 'not-served', file: first.file },
    };
  }
}

/** One sentence for all objects with the same reason. */
function* groups(
  objects: readonly ComparedObject[],
  reasonOf: (one: ComparedObject) => string | undefined,
  so: string,
): Iterable<UnknownDraft> {
  const byReason = new Map<string, string[]>();
  for (const one of objects) {
    const why = reasonOf(one)?.replace(/\.$/, '');
    if (why !== undefined) byReason.set(why, [...(byReason.get(why) ?? []), labelOf(one.rendered.object)]);
  }
  for (const [why, names] of byReason) yield { unknown: `${why}. ${so}: ${shortened(names)}.` };
}

function* unlistedKinds(unlisted: Comparison['unlisted']): Iterable<UnknownDraft> {
  const byReason = new Map<string, string[]>();
  for (const { kind, why } of unlisted) byReason.set(why, [...(byReason.get(why) ?? []), sayKind(kind)]);
  for (const [why, kinds] of byReason)
    yield { unknown: `${why} Objects that are rendered no more may be there unseen: ${shortened(kinds)}.` };
}

const NAMED = 5;

function shortened(names: readonly string[]): string {
  if (names.length <= NAMED) return names.join(', ');
  return `${names.slice(0, NAMED).join(', ')} and ${names.length - NAMED} more`;
}

/** The object as it was compared; its place is the cluster. */
function target(object: KubernetesObject, context: string): NamedTarget {
  return {
    kind: object.kind,
    namespace: namespaceOf(object),
    name: nameOf(object),
    sourced: { object, origin: { context } },
  };
}
