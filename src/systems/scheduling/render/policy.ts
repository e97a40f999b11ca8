/** Admission policies as files. */
import { type AdmissionPolicy, admissionPolicyObjects } from '../../../kubernetes/admission-policy.ts';
import type { ObjectArtifact } from '../../../system.ts';

export interface PolicyOptions extends Omit<AdmissionPolicy, 'failurePolicy'> {
  readonly purpose: string;
  readonly decisions: readonly string[];
}

/** Policy and binding; it fails closed only when it denies. */
export function validatingPolicy(options: PolicyOptions): readonly ObjectArtifact[] {
  const { name, purpose, decisions } = options;
  const failurePolicy = options.actions.includes('Deny') ? 'Fail' : 'Ignore';
  const { policy, binding } = admissionPolicyObjects({ ...options, failurePolicy });
  return [
    { form: 'object', path: `objects/validatingadmissionpolicy-${name}.yaml`, purpose, decisions, object: policy },
    {
      form: 'object',
      path: `objects/validatingadmissionpolicybinding-${name}.yaml`,
      purpose: `Says where ${name} holds and what it does.`,
      decisions,
      object: binding,
    },
  ];
}
