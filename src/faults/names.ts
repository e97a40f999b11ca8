/** Names as people abbreviate them: the whole name, its last parts, or any suffix that only one name has. */
import type { Problem } from '../core/error.ts';
import { nearest } from '../core/nearest.ts';

/** Longer lists help nobody. */
const MOST_NAMED = 6;

/**
 * The one candidate that is meant. Exact names win over last parts (`shop/web` of `Deployment/shop/web`), those over
 * any suffix (`2b` of `us-west-2b`), so a name never becomes ambiguous because a longer one ends like it.
 */
export function resolveName(
  given: string,
  candidates: readonly string[],
  what: string,
): { readonly name: string } | { readonly problem: Omit<Problem, 'path'> } {
  if (candidates.includes(given)) return { name: given };
  const last = candidates.filter((candidate) => candidate.endsWith(`/${given}`));
  const found = last.length > 0 ? last : candidates.filter((candidate) => candidate.endsWith(given));
  const [only, another] = found;
  if (only !== undefined && another === undefined) return { name: only };
  if (only === undefined) return { problem: unknownName(given, candidates, what) };
  return {
    problem: {
      code: 'ambiguous-name',
      message: `${given} can be ${found.length} of them`,
      found: given,
      expected: `one of ${listNames(found)}`,
    },
  };
}

function unknownName(given: string, candidates: readonly string[], what: string): Omit<Problem, 'path'> {
  if (candidates.length === 0) return { code: 'unknown-name', message: `the input holds no ${what}`, found: given };
  const near = nearest(given, candidates) ?? nearestPart(given, candidates);
  return {
    code: 'unknown-name',
    message: `there is no ${what} ${given}`,
    found: given,
    expected: listNames(candidates),
    ...(near === undefined ? {} : { hint: `Did you mean ${near}?` }),
  };
}

/** `catr` is near to `Deployment/shop/cart` by its last part. */
function nearestPart(given: string, candidates: readonly string[]): string | undefined {
  const byPart = new Map(candidates.map((candidate) => [candidate.slice(candidate.lastIndexOf('/') + 1), candidate]));
  const part = nearest(given.slice(given.lastIndexOf('/') + 1), byPart.keys());
  return part === undefined ? undefined : byPart.get(part);
}

function listNames(names: readonly string[]): string {
  const rest = names.length - MOST_NAMED;
  return `${names.slice(0, MOST_NAMED).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}
