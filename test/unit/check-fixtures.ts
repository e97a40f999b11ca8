/** Fixtures of rules: manifests, with what is found in comments at their head. */
import { readFileSync } from 'node:fs';
import { makeReadableWorld, refusedInput } from '../../src/cli/world-inputs.ts';
import { formatPath } from '../../src/inventory/refusals.ts';
import type { World } from '../../src/inventory/world.ts';
import type { Plan } from '../../src/plan/types.ts';
import { ruleContext } from '../../src/check/context.ts';
import { nameOfTarget, type Rule } from '../../src/check/rule.ts';

/** When fixtures are looked at: what expires before it has expired. */
const NOW = Date.UTC(2026, 10, 27) / 1_000;

/** Rules that speak of what the reader refuses. */
const OF_REFUSALS = /\/(?:RO03|PR04)\//;

export interface Fixture {
  readonly world: World;
  readonly plan: Plan | undefined;
  /** `Deployment/shop/cart at spec.replicas`, sorted, from lines `# finds …`. */
  readonly finds: readonly string[];
}

export function readFixture(path: string): Fixture {
  const text = readFileSync(path, 'utf8');
  const file = path.slice(path.lastIndexOf('/') + 1);
  const inputs = { texts: [{ file, text, named: true }], named: [], kubernetesVersion: undefined };
  const { world, plan } = makeReadableWorld(inputs);
  if (world.problems.length > 0 && !OF_REFUSALS.test(path)) throw refusedInput(world.problems);
  return { world, plan, finds: [...text.matchAll(/^# finds (.*)$/gm)].map(([, line]) => line ?? '').sort() };
}

/** What one rule finds, as fixtures write it, and what it says that it cannot tell. */
export function findingsOf(
  { check }: Rule,
  { world, plan }: Fixture,
): { readonly found: readonly string[]; readonly unknown: readonly string[] } {
  const found: string[] = [];
  const unknown: string[] = [];
  for (const draft of check(world, ruleContext(world, { plan, now: NOW }))) {
    if ('unknown' in draft) unknown.push(draft.unknown);
    else {
      const { kind, namespace, name } = nameOfTarget(draft.on);
      const id = [kind, ...(namespace === undefined ? [] : [namespace]), name].join('/');
      found.push(`${id} at ${formatPath(draft.path)}`);
    }
  }
  return { found: found.sort(), unknown };
}
