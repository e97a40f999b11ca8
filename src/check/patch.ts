/** Patches as JSON Patch (RFC 6902) against the object as it is written. */
import { isObject } from '../core/json.ts';
import { at } from '../kubernetes/objects.ts';
import type { FieldPath } from '../kubernetes/objects.ts';
import type { JsonPatchStep } from './results.ts';
import type { Patch } from './rule.ts';

/** The steps that change the object; what is already so, or not there to be removed, is no step. */
export function jsonPatch(object: unknown, patch: Patch): readonly JsonPatchStep[] {
  return patch.flatMap((step): readonly JsonPatchStep[] => {
    const there = at(object, ...step.path) !== undefined;
    if (step.op === 'remove') return there ? [{ op: 'remove', path: pointer(step.path) }] : [];
    if (there) return [{ op: 'replace', path: pointer(step.path), value: step.value }];
    return [added(object, step.path, step.value)];
  });
}

/** `add` needs its parent: what is missing above the field comes with it. */
function added(object: unknown, path: FieldPath, value: unknown): JsonPatchStep {
  let depth = path.length - 1;
  while (depth > 0 && !isParent(at(object, ...path.slice(0, depth)))) depth -= 1;
  const whole = path.slice(depth + 1).reduceRight<unknown>((inner, key) => ({ [key]: inner }), value);
  return { op: 'add', path: pointer(path.slice(0, depth + 1)), value: whole };
}

function isParent(value: unknown): boolean {
  return isObject(value) || Array.isArray(value);
}

/** RFC 6901. */
function pointer(path: FieldPath): string {
  return path.map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}
