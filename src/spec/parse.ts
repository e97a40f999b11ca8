/**
 * The cluster document: text → typed values with their places, or every problem at once. The sections of the systems
 * come in as schemas, since this layer lies under them.
 */
import { z, type ZodType } from 'zod';
import { nearest } from '../core/nearest.ts';
import type { Position, Problem } from '../core/error.ts';
import { isObject } from '../core/json.ts';
import { API_VERSION, baseSpec, type Cluster, KIND } from './cluster.ts';
import { contradictionsOf } from './contradictions.ts';
import { name } from './fields.ts';
import { formatPath, problemsOf } from './problems.ts';
import { type PathSegment, readYaml, type YamlDocument } from './yaml-source.ts';

export interface ParsedDocument {
  readonly cluster: Cluster;
  /** Parsed sections of the systems by key. */
  readonly sections: { readonly [key: string]: unknown };
  /** The document as written, without defaults. */
  readonly raw: unknown;
  readonly file: string;
  /** Where a path (`spec.pools[1].zones`) stands in the text. */
  locate(path: string): Position;
  /** Where its key stands, or that of the nearest field above it that is written. */
  readonly locateField: (path: readonly PathSegment[]) => Position;
}

export interface DocumentText {
  readonly text: string;
  /** For messages: a path, or `<stdin>`. */
  readonly file: string;
}

export type SectionSchemas = Readonly<Record<string, ZodType>>;

/** The schema of a whole document with the given sections. */
export function documentSchema(sections: SectionSchemas) {
  const optional = Object.fromEntries(Object.entries(sections).map(([key, schema]) => [key, schema]));
  return z.strictObject({
    apiVersion: z.literal(API_VERSION).describe('Version of this form.'),
    kind: z.literal(KIND).describe('Always Cluster.'),
    metadata: z
      .strictObject({
        name: name().max(40).describe('Name of the cluster; machines, files and runbooks are named after it.'),
      })
      .describe('Who the cluster is.'),
    spec: z.strictObject({ ...baseSpec, ...optional }).describe('What the cluster shall be.'),
  });
}

/** Parses a document. With problems there is no document; nothing is thrown for any text. */
export function parseDocument(
  { text, file }: DocumentText,
  sections: SectionSchemas,
): { document?: ParsedDocument; problems: readonly Problem[] } {
  const { source, problems } = readYaml(text, file);
  if (problems.length > 0) return { problems };
  const chosen = chooseDocument(source.documents, file);
  if ('code' in chosen) return { problems: [chosen] };
  const schema = documentSchema(sections);
  const result = schema.safeParse(chosen.value);
  if (!result.success) return { problems: problemsOf(result.error.issues, schema, chosen) };
  const document = toParsed(result.data, { yaml: chosen, file, keys: Object.keys(sections) });
  const against = contradictionsOf(document.cluster).map((one) => ({ ...one, at: document.locate(one.path) }));
  return against.length > 0 ? { problems: against } : { document, problems: [] };
}

function toParsed(
  data: z.output<ReturnType<typeof documentSchema>>,
  from: { yaml: YamlDocument; file: string; keys: readonly string[] },
): ParsedDocument {
  const spec = data.spec as Record<string, unknown>;
  const base = Object.fromEntries(Object.keys(baseSpec).map((key) => [key, spec[key]]));
  const controlPlane = spec['controlPlane'] as Cluster['controlPlane'] | undefined;
  return {
    cluster: { name: data.metadata.name, ...base, controlPlane: { kind: controlPlane?.kind ?? 'kubeadm' } } as Cluster,
    sections: Object.fromEntries(from.keys.map((key) => [key, spec[key]])),
    raw: from.yaml.value,
    file: from.file,
    locate: (path) => from.yaml.locate(pathSegments(path)),
    locateField: (path) => fieldPosition(from.yaml, path),
  };
}

function fieldPosition(yaml: YamlDocument, path: readonly PathSegment[]): Position {
  if (path.length === 0) return yaml.locate([]);
  if (yaml.written(path) === undefined) return fieldPosition(yaml, path.slice(0, -1));
  return typeof path.at(-1) === 'number' ? yaml.locate(path) : yaml.locateKey(path);
}

/** `spec.pools[1].zones` → its segments. */
export function pathSegments(path: string): readonly PathSegment[] {
  return [...path.matchAll(/([^.[\]]+)|\[(\d+)\]/g)].map(([, key, index]) =>
    index === undefined ? (key ?? '') : Number(index),
  );
}

/** The one document of our kind in a text that may hold others beside it. */
function chooseDocument(documents: readonly YamlDocument[], file: string): YamlDocument | Problem {
  const written = documents.filter(({ value }) => value !== null && value !== undefined);
  const ours = written.filter(({ value }) => isObject(value) && value['apiVersion'] === API_VERSION);
  const [first, second] = ours;
  if (second) {
    return {
      code: 'two-documents',
      message: 'the text holds a second cluster document',
      at: second.locate([]),
      expected: 'one document with apiVersion holdfast.dev/v1',
      hint: 'One document describes one cluster: write one file for each.',
    };
  }
  if (first) return first;
  const [only] = written;
  if (written.length === 1 && only && isObject(only.value)) return wrongVersion(only);
  return {
    code: written.length === 0 ? 'empty' : 'not-a-document',
    message: written.length === 0 ? 'the document is empty' : 'the text holds no cluster document',
    at: only?.locate([]) ?? { file, line: 1, column: 1 },
    expected: `apiVersion: ${API_VERSION}, kind: ${KIND}`,
    hint: 'holdfast init writes one to start from.',
  };
}

function wrongVersion(only: YamlDocument): Problem {
  const value = only.value as Record<string, unknown>;
  const key =
    Object.keys(value).find((candidate) => candidate === 'apiVersion') ?? nearest('apiVersion', Object.keys(value));
  const path = key === undefined ? [] : [key];
  const found = only.written(path);
  return {
    code: key === 'apiVersion' ? 'wrong-api-version' : 'missing',
    message: key === 'apiVersion' ? 'apiVersion is not one that this version knows' : 'apiVersion is missing',
    path: 'apiVersion',
    at: only.locate(path),
    ...(found === undefined || path.length === 0 ? {} : { found }),
    expected: API_VERSION,
    ...(key !== undefined && key !== 'apiVersion'
      ? { hint: `Did you mean apiVersion instead of ${formatPath([key])}?` }
      : {}),
  };
}
