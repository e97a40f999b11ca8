/** Commands that show that the decisions hold on the running cluster. */
import { podSecurityLabel } from '../../kubernetes/pod-security.ts';
import type { Verification } from '../../system.ts';
import { GATEKEEPER_NAMESPACE } from './charts.ts';
import type { Model } from './model.ts';
import { NAMESPACE_POLICY, POD_POLICY, TEMPLATES_SUFFIX, UNLABELLED_POLICY, WEBHOOK_CONFIGURATION } from './names.ts';
import { ON_PODS } from './rules/catalogue.ts';
import type { Stage } from './section.ts';

export function verifications(model: Model): readonly Verification[] {
  const all = [...inApiServer(model), ...levels(model), ...gatekeeper(model)];
  return all.length > 0 ? all : [nothingLeft()];
}

/** Names of the admission policies that are rendered. */
export function policyNames({ rules }: Pick<Model, 'rules'>): readonly string[] {
  const pods = ON_PODS.filter((rule) => rules[rule].stage !== 'off').flatMap((rule) => [
    POD_POLICY[rule],
    `${POD_POLICY[rule]}${TEMPLATES_SUFFIX}`,
  ]);
  return [...pods, ...(rules.namespaceLevels.stage === 'off' ? [] : [NAMESPACE_POLICY, UNLABELLED_POLICY])];
}

const answer = (stage: Stage, policy: string): string =>
  ({
    off: '',
    audit: `created (server dry run), and an entry of ${policy} in the audit log`,
    warn: `Warning: Validation failed for ValidatingAdmissionPolicy '${policy}', then created (server dry run)`,
    deny: `ValidatingAdmissionPolicy '${policy}' with binding '${policy}' denied request`,
  })[stage];

function inApiServer(model: Model): readonly Verification[] {
  const { rules, section } = model;
  const names = policyNames(model);
  const [registry = 'registry.k8s.io'] = section.registries;
  const ask = (
    title: string,
    stage: Stage,
    { command, policy }: { command: string; policy: string },
  ): readonly Verification[] => (stage === 'off' ? [] : [{ title, command, expect: answer(stage, policy) }]);
  return [
    ...(names.length === 0
      ? []
      : [
          {
            title: 'The API server accepts the policies without type errors',
            command: `kubectl get validatingadmissionpolicies ${names.join(' ')} -o jsonpath='{range .items[*]}{.metadata.name}: {.status.typeChecking.expressionWarnings}{"\\n"}{end}'`,
            expect: 'each name with nothing behind it',
          },
        ]),
    ...ask('A privileged pod meets the policy', rules.privileged.stage, {
      command: `kubectl -n default run policy-test --image=${registry}/pause:3.10 --privileged --dry-run=server`,
      policy: POD_POLICY.privileged,
    }),
    ...ask('An image with a moving tag meets the policy', rules.images.stage, {
      command: `kubectl -n default run policy-test --image=${registry}/pause:latest --dry-run=server`,
      policy: POD_POLICY.images,
    }),
    ...ask('A namespace below its level meets the policy', rules.namespaceLevels.stage, {
      command: `echo '{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"policy-test","labels":{"${podSecurityLabel('enforce')}":"privileged"}}}' | kubectl create -f - --dry-run=server`,
      policy: NAMESPACE_POLICY,
    }),
  ];
}

function levels({ podSecurity }: Model): readonly Verification[] {
  if (podSecurity === null) return [];
  const label = podSecurityLabel(podSecurity.mode);
  return [
    {
      title: 'Namespaces carry their level',
      command: `kubectl get namespaces -L ${label}`,
      expect: `${podSecurity.level} or more in the last column${podSecurity.namespaces.length === 0 ? '' : `; ${podSecurity.namespaces.map(({ name, level }) => `${name} ${level}`).join(', ')}`}; empty for kube-node-lease, kube-public and kube-system, and for those that somebody has still to label`,
    },
  ];
}

function gatekeeper({ gatekeeper: settings }: Model): readonly Verification[] {
  if (settings === null) return [];
  const { webhook } = settings;
  return [
    ...(webhook === null
      ? []
      : [
          {
            title: "The copies of Gatekeeper's webhook stand apart",
            command: `kubectl -n ${GATEKEEPER_NAMESPACE} get pods -l gatekeeper.sh/operation=webhook -o wide`,
            expect: `${webhook.replicas} pods Running, no two on one node, over all zones`,
          },
          {
            title: 'It fails as planned, and is asked about nothing else',
            command: `kubectl get validatingwebhookconfiguration ${WEBHOOK_CONFIGURATION} -o jsonpath='{range .webhooks[*]}{.name} {.failurePolicy} {.timeoutSeconds} {.rules[*].resources}{"\\n"}{end}'`,
            expect: `${webhook.failurePolicy} ${webhook.timeout / 1_000} in both lines`,
          },
        ]),
    {
      title: 'Every rule of Gatekeeper is in use, and what breaks it is counted',
      command: `kubectl get constraints -o custom-columns=KIND:.kind,NAME:.metadata.name,VIOLATIONS:.status.totalViolations,AUDITED:.status.auditTimestamp`,
      expect: `a number for each, and a time of the last ${Math.ceil((2 * settings.auditInterval) / 1_000)} s`,
    },
  ];
}

function nothingLeft(): Verification {
  return {
    title: 'No policy of this system is left',
    command: `kubectl get validatingadmissionpolicies ${[POD_POLICY.privileged, POD_POLICY.images, NAMESPACE_POLICY, UNLABELLED_POLICY].join(' ')} --ignore-not-found`,
    expect: 'nothing',
  };
}
