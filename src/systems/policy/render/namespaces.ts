/** Namespaces that the section names; those that only other parts of the document name are rendered there, with the same labels. */
import { podSecurityLabels } from '../../../kubernetes/pod-security.ts';
import type { ObjectArtifact } from '../../../system.ts';
import type { PolicySettings } from '../settings.ts';

export function namespaces({ podSecurity }: PolicySettings): readonly ObjectArtifact[] {
  if (podSecurity === null) return [];
  return podSecurity.namespaces.map(({ name, level }) => ({
    form: 'object',
    path: `objects/namespace-${name}.yaml`,
    purpose: `The namespace with level ${level}, which the document gives it by name.`,
    decisions: ['policy.podSecurityLevels'],
    object: {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name, labels: podSecurityLabels(podSecurity, name) },
    },
  }));
}
