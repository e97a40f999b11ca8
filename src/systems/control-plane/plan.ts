/** Section and document → the plan of the control plane. */
import type { SystemPlan } from '../../system.ts';
import { alertsOf } from './alerts.ts';
import { decisionsOf } from './decisions/list.ts';
import { type Context, resolve } from './facts.ts';
import { limitsOf } from './limits.ts';
import { needsOf } from './needs.ts';
import { runbooksOf } from './runbooks/list.ts';
import type { Section } from './section.ts';
import type { ControlPlaneSettings } from './settings.ts';
import { verificationsOf } from './verify.ts';

/** The whole plan; pure. */
export function plan(section: Section, context: Context): SystemPlan<'control-plane', ControlPlaneSettings> {
  const settled = resolve(section, context);
  const { settings, ...facts } = settled;
  const { cluster } = context;
  return {
    decisions: decisionsOf(settled, context),
    needs: needsOf(settled, cluster),
    alerts: alertsOf(settled, cluster.objectives),
    verify: verificationsOf(settled, cluster),
    runbooks: runbooksOf(settled, cluster, context.plans.etcd.facts),
    facts,
    settings,
    limits: limitsOf(settled, context),
  };
}
