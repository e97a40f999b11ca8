/** Section → plan. Pure. */
import type { SystemPlan } from '../../system.ts';
import { alerts } from './alerts.ts';
import { nodeDecisions } from './decisions/nodes.ts';
import { placementDecisions } from './decisions/placement.ts';
import { timerDecisions } from './decisions/timers.ts';
import { factsOf, settingsOf } from './facts.ts';
import { limits } from './limits.ts';
import { type Context, modelOf } from './model.ts';
import { runbooks } from './runbooks.ts';
import type { Section } from './section.ts';
import type { SchedulingSettings } from './settings.ts';
import { verifications } from './verify.ts';

export function plan(section: Section, context: Context): SystemPlan<'scheduling', SchedulingSettings> {
  const model = modelOf(section, context);
  return {
    decisions: [...timerDecisions(model), ...placementDecisions(model), ...nodeDecisions(model)],
    needs: [],
    alerts: alerts(model),
    verify: verifications(model),
    runbooks: runbooks(model),
    facts: factsOf(model),
    settings: settingsOf(model),
    limits: limits(model),
  };
}
