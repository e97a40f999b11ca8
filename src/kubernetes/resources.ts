/**
 * Amounts of resources by name, as the scheduler adds them up: `cpu` in thousandths of a core, everything else in
 * its base unit (bytes, pieces). Names that the scheduler does not count stay out of its sums.
 */
import { parseMilli, parseQuantity } from '../core/quantity.ts';
import { isObject } from '../core/json.ts';

/** `cpu` in thousandths, `memory` and `ephemeral-storage` in bytes, others in pieces. */
export type Resources = Readonly<Record<string, number>>;

export const NO_RESOURCES: Resources = Object.freeze({});

/** Finer than a unit: the sum is rounded up once, at the end, so a fraction must survive until then. */
const FINE = /[num.]/;

/** One amount in the unit of its resource; undefined when the text is no quantity. Null is 0, as it is decoded. */
export function amountOf(resource: string, written: unknown): number | undefined {
  if (written === null) return 0;
  if (typeof written !== 'string' && typeof written !== 'number') return undefined;
  const text = String(written);
  if (resource === 'cpu') return parseMilli(text);
  if (!FINE.test(text)) return parseQuantity(text);
  const milli = parseMilli(text);
  return milli === undefined ? undefined : milli / 1_000;
}

/** Reads a ResourceList; what is no quantity is left out and told to `refuse`. */
export function readResources(written: unknown, refuse?: (resource: string, value: unknown) => void): Resources {
  if (!isObject(written)) return NO_RESOURCES;
  const amounts: Record<string, number> = {};
  for (const [resource, value] of Object.entries(written)) {
    const amount = amountOf(resource, value);
    if (amount === undefined) refuse?.(resource, value);
    else amounts[resource] = amount;
  }
  return amounts;
}

/** Adds `more` to `sum` in place; a private sum that has not left its function. */
export function addTo(sum: Record<string, number>, more: Resources): void {
  for (const resource in more) sum[resource] = (sum[resource] ?? 0) + (more[resource] ?? 0);
}

/** Raises every amount of `most` to at least that of `other`, in place. */
export function raiseTo(most: Record<string, number>, other: Resources): void {
  for (const resource in other) {
    const amount = other[resource] ?? 0;
    const known = most[resource];
    if (known === undefined || amount > known) most[resource] = amount;
  }
}

/** Whole units, rounded up as Quantity.Value and MilliValue do. */
export function rounded(amounts: Resources): Resources {
  const whole: Record<string, number> = {};
  for (const resource in amounts) whole[resource] = Math.ceil(amounts[resource] ?? 0);
  return whole;
}

/**
 * True for names that the scheduler counts besides cpu, memory and ephemeral-storage: extended resources, huge pages,
 * attachable volumes and names under kubernetes.io/. Kubernetes v1.36.3 pkg/scheduler/util/utils.go
 * (IsScalarResourceName) and pkg/apis/core/v1/helper/helpers.go.
 */
export function isScalarResource(name: string): boolean {
  return (
    isExtendedResource(name) ||
    isHugePages(name) ||
    name.includes('kubernetes.io/') ||
    name.startsWith('attachable-volumes-')
  );
}

/** Names with a domain that is not Kubernetes' own, like `nvidia.com/gpu`. */
export function isExtendedResource(name: string): boolean {
  return name.includes('/') && !name.includes('kubernetes.io/') && !name.startsWith('requests.');
}

export function isHugePages(name: string): boolean {
  return name.startsWith('hugepages-');
}
