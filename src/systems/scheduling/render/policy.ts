/** A ValidatingAdmissionPolicy with its binding: admissionregistration.k8s.io/v1, since Kubernetes 1.30. */
import type { ObjectArtifact } from '../../../system.ts';

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

export interface PolicyOptions {
  readonly name: string;
  readonly purpose: string;
  readonly decisions: readonly string[];
  readonly resources: readonly PolicyRule[];
  readonly conditions?: readonly { readonly name: string; readonly expression: string }[];
  readonly variables?: readonly { readonly name: string; readonly expression: string }[];
  readonly validations: readonly Validation[];
  readonly actions: readonly ('Deny' | 'Warn' | 'Audit')[];
  /** Namespaces by name. */
  readonly namespaces: { readonly operator: 'In' | 'NotIn'; readonly values: readonly string[] };
}

/** Policy and binding; it fails closed only when it denies. */
export function validatingPolicy(options: PolicyOptions): readonly ObjectArtifact[] {
  const { name, purpose, decisions } = options;
  const spec = {
    failurePolicy: options.actions.includes('Deny') ? 'Fail' : 'Ignore',
    matchConstraints: { resourceRules: options.resources },
    ...(options.conditions ? { matchConditions: options.conditions } : {}),
    ...(options.variables ? { variables: options.variables } : {}),
    validations: options.validations,
  };
  return [
    {
      form: 'object',
      path: `objects/validatingadmissionpolicy-${name}.yaml`,
      purpose,
      decisions,
      object: {
        apiVersion: 'admissionregistration.k8s.io/v1',
        kind: 'ValidatingAdmissionPolicy',
        metadata: { name },
        spec,
      },
    },
    {
      form: 'object',
      path: `objects/validatingadmissionpolicybinding-${name}.yaml`,
      purpose: `Says where ${name} holds and what it does.`,
      decisions,
      object: {
        apiVersion: 'admissionregistration.k8s.io/v1',
        kind: 'ValidatingAdmissionPolicyBinding',
        metadata: { name },
        spec: {
          policyName: name,
          validationActions: options.actions,
          matchResources: { namespaceSelector: namespaceSelector(options.namespaces) },
        },
      },
    },
  ];
}

function namespaceSelector({ operator, values }: PolicyOptions['namespaces']) {
  return { matchExpressions: [{ key: 'kubernetes.io/metadata.name', operator, values }] };
}
