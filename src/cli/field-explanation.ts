/** What the schema of the cluster document says about one of its fields. */
import { z } from 'zod';
import { HoldfastError } from '../core/error.ts';
import { nearest } from '../core/nearest.ts';
import type { ExplanationOutput } from '../report/schemas.ts';
import { clusterSchema } from '../systems/document.ts';

export type FieldExplanation = NonNullable<ExplanationOutput['field']>;

/** The part of JSON Schema that zod writes for our fields. */
interface Shape {
  readonly type?: string;
  readonly description?: string;
  readonly default?: FieldExplanation['default'];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly unit?: string;
  readonly examples?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly properties?: Readonly<Record<string, Shape>>;
  readonly required?: readonly string[];
  readonly items?: Shape;
  readonly additionalProperties?: Shape | boolean;
  readonly anyOf?: readonly Shape[];
}

/**
 * The field at a path like `spec.pools[].machine`; indexes and brackets may be left out.
 * @throws HoldfastError `unknown-field` with the nearest field.
 */
export function explainField(path: string): FieldExplanation {
  const root = z.toJSONSchema(clusterSchema(), { io: 'input', unrepresentable: 'any' }) as unknown as Shape;
  const names = path
    .split('.')
    .map((part) => part.replace(/\[\d*\]$/, ''))
    .filter((part) => part !== '');
  let shape = root;
  let required = true;
  const walked: string[] = [];
  for (const name of names) {
    const inside = within(shape);
    const next = inside.properties?.[name] ?? entryOf(inside);
    if (!next) throw unknownField([...walked, name].join('.'), Object.keys(inside.properties ?? {}));
    required = inside.required?.includes(name) === true;
    walked.push(next.type === 'array' ? `${name}[]` : name);
    shape = next;
  }
  return explanationOf(walked.join('.'), shape, required);
}

/** The map that holds fields: a list's elements stand for the list, the map of a union for the union. */
function within(shape: Shape): Shape {
  if (shape.items) return within(shape.items);
  const map = shape.anyOf?.find(({ properties }) => properties !== undefined);
  return shape.properties || !map ? shape : map;
}

function entryOf({ additionalProperties }: Shape): Shape | undefined {
  return typeof additionalProperties === 'object' && Object.keys(additionalProperties).length > 0
    ? additionalProperties
    : undefined;
}

function explanationOf(path: string, shape: Shape, required: boolean): FieldExplanation {
  const values = valuesOf(shape);
  const fields = Object.entries(within(shape).properties ?? {}).map(([name, field]) => ({
    name,
    type: typeOf(field),
    ...described(field),
  }));
  return {
    path,
    type: typeOf(shape),
    ...described(shape),
    ...(shape.default === undefined ? {} : { default: shape.default }),
    ...(values.length > 0 ? { values: [...values] } : {}),
    required: required && shape.default === undefined,
    fields,
  };
}

function described({ description }: Shape): { description?: string } {
  return description === undefined ? {} : { description };
}

function valuesOf({ enum: listed, const: only }: Shape): readonly string[] {
  if (listed) return listed.map(String);
  return only === undefined ? [] : [JSON.stringify(only).replaceAll('"', '')];
}

const TYPE_WORDS: Readonly<Record<string, string>> = {
  object: 'map',
  string: 'text',
  integer: 'whole number',
  number: 'number',
  boolean: 'true or false',
  null: 'null',
};

/** `duration, like 2m`; `whole number, 1 to 9`; `list of maps`. */
function typeOf(shape: Shape): string {
  const { unit, examples, type, items, minimum, maximum, anyOf } = shape;
  if (unit !== undefined) return examples?.[0] === undefined ? unit : `${unit}, like ${examples[0]}`;
  if (type === 'array') return `list of ${items ? typeOf(items).replace(/^map$/, 'maps') : 'anything'}`;
  if (valuesOf(shape).length > 0) return valuesOf(shape).join(' | ');
  if (type === undefined && anyOf) return [...new Set(anyOf.map(typeOf))].join(' or ');
  const word = TYPE_WORDS[type ?? ''] ?? 'anything';
  return type === 'integer' || type === 'number' ? `${word}${rangeOf(minimum, maximum)}` : word;
}

/** Bounds that only say "a safe integer" say nothing. */
function rangeOf(minimum: number | undefined, maximum: number | undefined): string {
  const least = minimum === undefined || minimum <= Number.MIN_SAFE_INTEGER ? undefined : minimum;
  const most = maximum === undefined || maximum >= Number.MAX_SAFE_INTEGER ? undefined : maximum;
  if (least !== undefined && most !== undefined) return `, ${least} to ${most}`;
  if (least !== undefined) return `, at least ${least}`;
  return most === undefined ? '' : `, at most ${most}`;
}

function unknownField(path: string, known: readonly string[]): HoldfastError {
  const near = nearest(path.split('.').at(-1) ?? '', known);
  const hint =
    near === undefined
      ? known.length === 0
        ? 'It has no fields below it.'
        : `Fields there: ${known.join(', ')}.`
      : `Did you mean ${near}?`;
  return new HoldfastError('unknown-field', `The document has no field ${path}.`, { hint });
}
