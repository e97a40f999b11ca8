/** Damaged manifests through the whole check, shared by the tests and `npm run fuzz -- --manifests`. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { check } from '../../src/check/check.ts';
import { makeReadableWorld } from '../../src/cli/world-inputs.ts';
import { type Random, seeded } from '../../src/core/random.ts';
import { HoldfastError } from '../../src/core/error.ts';
import { mutate } from './mutate.ts';

const fixtures = join(import.meta.dirname, '..', 'fixtures');

/** Groups of a few objects that belong together, as values: fixtures of rules, and pieces of well-made applications. */
export function manifestGroups(): readonly (readonly unknown[])[] {
  const files = ['check', 'clean'].flatMap((folder) =>
    readdirSync(join(fixtures, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.yaml'))
      .sort()
      .map((name) => join(fixtures, folder, name)),
  );
  return files.map((file) =>
    parseAllDocuments(readFileSync(file, 'utf8'))
      .map((document): unknown => ('toJS' in document ? document.toJS() : undefined))
      .filter((value) => value !== null && value !== undefined && (value as { kind?: string }).kind !== 'Cluster')
      .slice(0, 14),
  );
}

/** What no field of the API is meant to hold, and what some are. */
const VALUES: readonly unknown[] = [
  null,
  true,
  -1,
  0,
  1,
  1.5,
  1e308,
  Number.MAX_SAFE_INTEGER,
  2 ** 53,
  '',
  '100%',
  '-5%',
  'x'.repeat(5_000),
  '\u0000',
  '__proto__',
  '💥',
  [],
  {},
  [[[[]]]],
  [null],
  [{}],
  ['a', 1],
  { a: { b: { c: [] } } },
  { matchLabels: { a: 1 } },
  { matchExpressions: [{ key: 'a', operator: 'In' }] },
];

/** The same value with something in it replaced, taken away or doubled. */
function damaged(value: unknown, random: Random): unknown {
  if (value === null || typeof value !== 'object' || random.int(12) === 0) return VALUES[random.int(VALUES.length)];
  if (Array.isArray(value)) {
    const at = random.int(value.length + 1);
    if (random.int(8) === 0) return [...value, ...value];
    return value.map((item, index) => (index === at ? damaged(item, random) : item));
  }
  const keys = Object.keys(value);
  const key = keys[random.int(keys.length)];
  if (key === undefined) return VALUES[random.int(VALUES.length)];
  const copy: Record<string, unknown> = { ...value };
  if (random.int(8) === 0) delete copy[key];
  else copy[key] = damaged(copy[key], random);
  return copy;
}

/** What went wrong; undefined when nothing did: findings and problems are what is wanted. */
export function tryManifests(groups: readonly (readonly unknown[])[], seed: number): string | undefined {
  const random = seeded(seed);
  let objects: readonly unknown[] = groups[random.int(groups.length)] ?? [];
  const times = 1 + random.int(6);
  for (let time = 0; time < times; time += 1) {
    const at = random.int(objects.length);
    objects = objects.map((object, index) => (index === at ? damaged(object, random) : object));
  }
  const json = objects.map((object) => JSON.stringify(object ?? null)).join('\n---\n');
  const text = random.int(5) === 0 ? mutate(json, random) : json;
  try {
    const { world, plan } = makeReadableWorld({
      texts: [{ file: 'damaged.yaml', text, named: true }],
      named: [],
      kubernetesVersion: undefined,
    });
    JSON.stringify(check(world, { plan, failures: 2 }));
    return undefined;
  } catch (error) {
    if (error instanceof HoldfastError) return undefined;
    return error instanceof Error ? (error.stack ?? error.message) : String(error);
  }
}
