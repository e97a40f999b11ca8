/** The rule on namespaces as CEL: a level is carried, and it is not below the planned one. */
import type { NamedExpression, PolicyRule, Validation } from '../../../kubernetes/admission-policy.ts';
import { POD_SECURITY_LEVELS, type PodSecurity, podSecurityLabel } from '../../../kubernetes/pod-security.ts';
import type { PolicySettings } from '../settings.ts';

/** Namespaces that Kubernetes makes itself, before any policy is there. */
export const KUBERNETES_NAMESPACES: readonly string[] = ['kube-node-lease', 'kube-public', 'kube-system'];

export const NAMESPACES: readonly PolicyRule[] = [
  { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE', 'UPDATE'], resources: ['namespaces'] },
];

/** A level that pods are held to counts always; until it is enforced, one that is warned of or recorded counts too. */
export function labelsThatCount(mode: PodSecurity['mode'] | null): readonly string[] {
  return mode === null || mode === 'enforce'
    ? [podSecurityLabel('enforce')]
    : [podSecurityLabel('enforce'), podSecurityLabel(mode)];
}

const text = (value: string): string => `'${value}'`;
const texts = (values: readonly string[]): string => `[${values.map(text).join(', ')}]`;

/** An existing namespace is judged only when the level that it carries changes: others edit namespaces for other reasons. */
export function namespaceConditions(labels: readonly string[]): readonly NamedExpression[] {
  const carried = (object: string): string =>
    `(has(${object}.metadata.labels) && k in ${object}.metadata.labels ? ${object}.metadata.labels[k] : '')`;
  return [
    { name: 'not-of-kubernetes', expression: `!(object.metadata.name in ${texts(KUBERNETES_NAMESPACES)})` },
    {
      name: 'comes-or-changes-its-level',
      expression: `request.operation == 'CREATE' || ${texts(labels)}.exists(k, ${carried('object')} != ${carried('oldObject')})`,
    },
  ];
}

export function namespaceVariables({ leastLevels }: Pick<PolicySettings, 'leastLevels'>): readonly NamedExpression[] {
  const own = leastLevels.namespaces.map(({ name, level }) => `${text(name)}: ${text(level)}`).join(', ');
  const least = text(leastLevels.level);
  return [
    { name: 'rank', expression: `{${POD_SECURITY_LEVELS.map((level, rank) => `${text(level)}: ${rank}`).join(', ')}}` },
    ...(own === '' ? [] : [{ name: 'own', expression: `{${own}}` }]),
    {
      name: 'least',
      expression:
        own === '' ? least : `object.metadata.name in variables.own ? variables.own[object.metadata.name] : ${least}`,
    },
  ];
}

/** Charts and operators make namespaces without labels: that is told, and the rule on privileged containers holds there. */
export const NEW_NAMESPACES: readonly PolicyRule[] = [
  { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['namespaces'] },
];

const anyOf = (labels: readonly string[], more = ''): string =>
  `(has(object.metadata.labels) && ${texts(labels)}.exists(k, k in object.metadata.labels${more}))`;

/** A level that is written must be high enough, and one that was there must not go. */
export function namespaceValidations(
  { leastLevels }: Pick<PolicySettings, 'leastLevels'>,
  labels: readonly string[],
): readonly Validation[] {
  const carried = 'object.metadata.labels[k]';
  const enough = ` && ${carried} in variables.rank && variables.rank[${carried}] >= variables.rank[variables.least]`;
  return [
    {
      expression: `(request.operation == 'CREATE' && !${anyOf(labels)}) || ${anyOf(labels, enough)}`,
      message: `the level of a namespace (${labels.join(' or ')}) is at least ${leastLevels.level}, or what the cluster document gives it by name`,
    },
  ];
}

export function unlabelledValidations(labels: readonly string[]): readonly Validation[] {
  return [
    {
      expression: anyOf(labels),
      message: `the namespace has no Pod Security level: label it ${labels[0]}, or pods in it are held to none`,
    },
  ];
}
