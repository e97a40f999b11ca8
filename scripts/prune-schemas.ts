/**
 * Copies released CRD schemas into test/schemas, pruned to the kinds that Holdfast renders: descriptions go, unknown
 * fields are forbidden, since an API server would drop them silently. Run by hand when a version or kind is added:
 *   node scripts/prune-schemas.ts DIRECTORY_WITH_RELEASED_CRDS
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { parseAllDocuments } from 'yaml';
import { isObject } from '../src/core/json.ts';
import { appliedKinds, wrapperKinds } from './rendered-kinds.ts';

const [directory] = process.argv.slice(2);
if (directory === undefined) throw new Error('usage: node scripts/prune-schemas.ts DIRECTORY_WITH_RELEASED_CRDS');
const target = join(import.meta.dirname, '..', 'test', 'schemas');
mkdirSync(target, { recursive: true });

for (const [file, kinds] of Object.entries({ ...appliedKinds, ...wrapperKinds })) {
  const schemas: Record<string, unknown> = {};
  for (const document of parseAllDocuments(readFileSync(join(directory, file), 'utf8'))) {
    const crd = document.toJS() as { kind?: string; spec?: CrdSpec } | null;
    if (crd?.kind !== 'CustomResourceDefinition' || !crd.spec || !kinds.includes(crd.spec.names.kind)) continue;
    for (const { name, served, schema } of crd.spec.versions) {
      if (served) schemas[`${crd.spec.group}/${name}/${crd.spec.names.kind}`] = strict(schema.openAPIV3Schema, true);
    }
  }
  const missing = kinds.filter((kind) => !Object.keys(schemas).some((key) => key.endsWith(`/${kind}`)));
  if (missing.length > 0) throw new Error(`${file} has no ${missing.join(', ')}`);
  writeFileSync(
    join(target, file.replace('.yaml', '.json.gz')),
    gzipSync(JSON.stringify({ source: file, schemas }), { level: 9 }),
  );
}

interface CrdSpec {
  readonly group: string;
  readonly names: { readonly kind: string };
  readonly versions: readonly {
    readonly name: string;
    readonly served: boolean;
    readonly schema: { readonly openAPIV3Schema: unknown };
  }[];
}

/** A structural schema as JSON Schema: no descriptions, no unknown fields, int-or-string spelled out. */
function strict(schema: unknown, top = false): unknown {
  if (!isObject(schema)) return schema;
  if (schema['x-kubernetes-int-or-string'] === true) return { type: ['integer', 'string'] };
  const open = schema['x-kubernetes-preserve-unknown-fields'] === true;
  const kept: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(schema)) {
    if (key === 'description' || key === 'default' || key === 'example' || key.startsWith('x-kubernetes')) continue;
    if (key === 'nullable') continue;
    kept[key] = key === 'properties' && isObject(value) ? mapValues(value) : nested(key, value);
  }
  if (isObject(schema['properties']) && !open && schema['additionalProperties'] === undefined) {
    kept['additionalProperties'] = false;
    if (top)
      kept['properties'] = {
        ...(kept['properties'] as object),
        apiVersion: { type: 'string' },
        kind: { type: 'string' },
        metadata: { type: 'object' },
      };
  }
  if (schema['nullable'] === true && typeof kept['type'] === 'string') kept['type'] = [kept['type'], 'null'];
  return kept;
}

function nested(key: string, value: unknown): unknown {
  if (key === 'items' || key === 'additionalProperties' || key === 'not') return strict(value);
  if (['anyOf', 'oneOf', 'allOf'].includes(key) && Array.isArray(value)) return value.map((one) => loose(one));
  return value;
}

/** Branches of anyOf and the like restrict what is already described: they must stay open. */
function loose(schema: unknown): unknown {
  if (!isObject(schema)) return schema;
  const { description: _, ...rest } = schema;
  return rest;
}

function mapValues(properties: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(properties).map(([key, value]) => [key, strict(value)]));
}
