/** One decision per rule: its stage, what it does, and what happens when it cannot be evaluated. */
import type { Decision, DocumentPath } from '../../../system.ts';
import type { Model, RuleState } from '../model.ts';
import { ACROSS_OBJECTS, RULE_NAMES, RULES, type RuleName, type RuleWords } from '../rules/catalogue.ts';
import { failurePolicyOf } from '../rules/failure.ts';
import type { Stage } from '../section.ts';

export function ruleDecisions(model: Model): readonly Decision[] {
  return RULE_NAMES.map((name) => ruleDecision(RULES[name], model));
}

/** What the stage of a rule follows. */
export function stageFrom(name: RuleName): readonly DocumentPath[] {
  const across: readonly RuleName[] = ACROSS_OBJECTS;
  return [...(across.includes(name) ? [] : ['spec.policy.stage']), `spec.policy.rules.${name}.stage`];
}

const DOES: Readonly<Record<Stage, string>> = {
  off: 'It is off, so nothing looks for them.',
  audit: 'It refuses nothing yet: the audit log of the API server keeps who would be refused.',
  warn: 'It refuses nothing yet: whoever applies one is warned.',
  deny: 'It refuses them.',
};

function ruleDecision(rule: RuleWords, model: Model): Decision {
  const state = model.rules[rule.name];
  const failurePolicy = failurePolicyOf(rule.name, state.stage);
  return {
    field: rule.name,
    value: {
      stage: state.stage,
      engine: rule.engine,
      ...(failurePolicy === null ? {} : { failurePolicy }),
      liveViolations: state.liveViolations,
    },
    because: [
      `The rule refuses ${rule.refuses}.`,
      `${doesOf(rule, state)} ${counted(state)}`,
      ...(state.stage === 'off' ? [] : [rule.whyEngine, ...errorWords(rule, state)]),
    ].join(' '),
    source: rule.source,
    from: [...stageFrom(rule.name), 'spec.policy.liveViolations', `spec.policy.rules.${rule.name}.liveViolations`],
  };
}

function doesOf({ engine }: RuleWords, { stage }: RuleState): string {
  return engine === 'Gatekeeper' && stage === 'audit'
    ? "It refuses nothing yet: Gatekeeper's audit reports what breaks it, and no webhook is asked."
    : DOES[stage];
}

function counted({ stage, liveViolations }: RuleState): string {
  if (stage === 'off') return 'Turn it on with the stage audit or warn.';
  if (stage === 'deny') return 'Nothing that runs breaks it: 0 violations were counted before.';
  return liveViolations === null
    ? 'Nobody has counted what already breaks it; the runbook policy-count-violations does, and deny is refused until the count is 0.'
    : `${liveViolations} violation${liveViolations === 1 ? ' was' : 's were'} counted on the running cluster${liveViolations === 0 ? ', so it may go to deny' : '; they would not come back after their next restart, so deny is refused until there are none'}.`;
}

function errorWords({ name, onError }: RuleWords, { stage }: RuleState): readonly string[] {
  const policy = failurePolicyOf(name, stage);
  if (policy === null) return [onError.why];
  if (stage !== 'deny')
    return ['failurePolicy Ignore: with Fail, a policy that does not compile would refuse although it only tells.'];
  return [`failurePolicy ${policy}: ${onError.why.charAt(0).toLowerCase()}${onError.why.slice(1)}`];
}
