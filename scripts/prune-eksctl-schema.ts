/**
 * Copies eksctl's own JSON Schema of ClusterConfig into test/schemas, pruned to what the schema of that kind reaches and
 * without descriptions. Run by hand when the version changes:
 *   node scripts/prune-eksctl-schema.ts PATH_OF/pkg/apis/eksctl.io/v1alpha5/assets/schema.json
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { isObject } from '../src/core/json.ts';

const NAME = 'eksctl-v0.230.0';
/** Keywords for readers; a field of the same name is a map and stays. */
const TEXTS = new Set(['description', 'x-intellij-html-description', 'default', 'examples']);

const [file] = process.argv.slice(2);
if (file === undefined) throw new Error('usage: node scripts/prune-eksctl-schema.ts SCHEMA_JSON');
const { definitions } = JSON.parse(readFileSync(file, 'utf8')) as { definitions: Record<string, unknown> };
const reached = new Map<string, unknown>();
visit('ClusterConfig');
const schema = { $ref: '#/definitions/ClusterConfig', definitions: Object.fromEntries(reached) };
const content = {
  source: 'eksctl pkg/apis/eksctl.io/v1alpha5/assets/schema.json',
  schemas: { 'eksctl.io/v1alpha5/ClusterConfig': schema },
};
writeFileSync(
  join(import.meta.dirname, '..', 'test', 'schemas', `${NAME}.json.gz`),
  gzipSync(JSON.stringify(content), { level: 9 }),
);

function visit(name: string): void {
  const key = plain(name);
  if (reached.has(key)) return;
  reached.set(key, undefined);
  reached.set(key, pruned(definitions[name]));
}

/** Without texts; references lead to plain names, since the original ones hold characters that no URI may. */
function pruned(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(pruned);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key, inner]) => !(TEXTS.has(key) && typeof inner === 'string'))
      .map(([key, inner]) => [key, key === '$ref' && typeof inner === 'string' ? referred(inner) : pruned(inner)]),
  );
}

function referred(reference: string): string {
  const name = reference.replace('#/definitions/', '');
  visit(name);
  return `#/definitions/${plain(name)}`;
}

function plain(name: string): string {
  return name.replaceAll(/[^A-Za-z0-9.]/g, '_');
}
