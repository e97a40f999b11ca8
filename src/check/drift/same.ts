/** When a rendered value and a stored one mean the same, though the API server writes it in another way. */
import { isObject } from '../../core/json.ts';
import { parseMilli } from '../../core/quantity.ts';
import type { FieldPath } from '../../kubernetes/objects.ts';

/** Fields that hold quantities, or maps of them: the API server stores `1000m` as `1`. */
const QUANTITIES: ReadonlySet<string> = new Set([
  'requests',
  'limits',
  'capacity',
  'allocatable',
  'hard',
  'overhead',
  'default',
  'defaultRequest',
  'min',
  'max',
  'sizeLimit',
  'divisor',
  'averageValue',
]);

/** True when an apply would leave the stored value as it is; of maps only what is rendered is looked at. */
export function covers(live: unknown, rendered: unknown, path: FieldPath): boolean {
  if (isLeftOut(live) && isLeftOut(rendered)) return true;
  if (Array.isArray(rendered))
    return (
      Array.isArray(live) &&
      live.length === rendered.length &&
      rendered.every((item, index) => covers(live[index], item, [...path, index]))
    );
  if (isObject(rendered))
    return isObject(live) && Object.entries(rendered).every(([key, value]) => covers(live[key], value, [...path, key]));
  return live === rendered || isSameQuantity(live, rendered, path);
}

/** Values that the API server leaves out of what it stores: omitempty of the Kubernetes types. */
export function isLeftOut(value: unknown): boolean {
  if (value === undefined || value === null || value === false || value === 0 || value === '') return true;
  return Array.isArray(value) ? value.length === 0 : isObject(value) && Object.keys(value).length === 0;
}

function isSameQuantity(live: unknown, rendered: unknown, path: FieldPath): boolean {
  if (!path.some((step) => typeof step === 'string' && QUANTITIES.has(step))) return false;
  const milli = milliOf(live);
  return milli !== undefined && milli === milliOf(rendered);
}

function milliOf(value: unknown): number | undefined {
  return typeof value === 'string' || typeof value === 'number' ? parseMilli(String(value)) : undefined;
}
