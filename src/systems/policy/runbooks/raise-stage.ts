/** audit → warn → deny, one rule at a time. */
import type { Runbook } from '../../../system.ts';
import type { Model } from '../model.ts';
import { policyNames } from '../verify.ts';

export function raiseStage(model: Model): Runbook {
  const [first = 'holdfast-privileged'] = policyNames(model);
  return {
    id: 'raise-stage',
    title: `Take a rule one stage further on ${model.cluster.name}`,
    when: 'When a rule has told for a week and its count is 0: audit → warn → deny.',
    steps: [
      {
        say: 'Count with the runbook policy-count-violations. Above 0, stop here: mend what it names first.',
      },
      {
        say: 'Ask the API servers who would have been refused since they started.',
        run: `kubectl get --raw /metrics | grep '^apiserver_validating_admission_policy_check_total' | grep -E 'enforcement_action="(audit|warn)"'`,
        expect: `no line for the rule's policy, like ${first}; each API server answers for itself`,
      },
      {
        say: 'Write the stage of the one rule and its count into the document, and look at what changes.',
        run: 'holdfast plan --diff OLD.yaml && holdfast render --out tree --check',
        expect: 'the rule, its binding, and nothing else',
      },
      {
        say: 'Apply it, and watch for an hour that no controller is refused.',
        run: `kubectl get events -A --field-selector reason=FailedCreate --sort-by=.lastTimestamp | tail`,
        expect: 'no event that names the policy',
      },
      {
        say: 'Back is the same way: the stage before it, rendered and applied. In a hurry, the runbook policy-refused does it in one command.',
      },
    ],
  };
}
