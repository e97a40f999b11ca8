/** Taking the policies away, in the order in which nothing is blocked. */
import type { Runbook } from '../../../system.ts';
import { GATEKEEPER_NAMESPACE } from '../charts.ts';
import type { Model } from '../model.ts';
import { WEBHOOK_CONFIGURATION } from '../names.ts';
import { policyNames } from '../verify.ts';

export function turnOff(model: Model): Runbook {
  const names = policyNames(model);
  return {
    id: 'turn-off',
    title: `Take the policies of ${model.cluster.name} away`,
    when: 'When spec.policy.stage goes to off, or Gatekeeper is no longer needed. What was refused is then let in: privileged containers, moving tags, namespaces without a level.',
    steps: [
      ...(model.gatekeeper === null
        ? []
        : [
            {
              say: 'Gatekeeper first, and its webhook before everything: a configuration that is left behind without pods blocks what it is asked about.',
              run: [
                ...(model.gatekeeper.webhook === null
                  ? []
                  : [`kubectl delete validatingwebhookconfiguration ${WEBHOOK_CONFIGURATION} --ignore-not-found`]),
                'kubectl delete constraints --all',
                'kubectl delete constrainttemplates -l app.kubernetes.io/managed-by=holdfast',
                `helm uninstall gatekeeper -n ${GATEKEEPER_NAMESPACE}`,
              ].join('\n'),
              expect: 'deleted; helm leaves the CRDs and the namespace',
            },
          ]),
      ...(names.length === 0
        ? []
        : [
            {
              say: 'Then the policies in the API server, bindings first: a binding without a policy does nothing, a policy without a binding neither.',
              run: `kubectl delete validatingadmissionpolicybinding ${names.join(' ')}\nkubectl delete validatingadmissionpolicy ${names.join(' ')}`,
              expect: 'deleted; it takes effect within seconds',
            },
          ]),
      {
        say: 'Last the labels, if Pod Security shall go too.',
        run: `kubectl label namespaces -l app.kubernetes.io/managed-by=holdfast ${['enforce', 'warn', 'audit'].flatMap((mode) => [`pod-security.kubernetes.io/${mode}-`, `pod-security.kubernetes.io/${mode}-version-`]).join(' ')}`,
        expect: 'unlabeled; namespaces of Holdfast keep what their own files say when the tree is applied',
      },
    ],
  };
}
