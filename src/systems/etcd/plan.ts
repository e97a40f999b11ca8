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
import type { EtcdSettings } from './settings.ts';
import { settle } from './settle.ts';
import { verifyOf } from './verify.ts';

/** The whole plan; pure. */
export function plan(section: Section, { cluster }: PlanContext<never>): SystemPlan<'etcd', EtcdSettings> {
  const settled = settle(section, cluster);
  const { settings, ...facts } = settled;
  return {
    decisions: [
      ...memberDecisions(settled, cluster),
      ...timerDecisions(settled, cluster),
      ...capacityDecisions(settled, cluster),
      ...operationDecisions(settled, cluster),
    ],
    needs: needsOf(settled, cluster),
    alerts: alertsOf(settled),
    verify: verifyOf(settled),
    runbooks: runbooksOf(settled, cluster.name),
    facts,
    settings,
    limits: limitsOf(settled, cluster),
  };
}
