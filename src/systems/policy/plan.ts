/** Section → plan. Pure. */
import { addOnNamespaces } from '../../kubernetes/add-on-namespaces.ts';
import type { SystemPlan } from '../../system.ts';
import { alerts } from './alerts.ts';
import { levelDecisions } from './decisions/levels.ts';
import { ruleDecisions } from './decisions/rules.ts';
import { webhookDecisions } from './decisions/webhook.ts';
import { limits } from './limits.ts';
import { type Context, type Model, modelOf } from './model.ts';
import { needs } from './needs.ts';
import { RULE_NAMES } from './rules/catalogue.ts';
import { runbooks } from './runbooks/index.ts';
import type { Section } from './section.ts';
import type { PolicySettings } from './settings.ts';
import { verifications } from './verify.ts';

export function plan(section: Section, context: Context): SystemPlan<'policy', PolicySettings> {
  const model = modelOf(section, context);
  return {
    decisions: [...levelDecisions(model), ...ruleDecisions(model), ...webhookDecisions(model)],
    needs: needs(model),
    alerts: alerts(model),
    verify: verifications(model),
    runbooks: runbooks(model),
    facts: { podSecurity: model.podSecurity },
    settings: settingsOf(model),
    limits: limits(model),
  };
}

function settingsOf(model: Model): PolicySettings {
  const { cluster, rules, podSecurity, leastLevels, section, privilegedNamespaces, audited, gatekeeper } = model;
  return {
    stages: Object.fromEntries(RULE_NAMES.map((name) => [name, rules[name].stage])) as PolicySettings['stages'],
    podSecurity,
    leastLevels,
    registries: section.registries,
    addOnNamespaces: addOnNamespaces(cluster.regions),
    privilegedNamespaces,
    audited,
    gatekeeper,
  };
}
