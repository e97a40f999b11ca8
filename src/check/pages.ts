/** Where the documentation of rules is. */
import type { Rule } from './rule.ts';

export const RULES_FOLDER = 'docs/rules';

/** `docs/rules/PD03.md`. */
export function pageOfRule({ id }: Pick<Rule, 'id'>): string {
  return `${RULES_FOLDER}/${id}.md`;
}
