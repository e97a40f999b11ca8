/** Validates rendered objects with the released schemas in test/schemas; kinds without one are the API server's to judge. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { Ajv, type ValidateFunction } from 'ajv';
import type { KubernetesObject } from '../../src/system.ts';

const directory = join(import.meta.dirname, '..', 'schemas');
/** CRD patterns are Go's, which write `(?i)` inside the pattern where JavaScript has a flag. */
const goPattern = Object.assign(
  (pattern: string, flags: string): RegExp =>
    new RegExp(pattern.replace('(?i)', ''), pattern.includes('(?i)') ? `${flags}i` : flags),
  {
    code: 'goPattern',
  },
);
const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false, code: { regExp: goPattern } });
const schemas = new Map<string, unknown>();
const compiled = new Map<string, ValidateFunction>();

for (const file of readdirSync(directory).filter((name) => name.endsWith('.json.gz'))) {
  const content = JSON.parse(gunzipSync(readFileSync(join(directory, file))).toString('utf8')) as {
    schemas: Record<string, unknown>;
  };
  for (const [key, schema] of Object.entries(content.schemas)) schemas.set(key, schema);
}

/** True if there is a released schema for the object. */
export function hasSchema(object: Pick<KubernetesObject, 'apiVersion' | 'kind'>): boolean {
  return schemas.has(`${object.apiVersion}/${object.kind}`);
}

/** Faults of an object, empty when it is right or when no released CRD describes it. */
export function validateObject(object: KubernetesObject): readonly string[] {
  const key = `${object.apiVersion}/${object.kind}`;
  const schema = schemas.get(key);
  if (schema === undefined) return [];
  const validate = compiled.get(key) ?? ajv.compile(schema as object);
  compiled.set(key, validate);
  if (validate(JSON.parse(JSON.stringify(object)))) return [];
  return (validate.errors ?? []).map(
    ({ instancePath, message, params }) => `${key} ${instancePath || '/'} ${message} ${JSON.stringify(params)}`,
  );
}
