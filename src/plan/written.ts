/** What a document writes itself, as opposed to the defaults that it took. */
import { isObject } from '../core/json.ts';
import { pathSegments } from '../spec/parse.ts';

/** True when the document writes a value at the path; without its raw form every value counts as written. */
export function isWritten(raw: unknown, path: string): boolean {
  return raw === undefined || valueAt(raw, path) !== undefined;
}

/** A promise as written, `2m`; undefined when it came some other way. */
export function writtenPromise(raw: unknown, name: string): string | undefined {
  const value = valueAt(raw, `spec.objectives.${name}`);
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
}

function valueAt(raw: unknown, path: string): unknown {
  return pathSegments(path).reduce<unknown>((value, segment) => {
    if (Array.isArray(value)) return value[Number(segment)] as unknown;
    return isObject(value) ? value[String(segment)] : undefined;
  }, raw);
}
