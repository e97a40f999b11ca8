/** Open or closed, per rule. */
import type { Stage } from '../section.ts';
import { RULES, type RuleName } from './catalogue.ts';

/**
 * What the API server does when it cannot evaluate a rule of its own; null where that is not the rule's to say. A rule
 * that only tells never fails closed.
 */
export function failurePolicyOf(name: RuleName, stage: Stage): 'Fail' | 'Ignore' | null {
  const { failurePolicy } = RULES[name].onError;
  if (failurePolicy === null || stage === 'off') return null;
  return stage === 'deny' ? failurePolicy : 'Ignore';
}
