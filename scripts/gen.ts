/**
 * Writes everything that is generated: JSON Schemas, the reference of the document, a page per system and per rule. With --check
 * it writes nothing and fails when a file is not what it would write.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { documentReference } from './gen/document-reference.ts';
import {
  clusterJsonSchema,
  otherJsonSchemas,
  ownRulesJsonSchema,
  podOwnersJsonSchema,
  scenarioJsonSchema,
  waiversJsonSchema,
} from './gen/json-schema.ts';
import { rulePages } from './gen/rule-pages.ts';
import { systemPages } from './gen/system-pages.ts';

export interface GeneratedFile {
  readonly path: string;
  readonly text: string;
}

const root = join(import.meta.dirname, '..');
const check = process.argv.includes('--check');
const files: readonly GeneratedFile[] = [
  jsonFile('schema/cluster.schema.json', clusterJsonSchema()),
  jsonFile('schema/scenario.schema.json', scenarioJsonSchema()),
  jsonFile('schema/rules.schema.json', ownRulesJsonSchema()),
  jsonFile('schema/owners.schema.json', podOwnersJsonSchema()),
  jsonFile('schema/waivers.schema.json', waiversJsonSchema()),
  ...otherJsonSchemas().map(({ path, schema }) => jsonFile(path, schema)),
  { path: 'docs/document.md', text: documentReference() },
  ...systemPages(),
  ...rulePages(),
];

const stale = files.filter(
  ({ path, text }) => !existsSync(join(root, path)) || readFileSync(join(root, path), 'utf8') !== text,
);
if (!check) {
  for (const { path, text } of stale) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
}
for (const { path } of stale) console.log(`${check ? 'not up to date' : 'wrote'}: ${path}`);
if (check && stale.length > 0) {
  console.error('Run `npm run gen` and commit what it writes.');
  process.exitCode = 1;
}

function jsonFile(path: string, value: unknown): GeneratedFile {
  return { path, text: `${JSON.stringify(value, null, 2)}\n` };
}
