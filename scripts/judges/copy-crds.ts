/**
 * Copies released CustomResourceDefinitions into test/e2e/crds, whole but for their descriptions and the versions
 * that are not rendered: an API server that has them judges defaults, CEL rules and unknown fields as in production.
 * Run by hand when a version or kind is added: node scripts/judges/copy-crds.ts DIRECTORY_WITH_RELEASED_CRDS
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { parseAllDocuments } from 'yaml';
import { isObject } from '../../src/core/json.ts';
import { appliedKinds, neededKinds } from '../rendered-kinds.ts';

interface Crd {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly annotations?: Readonly<Record<string, string>> };
  readonly spec: {
    readonly group: string;
    readonly scope: string;
    readonly names: { readonly kind: string };
    readonly versions: readonly { readonly name: string; readonly served: boolean; readonly storage: boolean }[];
  };
}

const [directory] = process.argv.slice(2);
if (directory === undefined) throw new Error('usage: node scripts/judges/copy-crds.ts DIRECTORY_WITH_RELEASED_CRDS');
const target = join(import.meta.dirname, '..', '..', 'test', 'e2e', 'crds');
mkdirSync(target, { recursive: true });

for (const [file, rendered] of Object.entries(appliedKinds)) {
  const kinds = [...rendered, ...(neededKinds[file] ?? [])];
  const crds = parseAllDocuments(readFileSync(join(directory, file), 'utf8'))
    .map((document) => document.toJS() as Crd | null)
    .filter((crd) => crd?.kind === 'CustomResourceDefinition' && kinds.includes(crd.spec.names.kind))
    .map((crd) => pruned(crd as Crd, file in neededKinds));
  const missing = kinds.filter((kind) => !crds.some(({ spec }) => spec.names.kind === kind));
  if (missing.length > 0) throw new Error(`${file} has no ${missing.join(', ')}`);
  writeFileSync(join(target, file.replace('.yaml', '.json.gz')), gzipSync(JSON.stringify(crds), { level: 9 }));
}

/**
 * Without conversion webhooks, which no test runs, only the storage version can be served; a controller that runs reads
 * others too, of kinds that are converted without a webhook.
 */
function pruned({ apiVersion, kind, metadata, spec }: Crd, isRun: boolean): Crd {
  const { conversion: _, ...rest } = spec as Crd['spec'] & { conversion?: unknown };
  const kept = spec.versions.filter(({ storage, served }) => storage || (isRun && served));
  const stored = kept.map((version) => withoutDescriptions(version));
  const approval = Object.entries(metadata.annotations ?? {}).filter(([key]) =>
    key.startsWith('api-approved.kubernetes.io'),
  );
  return {
    apiVersion,
    kind,
    metadata: { name: metadata.name, annotations: Object.fromEntries(approval) },
    spec: { ...rest, versions: stored as Crd['spec']['versions'] },
  };
}

/** Drops `description` where it is text; a property that is called description is a schema and stays. */
function withoutDescriptions(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutDescriptions);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key, inner]) => !(key === 'description' && typeof inner === 'string'))
      .map(([key, inner]) => [key, withoutDescriptions(inner)]),
  );
}
