/** A rule by its id, as a person writes it. */
import type { Rule } from '../check/rule.ts';
import { allRules } from '../check/all-rules.ts';
import { HoldfastError } from '../core/error.ts';
import { nearest } from '../core/nearest.ts';

/** @throws HoldfastError `unknown-rule`. */
export function ruleNamed(written: string, all: readonly Rule[] = allRules): Rule {
  const id = written.trim().toUpperCase();
  const found = all.find((rule) => rule.id === id);
  if (found !== undefined) return found;
  const near = nearest(
    id,
    all.map((rule) => rule.id),
  );
  const hint = near === undefined ? 'holdfast explain rule lists them all.' : `Did you mean ${near}?`;
  throw new HoldfastError('unknown-rule', `There is no rule ${written}.`, { hint });
}
