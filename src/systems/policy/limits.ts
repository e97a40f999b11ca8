/** What this system cannot do for this document, one sentence each. */
import { sayDuration } from '../../core/duration.ts';
import { saysAsked } from './blocked.ts';
import type { Model } from './model.ts';
import { RULE_NAMES, RULES } from './rules/catalogue.ts';

export function limits(model: Model): readonly string[] {
  return [...stageLimits(model), ...reachLimits(model), ...gatekeeperLimits(model)];
}

function stageLimits({ rules }: Model): readonly string[] {
  const at = (...stages: readonly string[]) => RULE_NAMES.filter((name) => stages.includes(rules[name].stage));
  const off = at('off');
  if (off.length === RULE_NAMES.length)
    return [
      'Admission policies are off: nothing refuses, warns of or records privileged containers, images with moving tags, or namespaces without a Pod Security level.',
    ];
  const told = at('audit', 'warn');
  return [
    ...(told.length === 0
      ? []
      : [
          `Nothing is refused yet by ${told.join(', ')}: they only tell, until their violations are counted and the stage is deny.`,
        ]),
    ...off.map((name) => `The rule ${name} is off, so nothing refuses or reports ${RULES[name].refuses}.`),
  ];
}

function reachLimits({ rules, audited, podSecurity }: Model): readonly string[] {
  const onPods = rules.privileged.stage !== 'off' || rules.images.stage !== 'off';
  return [
    ...(podSecurity === null
      ? []
      : [
          'Pod Security labels are set on the namespaces that are rendered; default, and those that a chart or a person makes, have to be labelled by whoever makes them (runbook policy-count-violations lists them).',
        ]),
    ...(onPods && audited.length === 0
      ? [
          'The rules on pods hold for pods that come after them: what runs already is seen only by the runbook policy-count-violations.',
        ]
      : []),
    ...(onPods
      ? [
          'Static pods are started by the kubelet from files on the node: no admission rule stops one, only its mirror in the API.',
        ]
      : []),
  ];
}

function gatekeeperLimits(model: Model): readonly string[] {
  const { gatekeeper, across, placement } = model;
  if (gatekeeper === null) return [];
  const { webhook } = gatekeeper;
  return [
    ...(webhook?.failurePolicy === 'Ignore'
      ? [
          `While no copy of Gatekeeper's webhook answers, ${saysAsked(model)} are let in unchecked; the audit reports what came in, up to ${sayDuration(gatekeeper.auditInterval)} after it is back.`,
        ]
      : []),
    ...(across.length === 0
      ? []
      : [
          `${across.join(' and ')} read a copy of the other objects that lags behind: two that break a rule together and come at the same moment may both be let in, and the audit reports them.`,
        ]),
    ...(webhook !== null && placement.domains < 2
      ? [`There is one ${placement.domain} for Gatekeeper's webhook, so its loss takes all copies.`]
      : []),
    "Gatekeeper's audit is one pod that the chart does not spread; while it moves, nothing is reported and a new rule of Gatekeeper does not take effect.",
    "Gatekeeper keeps a copy of what it compares and lists what it audits: 512Mi are the chart's own figure, not one for the number of your objects; watch its memory.",
  ];
}
