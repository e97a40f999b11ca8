/** Namespaces with their quota and default requests; GPU namespaces so that their quota has a place. */
import { formatBytes, formatCpu } from '../../../core/quantity.ts';
import type { PolicyFacts } from '../../../facts.ts';
import { podSecurityLabels } from '../../../kubernetes/pod-security.ts';
import type { ObjectArtifact } from '../../../system.ts';
import type { SchedulingSettings } from '../settings.ts';

/** Requests that a container gets when it states none; a quota on requests refuses pods without any. No default limit: it would refuse containers that request more. */
const DEFAULT_REQUEST = { cpu: '100m', memory: '128Mi' } as const;

/** Those that the policy gives a level by name are rendered there. */
export function namespaceArtifacts(
  settings: SchedulingSettings,
  { podSecurity }: PolicyFacts,
): readonly ObjectArtifact[] {
  const elsewhere = new Set(podSecurity?.namespaces.map(({ name }) => name));
  const names = new Set([...settings.namespaces.map(({ name }) => name), ...(settings.gpu?.namespaces ?? [])]);
  return [
    ...[...names].filter((name) => !elsewhere.has(name)).map((name) => namespace(name, settings, podSecurity)),
    ...settings.namespaces.flatMap(quotaAndRange),
  ];
}

function namespace(
  name: string,
  settings: SchedulingSettings,
  podSecurity: PolicyFacts['podSecurity'],
): ObjectArtifact {
  const labels = podSecurity === null ? {} : { labels: podSecurityLabels(podSecurity, name) };
  const decisions = [
    ...(settings.namespaces.some((one) => one.name === name) ? ['scheduling.namespaces'] : []),
    ...(settings.gpu?.namespaces.includes(name) ? ['scheduling.gpuAccess'] : []),
    ...(podSecurity === null ? [] : ['policy.podSecurityLevels']),
  ];
  return {
    form: 'object',
    path: `objects/namespace-${name}.yaml`,
    purpose: 'The namespace that the quotas beside it limit.',
    decisions,
    object: { apiVersion: 'v1', kind: 'Namespace', metadata: { name, ...labels } },
  };
}

function quotaAndRange({
  name,
  cpu,
  memory,
  pods,
}: SchedulingSettings['namespaces'][number]): readonly ObjectArtifact[] {
  const hard = {
    ...(cpu === null ? {} : { 'requests.cpu': formatCpu(cpu) }),
    ...(memory === null ? {} : { 'requests.memory': formatBytes(memory) }),
    ...(pods === null ? {} : { pods: String(pods) }),
  };
  const range: ObjectArtifact = {
    form: 'object',
    path: `objects/limitrange-${name}-holdfast.yaml`,
    purpose: `Gives containers of namespace ${name} requests when they state none.`,
    decisions: ['scheduling.namespaces'],
    object: {
      apiVersion: 'v1',
      kind: 'LimitRange',
      metadata: { name: 'holdfast', namespace: name },
      spec: { limits: [{ type: 'Container', defaultRequest: DEFAULT_REQUEST }] },
    },
  };
  if (Object.keys(hard).length === 0) return [range];
  return [
    range,
    {
      form: 'object',
      path: `objects/resourcequota-${name}-holdfast.yaml`,
      purpose: `Limits what the pods of namespace ${name} may request together.`,
      decisions: ['scheduling.namespaces'],
      object: {
        apiVersion: 'v1',
        kind: 'ResourceQuota',
        metadata: { name: 'holdfast', namespace: name },
        spec: { hard },
      },
    },
  ];
}
