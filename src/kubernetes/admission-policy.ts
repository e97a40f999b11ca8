/** A ValidatingAdmissionPolicy with its binding: admissionregistration.k8s.io/v1, since Kubernetes 1.30. */

export interface NamedExpression {
  readonly name: string;
  readonly expression: string;
}

export interface Validation {
  readonly expression: string;
  readonly message: string;
}

export interface PolicyRule {
  readonly apiGroups: readonly string[];
  readonly apiVersions: readonly string[];
  readonly operations: readonly ('CREATE' | 'UPDATE')[];
  readonly resources: readonly string[];
}

export interface AdmissionPolicy {
  readonly name: string;
  /** What happens when an expression cannot be evaluated. With Fail a broken policy refuses whatever its actions are (apiserver v0.36.3 policy/validating/dispatcher.go). */
  readonly failurePolicy: 'Fail' | 'Ignore';
  readonly resources: readonly PolicyRule[];
  readonly conditions?: readonly NamedExpression[];
  readonly variables?: readonly NamedExpression[];
  readonly validations: readonly Validation[];
  readonly actions: readonly ('Deny' | 'Warn' | 'Audit')[];
  /** Namespaces by name; all when undefined. */
  readonly namespaces?: { readonly operator: 'In' | 'NotIn'; readonly values: readonly string[] };
}

/** The two objects: what is asked, and where it holds and what it does. */
export function admissionPolicyObjects({
  name,
  failurePolicy,
  resources,
  conditions,
  variables,
  validations,
  actions,
  namespaces,
}: AdmissionPolicy) {
  return {
    policy: {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingAdmissionPolicy',
      metadata: { name },
      spec: {
        failurePolicy,
        matchConstraints: { resourceRules: resources },
        ...(conditions ? { matchConditions: conditions } : {}),
        ...(variables ? { variables } : {}),
        validations,
      },
    },
    binding: {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingAdmissionPolicyBinding',
      metadata: { name },
      spec: {
        policyName: name,
        validationActions: actions,
        ...(namespaces ? { matchResources: { namespaceSelector: namespaceSelector(namespaces) } } : {}),
      },
    },
  };
}

function namespaceSelector({ operator, values }: NonNullable<AdmissionPolicy['namespaces']>) {
  return { matchExpressions: [{ key: 'kubernetes.io/metadata.name', operator, values }] };
}
