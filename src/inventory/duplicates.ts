/** Objects that are given twice. As with `kubectl apply`, the later one is what the cluster has in the end. */
import type { Problem } from '../core/error.ts';
import { formatPosition } from '../core/error.ts';
import type { Sourced } from './identity.ts';
import { identityOf, labelOf } from './identity.ts';
import { positionOf } from './origin.ts';

/** The objects without those that a later one replaces, and one problem for each that is replaced. */
export function duplicatesOf(objects: readonly Sourced[]): {
  readonly kept: readonly Sourced[];
  readonly problems: readonly Problem[];
} {
  const last = new Map<string, Sourced>();
  const replaced = new Map<Sourced, Sourced>();
  for (const sourced of objects) {
    const key = identityOf(sourced.object);
    if (key === undefined) continue;
    const earlier = last.get(key);
    if (earlier !== undefined) replaced.set(earlier, sourced);
    last.set(key, sourced);
  }
  if (replaced.size === 0) return { kept: objects, problems: [] };
  const problems = [...replaced].map(([earlier, later]): Problem => ({
    code: 'duplicate-object',
    message: `${labelOf(earlier.object)} is given twice; the later one, in ${formatPosition(positionOf(later.origin))}, is used`,
    at: positionOf(earlier.origin),
    expected: 'each object once',
  }));
  return { kept: objects.filter((sourced) => !replaced.has(sourced)), problems };
}
