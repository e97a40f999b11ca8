/**
 * Every way to change one thing of a cluster document, found from its schema: each leaf gets other values of its
 * type, each list loses and gains an element. Used to hold `Decision.from` to the truth and to mutate documents.
 */
import type { ZodType } from 'zod';
import { isObject } from '../../src/core/json.ts';
import { unwrap } from '../../src/spec/schema-walk.ts';

export interface Perturbation {
  /** Without indexes: `spec.regions[].zones`. */
  readonly path: string;
  /** True when the shape changed (an element more or less) and not one leaf. */
  readonly structural: boolean;
  readonly label: string;
  readonly document: unknown;
}

type Segment = string | number;

interface Definition {
  readonly type: string;
  readonly shape?: Readonly<Record<string, ZodType>>;
  readonly element?: ZodType;
  readonly valueType?: ZodType;
  readonly entries?: Readonly<Record<string, string>>;
  readonly in?: ZodType;
  readonly innerType?: ZodType;
}

/** All single changes of a document that the schema knows, valid or not. */
export function perturbations(document: unknown, schema: ZodType): readonly Perturbation[] {
  return walk(schema, [], document).flatMap(({ at, values, structural }) =>
    values.map((value) => ({
      path: generalPath(at, structural),
      structural,
      label: `${at.join('.')} = ${value === undefined ? '(not written)' : JSON.stringify(value)}`,
      document: withValue(document, at, value),
    })),
  );
}

interface Change {
  readonly at: readonly Segment[];
  readonly values: readonly unknown[];
  readonly structural: boolean;
}

const LEFT_ALONE = new Set(['apiVersion', 'kind']);

function walk(schema: ZodType, at: readonly Segment[], value: unknown): readonly Change[] {
  const unit = unitOf(schema);
  if (unit !== undefined) return [leaf(at, value, WRITTEN[unit] ?? [])];
  const [inner] = unwrap(schema);
  if (!inner) return [];
  const { type, shape, element, valueType, entries } = inner._zod.def as unknown as Definition;
  if (shape) {
    const written = isObject(value) ? value : {};
    return Object.entries(shape)
      .filter(([key]) => !(at.length === 0 && LEFT_ALONE.has(key)))
      .flatMap(([key, field]) => walk(field, [...at, key], written[key]));
  }
  if (element) return walkList(element, at, Array.isArray(value) ? value : []);
  if (valueType) return [leaf(at, value, [{ perturbed: 'yes' }])];
  if (type === 'enum') return [leaf(at, value, Object.values(entries ?? {}))];
  if (type === 'boolean') return [leaf(at, value, [true, false])];
  if (type === 'number') return [leaf(at, value, numbersAround(value))];
  if (type === 'string') return [leaf(at, value, stringsFor(at, value))];
  return [];
}

function walkList(element: ZodType, at: readonly Segment[], list: readonly unknown[]): readonly Change[] {
  const changes: Change[] = [];
  const isLeaf = !('shape' in ((unwrap(element)[0]?._zod.def as unknown as Definition | undefined) ?? {}));
  if (list.length > 1) changes.push({ at, values: [list.slice(0, -1), list.slice(1)], structural: !isLeaf });
  const last = list.at(-1);
  if (last !== undefined) changes.push({ at, values: [[...list, renamed(last)]], structural: !isLeaf });
  else if (isLeaf) changes.push({ at, values: [['perturbed']], structural: false });
  else changes.push({ at, values: [[{ name: 'perturbed' }], [minimal(element)]], structural: true });
  if (!isLeaf) {
    for (const [index, item] of list.entries()) {
      if (index === 0 || index === list.length - 1) changes.push(...walk(element, [...at, index], item));
    }
  }
  return changes;
}

/** The least value of an object schema: every field that has no default gets a plausible text. */
function minimal(schema: ZodType): unknown {
  const [inner] = unwrap(schema);
  const { shape } = (inner?._zod.def as unknown as Definition | undefined) ?? { shape: undefined };
  const required = Object.entries(shape ?? {}).filter(([, field]) => !field.safeParse(undefined).success);
  return Object.fromEntries(required.map(([key, field]) => [key, guess(field)]));
}

function guess(schema: ZodType): unknown {
  const unit = unitOf(schema);
  if (unit !== undefined) return WRITTEN[unit]?.[0];
  const [inner] = unwrap(schema);
  const definition = inner?._zod.def as unknown as Definition | undefined;
  if (definition?.type === 'enum') return Object.values(definition.entries ?? {})[0];
  if (definition?.type === 'number') return 3;
  if (definition?.type === 'boolean') return true;
  if (definition?.shape && inner) return minimal(inner);
  return 'perturbed';
}

function renamed(value: unknown): unknown {
  if (typeof value === 'string') return `${value}-more`;
  if (!isObject(value)) return value;
  const name = typeof value['name'] === 'string' ? { name: `${value['name']}-more` } : {};
  const zones =
    Array.isArray(value['zones']) && !('machine' in value || 'nodesPerZone' in value)
      ? { zones: value['zones'].map((zone) => `${String(zone)}-more`) }
      : {};
  return { ...value, ...name, ...zones };
}

function leaf(at: readonly Segment[], value: unknown, candidates: readonly unknown[]): Change {
  const others = candidates.filter((candidate) => JSON.stringify(candidate) !== JSON.stringify(value));
  return { at, values: value === undefined ? others : [...others, undefined], structural: false };
}

/** Values by the unit that src/spec/fields.ts gives a written form. */
const WRITTEN: Readonly<Record<string, readonly string[]>> = {
  duration: ['1ms', '30ms', '300ms', '1s', '5s', '20s', '45s', '75s', '2m', '4m', '10m', '1h', '6h', '24h', '30d'],
  percentage: ['50%', '70%', '90%', '99%', '99.9%', '99.99%', '99.9999%'],
  'quantity of bytes': ['100Ki', '1Mi', '2Mi', '100Mi', '1Gi', '4Gi', '8Gi', '10Gi', '64Gi', '1Ti'],
  'quantity of CPU': ['100m', '500m', '1', '2', '8', '64'],
  rate: ['1/min', '10/min', '50/min', '5/s', '500/s', '20000/s'],
  'monthly amount of money': ['1 USD', '5000 USD', '900000 USD'],
  'CIDR range': ['10.128.0.0/12', '172.16.0.0/12', '10.32.0.0/16', '192.168.0.0/20'],
};

function unitOf(schema: ZodType): string | undefined {
  for (const candidate of [schema, ...unwrap(schema), ...wrappers(schema)]) {
    const meta = candidate.meta?.() as { unit?: string } | undefined;
    if (meta?.unit !== undefined) return meta.unit;
  }
  return undefined;
}

/** The schemas inside optional, default and pipe wrappers, the union with the written form's meta among them. */
function wrappers(schema: ZodType): readonly ZodType[] {
  const { in: inside, innerType } = schema._zod.def as unknown as Definition;
  const next = innerType ?? inside;
  return next ? [next, ...wrappers(next)] : [];
}

function numbersAround(value: unknown): readonly number[] {
  const now = typeof value === 'number' ? value : 3;
  return [...new Set([0, 1, 2, 3, 4, 5, 7, now + 1, now - 1, now * 2, 10, 20, 100, 1_000])];
}

function stringsFor(at: readonly Segment[], value: unknown): readonly string[] {
  if (at.includes('versions'))
    return [
      'v1.36.0',
      'v1.35.2',
      'v1.34.1',
      'v3.6.1',
      'v1.14.9',
      'v2.20.9',
      'v2.8.1',
      'v1.24.1',
      'v2.2.1',
      'v1.1.0',
      'v2.11.9',
      'v2.9.9',
      'v0.230.9',
      'v0.93.9',
    ];
  const text = typeof value === 'string' ? value : '';
  const machine = at.includes('type') ? ['m7i.2xlarge', 'g6.2xlarge', 'm7i.large', 'c7i.4xlarge'] : [];
  return [
    ...machine,
    text === '' ? 'perturbed' : `${text}-other`,
    '10.0.99.250',
    '2026.11.20',
    'v20260610',
    'perturbed.example.com',
  ];
}

/** A copy with one value changed; `undefined` removes the key. */
function withValue(document: unknown, [head, ...rest]: readonly Segment[], value: unknown): unknown {
  if (head === undefined) return value;
  if (Array.isArray(document))
    return document.map((item, index) => (index === head ? withValue(item, rest, value) : (item as unknown)));
  const object = isObject(document) ? document : {};
  const next = withValue(object[String(head)], rest, value);
  const { [String(head)]: _, ...others } = object;
  return next === undefined ? others : { ...object, [String(head)]: next };
}

function generalPath(at: readonly Segment[], structural: boolean): string {
  const path = at.reduce<string>(
    (text, part) => (typeof part === 'number' ? `${text}[]` : text === '' ? part : `${text}.${part}`),
    '',
  );
  return structural ? path : path.replace(/\[\]$/, '');
}

/** True if a decision that lists `from` may follow a change at `path`. */
export function covers(from: string, path: string, structural: boolean): boolean {
  const within = path === from || path.startsWith(`${from}.`) || path.startsWith(`${from}[`);
  const above = structural && (from.startsWith(`${path}.`) || from.startsWith(`${path}[`));
  return within || above;
}
