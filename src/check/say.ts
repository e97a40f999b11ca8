/** Words that several rules use for the same thing. */
import type { WorldBudget } from '../inventory/world.ts';

/** `minAvailable: 50%`. */
export function sayBudget({ spec }: WorldBudget): string {
  return spec.maxUnavailable === undefined
    ? `minAvailable: ${spec.minAvailable ?? 'nothing'}`
    : `maxUnavailable: ${spec.maxUnavailable}`;
}
