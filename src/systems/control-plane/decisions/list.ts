/** All decisions, in the order in which a reader asks: who, how reached, how balanced, how kept safe, how kept alive. */
import type { Decision } from '../../../system.ts';
import type { Context } from '../facts.ts';
import { balancerDecisions } from './balancer.ts';
import { memberDecisions } from './members.ts';
import { operationDecisions } from './operation.ts';
import { securityDecisions } from './security.ts';
import type { Settled } from '../settings.ts';

/** The decisions of this plan. */
export function decisionsOf(facts: Settled, context: Context): readonly Decision[] {
  return [
    ...memberDecisions(facts, context),
    ...balancerDecisions(facts, context),
    ...securityDecisions(facts),
    ...operationDecisions(facts, context),
  ];
}
