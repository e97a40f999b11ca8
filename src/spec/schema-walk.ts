/** What a zod schema knows at a path: the keys of the object there. Used for "did you mean". */
import type { ZodType } from 'zod';
import type { PathSegment } from './yaml-source.ts';

interface Definition {
  readonly type: string;
  readonly innerType?: ZodType;
  readonly in?: ZodType;
  readonly element?: ZodType;
  readonly valueType?: ZodType;
  readonly options?: readonly ZodType[];
  readonly shape?: Readonly<Record<string, ZodType>>;
}

/** Keys that the object at the path may have; empty when it is no object. */
export function keysAt(schema: ZodType, path: readonly PathSegment[]): readonly string[] {
  const found = schemasAt(schema, path).flatMap((at) => Object.keys(definition(at).shape ?? {}));
  return [...new Set(found)];
}

/** The schemas that may stand at a path, with optional, default and pipe wrappers removed. */
export function schemasAt(schema: ZodType, path: readonly PathSegment[]): readonly ZodType[] {
  let level = unwrap(schema);
  for (const segment of path) level = level.flatMap((at) => step(at, segment)).flatMap(unwrap);
  return level;
}

/** The schema itself or, for wrappers and unions, all that it may be. */
export function unwrap(schema: ZodType): readonly ZodType[] {
  const known = definition(schema);
  if (known.innerType) return unwrap(known.innerType);
  if (known.in) return unwrap(known.in);
  if (known.options && known.type === 'union') return known.options.flatMap(unwrap);
  return [schema];
}

function step(schema: ZodType, segment: PathSegment): readonly ZodType[] {
  const { shape, element, valueType } = definition(schema);
  const next = shape?.[String(segment)] ?? element ?? valueType;
  return next ? [next] : [];
}

function definition(schema: ZodType): Definition {
  return schema._zod.def as unknown as Definition;
}
