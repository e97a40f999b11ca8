/**
 * Copies the keys of released chart values into test/schemas/charts, without their values and comments: every key that
 * Holdfast sets must be one of them. Run by hand when a chart or its version changes:
 *   node scripts/prune-charts.ts DIRECTORY_WITH_RELEASED_VALUES
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parse } from 'yaml';
import { isObject } from '../src/core/json.ts';

/** Released files that are read, and the maps in them whose keys are the reader's own. */
const WANTED: Readonly<Record<string, readonly string[]>> = {
  'cluster-autoscaler-9.59.0.values.yaml': ['extraArgs'],
  'gatekeeper-3.23.0.values.yaml': [],
  'karpenter-1.14.1.values.yaml': [],
  'keda-2.20.2.values.yaml': [],
  'metrics-server-3.13.1.values.yaml': [],
  'nvidia-device-plugin-0.20.0.values.yaml': [],
};

const [directory] = process.argv.slice(2);
if (directory === undefined) throw new Error('usage: node scripts/prune-charts.ts DIRECTORY_WITH_RELEASED_VALUES');
const target = join(import.meta.dirname, '..', 'test', 'schemas', 'charts');
mkdirSync(target, { recursive: true });

for (const [file, open] of Object.entries(WANTED)) {
  const keys = keysOf(parse(readFileSync(join(directory, file), 'utf8')), open, '');
  const name = basename(file, '.values.yaml');
  writeFileSync(join(target, `${name}.json`), `${JSON.stringify({ source: file, keys })}\n`);
}

/** A map as the map of its keys; `true` for a leaf, and for a map that is empty or open: below it, any key is right. */
function keysOf(value: unknown, open: readonly string[], path: string): unknown {
  if (!isObject(value) || Object.keys(value).length === 0 || open.includes(path)) return true;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, keysOf(inner, open, path === '' ? key : `${path}.${key}`)]),
  );
}
