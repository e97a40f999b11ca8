/** Rules that the API server evaluates itself. */
import { type AdmissionPolicy, admissionPolicyObjects } from '../../../kubernetes/admission-policy.ts';
import type { ObjectArtifact } from '../../../system.ts';
import { NAMESPACE_POLICY, POD_POLICY, TEMPLATES_SUFFIX, UNLABELLED_POLICY } from '../names.ts';
import { ON_PODS } from '../rules/catalogue.ts';
import { failurePolicyOf } from '../rules/failure.ts';
import {
  labelsThatCount,
  NAMESPACES,
  namespaceConditions,
  namespaceValidations,
  namespaceVariables,
  NEW_NAMESPACES,
  unlabelledValidations,
} from '../rules/namespaces.ts';
import { POD_VARIABLES, type PodRule, PODS, podValidations, TEMPLATE_VARIABLES, TEMPLATES } from '../rules/pods.ts';
import type { Stage } from '../section.ts';
import type { PolicySettings } from '../settings.ts';

export function admissionPolicies(settings: PolicySettings): readonly ObjectArtifact[] {
  return [
    ...ON_PODS.filter((rule) => settings.stages[rule] !== 'off').flatMap((rule) => podPolicies(rule, settings)),
    ...(settings.stages.namespaceLevels === 'off' ? [] : namespacePolicies(settings)),
  ];
}

const ACTIONS: Readonly<Record<Exclude<Stage, 'off'>, AdmissionPolicy['actions']>> = {
  audit: ['Audit'],
  warn: ['Warn', 'Audit'],
  deny: ['Deny'],
};

function podPolicies(rule: PodRule, settings: PolicySettings): readonly ObjectArtifact[] {
  const stage = settings.stages[rule];
  if (stage === 'off') return [];
  const name = POD_POLICY[rule];
  const shared = {
    validations: podValidations(rule, settings),
    namespaces: { operator: 'NotIn', values: rule === 'privileged' ? settings.privilegedNamespaces : ['kube-system'] },
  } as const;
  const decisions = [`policy.${rule}`, 'policy.exemptions', ...(rule === 'images' ? ['policy.registries'] : [])];
  return [
    ...files(
      {
        ...shared,
        name,
        failurePolicy: failurePolicyOf(rule, stage) ?? 'Ignore',
        resources: PODS,
        variables: POD_VARIABLES,
        actions: ACTIONS[stage],
      },
      { purpose: PURPOSE[rule], decisions },
    ),
    ...files(
      {
        ...shared,
        name: `${name}${TEMPLATES_SUFFIX}`,
        failurePolicy: 'Ignore',
        resources: TEMPLATES,
        variables: TEMPLATE_VARIABLES,
        actions: ACTIONS[stage === 'deny' ? 'warn' : stage],
      },
      { purpose: `Tells whoever applies a workload what ${name} says of its pods.`, decisions },
    ),
  ];
}

const PURPOSE: Readonly<Record<PodRule, string>> = {
  privileged: 'Looks for privileged containers in every namespace that may not have any, labelled or not.',
  images: 'Looks for images that are another program after each start, or come from elsewhere than planned.',
};

function namespacePolicies(settings: PolicySettings): readonly ObjectArtifact[] {
  const stage = settings.stages.namespaceLevels;
  if (stage === 'off') return [];
  const labels = labelsThatCount(settings.podSecurity?.mode ?? null);
  const decisions = ['policy.namespaceLevels', 'policy.podSecurityLevels', 'policy.exemptions'];
  return [
    ...files(
      {
        name: NAMESPACE_POLICY,
        failurePolicy: failurePolicyOf('namespaceLevels', stage) ?? 'Ignore',
        resources: NAMESPACES,
        conditions: namespaceConditions(labels),
        variables: namespaceVariables(settings),
        validations: namespaceValidations(settings, labels),
        actions: ACTIONS[stage],
      },
      { purpose: 'Looks for namespaces whose Pod Security level is lower than planned, or is taken away.', decisions },
    ),
    ...files(
      {
        name: UNLABELLED_POLICY,
        failurePolicy: 'Ignore',
        resources: NEW_NAMESPACES,
        validations: unlabelledValidations(labels),
        actions: ACTIONS[stage === 'deny' ? 'warn' : stage],
      },
      { purpose: 'Tells whoever makes a namespace without a Pod Security level.', decisions },
    ),
  ];
}

function files(
  policy: AdmissionPolicy,
  { purpose, decisions }: { readonly purpose: string; readonly decisions: readonly string[] },
): readonly ObjectArtifact[] {
  const objects = admissionPolicyObjects(policy);
  const { name } = policy;
  return [
    {
      form: 'object',
      path: `objects/validatingadmissionpolicy-${name}.yaml`,
      purpose,
      decisions,
      object: objects.policy,
    },
    {
      form: 'object',
      path: `objects/validatingadmissionpolicybinding-${name}.yaml`,
      purpose: `Says where ${name} holds and what it does.`,
      decisions,
      object: objects.binding,
    },
  ];
}
