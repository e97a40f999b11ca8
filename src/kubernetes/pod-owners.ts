/**
 * Custom resources whose controllers make pods, as a person describes them: `kind: PodOwnerList`. Each acts as a Deployment
 * or a StatefulSet does; where it keeps what those keep is said by paths.
 */
import { z } from 'zod';
import type { Position, Problem } from '../core/error.ts';
import { isObject } from '../core/json.ts';
import { API_VERSION } from '../spec/cluster.ts';
import type { DocumentText } from '../spec/parse.ts';
import { problemsOf } from '../spec/problems.ts';
import { readYaml } from '../spec/yaml-source.ts';
import type { FieldPath, Labels, Refuse } from './objects.ts';
import { at } from './objects.ts';
import type { WorkloadSpec } from './pod-template.ts';
import { readWorkload, workloadKind } from './pod-template.ts';

export const OWNERS_KIND = 'PodOwnerList';

export interface PodOwner {
  readonly group: string;
  readonly kind: string;
  readonly actsAs: 'Deployment' | 'StatefulSet';
  readonly template: FieldPath;
  readonly replicas: FieldPath | number;
  /** Undefined: the labels of the pods. */
  readonly selector: FieldPath | undefined;
  readonly podLabels: Labels;
  readonly volumeClaimTemplates: FieldPath;
  readonly maxUnavailable: FieldPath | number | string | undefined;
  readonly maxSurge: FieldPath | number | string | undefined;
  /** Where it is described. */
  readonly at: Position;
}

const STEP = String.raw`(?:\.[A-Za-z_][\w-]*|\[\d+\]|\["[^"\]]+"\])`;
const PATH = new RegExp(`^[A-Za-z_][\\w-]*${STEP}*$`);
const PERCENT = /^\d{1,3}%$/;
const NAME = '{name}';

const path = (means: string) =>
  z
    .string()
    .regex(PATH, 'a path, like spec.template or spec.template.metadata.annotations["example.com/scale"]')
    .describe(means);
const amount = (means: string) =>
  z
    .union([
      z.int().min(0),
      z.string().refine((text) => PERCENT.test(text) || PATH.test(text), 'a percentage or a path'),
    ])
    .optional()
    .describe(means);

const owner = z
  .strictObject({
    group: z
      .string()
      .regex(/^[a-z0-9](?:[-a-z0-9.]*[a-z0-9])?$/, 'the part of apiVersion before the slash, like apps.kruise.io')
      .describe('The part of apiVersion before the slash, `apps.kruise.io`; every version of it is meant.'),
    kind: z
      .string()
      .regex(/^[A-Z][A-Za-z0-9]*$/, 'a kind, like CloneSet')
      .describe('The kind, `CloneSet`.'),
    actsAs: z
      .enum(['Deployment', 'StatefulSet'])
      .describe('How its controller keeps and replaces pods: any in any order, or one ordinal after the other.'),
    template: path('Where its pod template is.').default('spec.template'),
    replicas: z
      .union([z.int().min(0), path('Where it says how many.')])
      .default('spec.replicas')
      .describe('Where it says how many pods it wants, 1 when it says nothing there; or how many they always are.'),
    selector: path('Where its label selector is. Default: all labels of its pods.').optional(),
    podLabels: z
      .record(z.string().min(1), z.string())
      .default({})
      .describe('Labels that its controller adds to the pods; `{name}` stands for its name.'),
    volumeClaimTemplates: path('Where a StatefulSet-like one keeps its claims.').default('spec.volumeClaimTemplates'),
    maxUnavailable: amount('How many may be away in an update, or where it says so. Default: as its model.'),
    maxSurge: amount('How many more there may be in an update, or where it says so. Default: as a Deployment.'),
  })
  .describe('One kind that makes pods.');

/** The schema of a file of owners. */
export const podOwnersSchema = z.strictObject({
  apiVersion: z.literal(API_VERSION).describe('Version of this form.'),
  kind: z.literal(OWNERS_KIND).describe('Always PodOwnerList.'),
  owners: z.array(owner).min(1).describe('Kinds that make pods.'),
});

type Written = z.output<typeof owner>;

/** Parses a file of owners; `taken` are those of files before. With problems there are none. */
export function parsePodOwners(
  { text, file }: DocumentText,
  taken: readonly PodOwner[],
): { readonly owners: readonly PodOwner[]; readonly problems: readonly Problem[] } {
  const { source, problems } = readYaml(text, file);
  if (problems.length > 0) return { owners: [], problems };
  const [document, second] = source.documents.filter(({ value }) => value !== null && value !== undefined);
  if (document === undefined || second !== undefined) {
    const at = second?.locate([]) ?? { file, line: 1, column: 1 };
    const message = second === undefined ? 'the file holds no owners' : 'the text holds a second document';
    const expected = `apiVersion: ${API_VERSION}, kind: ${OWNERS_KIND}, owners: []`;
    return { owners: [], problems: [{ code: 'not-owners', message, at, expected }] };
  }
  const result = podOwnersSchema.safeParse(document.value);
  if (!result.success) return { owners: [], problems: problemsOf(result.error.issues, podOwnersSchema, document) };
  const owners = result.data.owners.map((one, index) => ownerOf(one, document.locate(['owners', index])));
  const wrong = owners.flatMap((one, index): readonly Problem[] => {
    const why = whyNot(one, [...taken, ...owners.slice(0, index)]);
    if (why === undefined) return [];
    const at = document.locate(['owners', index, 'kind']);
    return [{ code: 'taken-kind', message: why, path: `owners[${index}].kind`, at }];
  });
  return wrong.length > 0 ? { owners: [], problems: wrong } : { owners, problems: [] };
}

function whyNot({ group, kind }: PodOwner, before: readonly PodOwner[]): string | undefined {
  if (workloadKind({ apiVersion: `${group}/v1`, kind }) !== undefined) return `${kind} of ${group} is known already`;
  return before.some((one) => one.group === group && one.kind === kind)
    ? `${kind} of ${group} is described twice`
    : undefined;
}

function ownerOf(written: Written, position: Position): PodOwner {
  const { group, kind, actsAs, podLabels, replicas, selector } = written;
  return {
    group,
    kind,
    actsAs,
    template: fieldPath(written.template),
    replicas: typeof replicas === 'number' ? replicas : fieldPath(replicas),
    selector: selector === undefined ? undefined : fieldPath(selector),
    podLabels,
    volumeClaimTemplates: fieldPath(written.volumeClaimTemplates),
    maxUnavailable: amountOf(written.maxUnavailable),
    maxSurge: amountOf(written.maxSurge),
    at: position,
  };
}

function amountOf(written: number | string | undefined): PodOwner['maxSurge'] {
  return typeof written === 'string' && !PERCENT.test(written) ? fieldPath(written) : written;
}

/** `spec.template.metadata.annotations["a.example.com/b"]`, `spec.sets[0].template`. */
function fieldPath(text: string): FieldPath {
  return [...text.matchAll(/\["([^"]+)"\]|\[(\d+)\]|([^.[\]]+)/g)].map(
    ([, quoted, place, word]) => quoted ?? (place === undefined ? (word ?? '') : Number(place)),
  );
}

/** True when the object holds what its owner's description says of pods. */
export function hasTemplate({ template }: PodOwner, object: unknown): boolean {
  return Array.isArray(at(object, ...template, 'spec', 'containers'));
}

/** Reads the object as the Deployment or StatefulSet that would make the same pods. */
export function readOwned(owner: PodOwner, object: unknown, refuse?: Refuse): WorkloadSpec | undefined {
  const name = at(object, 'metadata', 'name');
  const added = Object.entries(owner.podLabels).map(([key, value]) => [
    key,
    value.replaceAll(NAME, typeof name === 'string' ? name : ''),
  ]);
  const template = at(object, ...owner.template);
  const written = at(template, 'metadata', 'labels');
  const labels: unknown =
    isObject(written) || added.length > 0 ? { ...asObject(written), ...Object.fromEntries(added) } : written;
  const spec = readWorkload(owner.actsAs, standIn(owner, object, { template, labels }), (refusal) =>
    refuse?.({ ...refusal, path: fieldIn(owner, refusal.path) ?? ['spec'] }),
  );
  return spec === undefined ? undefined : { ...spec, templatePath: owner.template };
}

function standIn(
  owner: PodOwner,
  object: unknown,
  { template, labels }: { readonly template: unknown; readonly labels: unknown },
): object {
  const { actsAs, replicas, selector, volumeClaimTemplates } = owner;
  const selected = selector === undefined ? undefined : at(object, ...selector);
  const rollingUpdate = {
    maxUnavailable: amountIn(object, owner.maxUnavailable),
    maxSurge: amountIn(object, owner.maxSurge),
  };
  return {
    metadata: at(object, 'metadata'),
    spec: {
      replicas: typeof replicas === 'number' ? replicas : numberOf(at(object, ...replicas)),
      selector: selected === undefined ? { matchLabels: labels } : asSelector(selected),
      template: { ...asObject(template), metadata: { ...asObject(at(template, 'metadata')), labels } },
      [actsAs === 'Deployment' ? 'strategy' : 'updateStrategy']: { rollingUpdate },
      ...(actsAs === 'StatefulSet' ? { volumeClaimTemplates: at(object, ...volumeClaimTemplates) } : {}),
    },
  };
}

/** A number in an annotation is text. */
function numberOf(value: unknown): unknown {
  return typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : value;
}

function amountIn(object: unknown, amount: PodOwner['maxSurge']): unknown {
  return typeof amount === 'object' ? at(object, ...amount) : amount;
}

/** Some kinds select by a plain map of labels. */
function asSelector(selector: unknown): unknown {
  if (!isObject(selector) || 'matchLabels' in selector || 'matchExpressions' in selector) return selector;
  return { matchLabels: selector };
}

function asObject(value: unknown): object {
  return isObject(value) ? value : {};
}

/**
 * Where the object keeps what a Deployment or StatefulSet keeps at this path; undefined when it is not known to. Paths into
 * the object's own template are its own already.
 */
export function fieldIn(owner: PodOwner, path: FieldPath): FieldPath | undefined {
  if (path[0] !== 'spec' || owner.template.every((step, index) => path[index] === step)) return path;
  const [, field, ...rest] = path;
  const last = rest.at(-1);
  const known = {
    template: [...owner.template, ...rest],
    replicas: pathOf(owner.replicas),
    selector: owner.selector,
    volumeClaimTemplates: [...owner.volumeClaimTemplates, ...rest],
    strategy: last === 'maxUnavailable' || last === 'maxSurge' ? pathOf(owner[last]) : undefined,
    updateStrategy: last === 'maxUnavailable' ? pathOf(owner.maxUnavailable) : undefined,
  };
  return Object.hasOwn(known, String(field)) ? known[field as keyof typeof known] : undefined;
}

function pathOf(value: PodOwner['maxSurge']): FieldPath | undefined {
  return typeof value === 'object' ? value : undefined;
}
