/** Keeps namespaces off GPU machines that have no business there, and leads the others to them. */
import type { NodeTaint } from '../../../facts.ts';
import type { ObjectArtifact } from '../../../system.ts';
import { GPU_RESOURCE } from '../gpu.ts';
import { validatingPolicy } from './policy.ts';
import type { SchedulingSettings } from '../settings.ts';

const PODS = [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE', 'UPDATE'], resources: ['pods'] }] as const;

/** Pods of DaemonSets have to run on every machine: device plugin, log shipper, monitoring. */
const NOT_A_DAEMON = {
  name: 'not-of-a-daemonset',
  expression:
    "!has(object.metadata.ownerReferences) || !object.metadata.ownerReferences.exists(o, o.kind == 'DaemonSet' && has(o.controller) && o.controller)",
};

/** What a pod has cannot be taken back: an update is judged only when it brings tolerations. */
const NEW_TOLERATIONS = {
  name: 'brings-tolerations',
  expression:
    "request.operation == 'CREATE' || (has(object.spec.tolerations) && (!has(oldObject.spec.tolerations) || size(object.spec.tolerations) != size(oldObject.spec.tolerations)))",
};

/** Policies and quotas for GPU machines; none without GPU pools. */
export function gpuArtifacts({ gpu }: SchedulingSettings): readonly ObjectArtifact[] {
  if (gpu === null) return [];
  return [...guard(gpu), ...guide(gpu), ...gpu.namespaces.map((namespace) => quota(namespace, gpu.perNamespace))];
}

type Gpu = NonNullable<SchedulingSettings['gpu']>;

function guard(gpu: Gpu): readonly ObjectArtifact[] {
  return validatingPolicy({
    name: 'holdfast-gpu-guard',
    purpose: `Refuses tolerations for GPU machines and requests for ${GPU_RESOURCE} outside the namespaces that may use them.`,
    decisions: ['scheduling.gpuAccess'],
    resources: PODS,
    conditions: [NOT_A_DAEMON, NEW_TOLERATIONS],
    validations: [
      {
        expression: `!has(object.spec.tolerations) || !object.spec.tolerations.exists(t, ${gpu.taints.map(tolerates).join(' || ')})`,
        message: `only namespaces ${gpu.namespaces.join(', ')} may tolerate the taint of GPU machines`,
      },
      {
        expression: `!(${requestsGpu('containers')} || (has(object.spec.initContainers) && ${requestsGpu('initContainers')}))`,
        message: `only namespaces ${gpu.namespaces.join(', ')} may request ${GPU_RESOURCE}`,
      },
    ],
    actions: ['Deny'],
    namespaces: { operator: 'NotIn', values: [...new Set([...gpu.namespaces, 'kube-system'])].sort() },
  });
}

function guide(gpu: Gpu): readonly ObjectArtifact[] {
  return validatingPolicy({
    name: 'holdfast-gpu-selector',
    purpose:
      'Tells of pods that tolerate the taint of GPU machines and select none: the toleration alone leads nobody there.',
    decisions: ['scheduling.gpuAccess'],
    resources: PODS,
    conditions: [NOT_A_DAEMON, NEW_TOLERATIONS],
    validations: [
      {
        expression: `!has(object.spec.tolerations) || !object.spec.tolerations.exists(t, ${gpu.taints.map(tolerates).join(' || ')}) || ${requestsGpu('containers')} || (has(object.spec.affinity) && has(object.spec.affinity.nodeAffinity)) || (has(object.spec.nodeSelector) && (${gpu.selectors.map(selects).join(' || ')}))`,
        message:
          'the pod tolerates the taint of GPU machines but neither selects them nor requests a GPU, so it may land anywhere',
      },
    ],
    actions: ['Warn', 'Audit'],
    namespaces: { operator: 'In', values: [...gpu.namespaces] },
  });
}

/** Without type checks on the resources: the API server's type checker does not know their maps of quantities. */
function requestsGpu(list: 'containers' | 'initContainers'): string {
  const names = (field: 'limits' | 'requests'): string =>
    `(has(dyn(c.resources).${field}) && '${GPU_RESOURCE}' in dyn(c.resources).${field})`;
  return `object.spec.${list}.exists(c, has(c.resources) && (${names('limits')} || ${names('requests')}))`;
}

/** The rule of core/v1 ToleratesTaint for one taint, without the operators that are off. */
function tolerates({ key, value, effect }: NodeTaint): string {
  return [
    `((!has(t.key) || t.key == '' || t.key == ${text(key)})`,
    `(!has(t.effect) || t.effect == '' || t.effect == ${text(effect)})`,
    `((has(t.operator) && t.operator == 'Exists') || (has(t.value) ? t.value : '') == ${text(value)}))`,
  ].join(' && ');
}

function selects(labels: Readonly<Record<string, string>>): string {
  const all = Object.entries(labels).map(
    ([key, value]) =>
      `(${text(key)} in object.spec.nodeSelector && object.spec.nodeSelector[${text(key)}] == ${text(value)})`,
  );
  return all.join(' && ');
}

/** A CEL string literal; label keys, label values and effects hold no character that CEL would have escaped. */
function text(value: string): string {
  return `'${value}'`;
}

function quota(namespace: string, gpus: number): ObjectArtifact {
  return {
    form: 'object',
    path: `objects/resourcequota-${namespace}-holdfast-gpu.yaml`,
    purpose: `Limits the GPUs that namespace ${namespace} may request.`,
    decisions: ['scheduling.gpuQuota'],
    object: {
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { name: 'holdfast-gpu', namespace },
      spec: { hard: { [`requests.${GPU_RESOURCE}`]: String(gpus) } },
    },
  };
}
