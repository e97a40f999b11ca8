/** Something that must come is refused. */
import type { Runbook } from '../../../system.ts';
import type { Model } from '../model.ts';
import { policyNames } from '../verify.ts';

export function refused(model: Model): Runbook {
  const names = policyNames(model);
  const [first = 'holdfast-privileged'] = names;
  return {
    id: 'refused',
    title: `A policy refuses what ${model.cluster.name} needs now`,
    when: 'PolicyRefuses, PolicyBroken or PodSecurityRefuses fires, or a rollout has no pods and its events say why.',
    steps: [
      {
        say: 'A pod that is refused is seen in the events of its ReplicaSet, StatefulSet or Job, not on the Deployment.',
        run: `kubectl get events -A --field-selector reason=FailedCreate --sort-by=.lastTimestamp | tail -20`,
        expect: "the policy's name, or violates PodSecurity and the level",
      },
      {
        say: 'Mend the manifest if that takes minutes. If the rule is right and the workload an exception, name its namespace with a level and a reason under spec.policy.namespaces, render and apply.',
      },
      {
        say: 'To let everything through one policy at once, let its binding only tell; the tree puts it back when it is applied again.',
        run: `kubectl patch validatingadmissionpolicybinding ${first} --type=merge -p '{"spec":{"validationActions":["Warn","Audit"]}}'`,
        expect: `patched; the same for ${names.length > 1 ? names.slice(1).join(', ') : 'any other'}`,
      },
      {
        say: 'A policy that is broken refuses with Fail whatever its binding says: change that too.',
        run: `kubectl patch validatingadmissionpolicy ${first} --type=merge -p '{"spec":{"failurePolicy":"Ignore"}}'`,
        expect: 'patched',
      },
      {
        say: 'For Pod Security, take the label of one namespace down; a warning names what it lets in.',
        run: 'kubectl label namespace NAMESPACE pod-security.kubernetes.io/enforce=privileged --overwrite',
        expect: 'labeled; refused by holdfast-namespace-levels where that rule is at deny: patch its binding first',
      },
    ],
  };
}
