/** Section and document → the plan of etcd. */
import type { PlanContext, SystemPlan } from '../../system.ts';
import { alertsOf } from './alerts/index.ts';
import { capacityDecisions } from './decisions/capacity.ts';
import { memberDecisions } from './decisions/members.ts';
import { operationDecisions } from './decisions/operation.ts';
import { timerDecisions } from './decisions/timers.ts';
import { limitsOf } from './limits.ts';
import { needsOf } from './needs.ts';
import { runbooksOf } from './runbooks/index.ts';
import type { Section } from './section.ts';
import { settle } from './settle.ts';
import { verifyOf } from './verify.ts';

/** The whole plan; pure. */
export function plan(section: Section, { cluster }: PlanContext<never>): SystemPlan<'etcd'> {
  const facts = settle(section, cluster);
  return {
    decisions: [
      ...memberDecisions(facts, cluster),
      ...timerDecisions(facts, cluster),
      ...capacityDecisions(facts, cluster),
      ...operationDecisions(facts, cluster),
    ],
    needs: needsOf(facts, cluster),
    alerts: alertsOf(facts),
    verify: verifyOf(facts),
    runbooks: runbooksOf(facts, cluster.name),
    facts,
    limits: limitsOf(facts, cluster),
  };
}
