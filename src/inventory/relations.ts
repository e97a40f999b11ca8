/** What stands around workloads: services, budgets, autoscalers, claims, webhooks, each tied to what it selects or names. */
import type { Refuse } from '../kubernetes/objects.ts';
import { budgetCount } from '../kubernetes/percent.ts';
import type { AutoscalerSpec } from '../kubernetes/autoscalers.ts';
import { readHorizontalAutoscaler, readScaledObject } from '../kubernetes/autoscalers.ts';
import { readBudget, readService, readWebhooks } from '../kubernetes/readers.ts';
import type { Selector } from '../kubernetes/selectors.ts';
import { selects } from '../kubernetes/selectors.ts';
import type { Sourced } from './identity.ts';
import { nameOf, namespaceOf } from './identity.ts';
import type { LabelIndex, ObjectIndex } from './indexes.ts';
import { indexLabels, ofKind } from './indexes.ts';
import { idOf } from './observed-pods.ts';
import type { Workload, WorldAutoscaler, WorldBudget, WorldPod, WorldService, WorldWebhook } from './world.ts';
import { labelsOfPod } from './world.ts';

export interface RelationInputs {
  readonly index: ObjectIndex;
  readonly workloads: readonly Workload[];
  readonly refuseIn: (sourced: Sourced) => Refuse;
}

/** Ranges of the autoscalers by the workload that they move: `Deployment/shop/cart`. The first of several wins. */
export function autoscalerRanges(
  index: ObjectIndex,
  refuseIn: RelationInputs['refuseIn'],
): ReadonlyMap<string, AutoscalerSpec> {
  const ranges = new Map<string, AutoscalerSpec>();
  for (const { sourced, spec } of readAutoscalers(index, refuseIn)) {
    const id = idOf(spec.targetKind, namespaceOf(sourced.object) ?? '', spec.targetName);
    if (!ranges.has(id)) ranges.set(id, spec);
  }
  return ranges;
}

export function buildAutoscalers({ index, workloads }: RelationInputs): readonly WorldAutoscaler[] {
  const byId = new Map(workloads.map((workload) => [workload.id, workload]));
  return readAutoscalers(index, () => () => undefined).map(({ sourced, spec }) => {
    const namespace = namespaceOf(sourced.object) ?? '';
    return {
      namespace,
      name: nameOf(sourced.object),
      sourced,
      spec,
      workload: byId.get(idOf(spec.targetKind, namespace, spec.targetName)),
    };
  });
}

/** Workloads by the labels of their pods; one entry per template. */
export function indexWorkloads(workloads: readonly Workload[]): LabelIndex<Workload> {
  return indexLabels(
    workloads.flatMap((workload) =>
      workload.templates.map(({ namespace, labels }) => ({ namespace, labels, thing: workload })),
    ),
  );
}

/** The workload's pods that the selector selects; pods of one template are looked at one by one only if their own labels matter. */
export function selectedPods(workload: Workload, selector: Selector): readonly WorldPod[] {
  if (selector.matches === 'nothing') return [];
  const keys = new Set(selector.requirements.map(({ key }) => key));
  const chosen = new Map(workload.templates.map((template) => [template, selects(selector, template.labels)]));
  return workload.pods.filter((pod) => {
    const matters = pod.ownLabels !== undefined && Object.keys(pod.ownLabels).some((key) => keys.has(key));
    return matters ? selects(selector, labelsOfPod(pod)) : chosen.get(pod.template) === true;
  });
}

export function buildServices(
  { index, workloads, refuseIn }: RelationInputs,
  byLabels: LabelIndex<Workload>,
): readonly WorldService[] {
  return ofKind(index, '/Service').map((sourced) => {
    const spec = readService(sourced.object, refuseIn(sourced));
    const namespace = namespaceOf(sourced.object) ?? '';
    return {
      namespace,
      name: nameOf(sourced.object),
      sourced,
      spec,
      ...chosen(spec.selector, namespace, workloads, byLabels),
    };
  });
}

export function buildBudgets(
  { index, workloads, refuseIn }: RelationInputs,
  byLabels: LabelIndex<Workload>,
): readonly WorldBudget[] {
  return ofKind(index, 'policy/PodDisruptionBudget').map((sourced) => {
    const spec = readBudget(sourced.object, refuseIn(sourced));
    const namespace = namespaceOf(sourced.object) ?? '';
    const found = chosen(spec.selector, namespace, workloads, byLabels);
    const scale = found.workloads.reduce((sum, workload) => sum + (hasScale(workload) ? workload.replicas : 0), 0);
    const uncountable = found.workloads
      .filter((workload) => !hasScale(workload) && workload.kind !== 'Pod')
      .map(({ id }) => id);
    const needsScale = spec.maxUnavailable !== undefined || typeof spec.minAvailable === 'string';
    const count = needsScale && uncountable.length > 0 ? undefined : budgetCount(spec, scale, found.pods);
    return {
      namespace,
      name: nameOf(sourced.object),
      sourced,
      spec,
      ...found,
      scale,
      count,
      uncountable: needsScale ? uncountable : [],
    };
  });
}

export function buildWebhooks(
  { index, refuseIn }: RelationInputs,
  services: readonly WorldService[],
): readonly WorldWebhook[] {
  const byName = new Map(services.map((service) => [`${service.namespace}/${service.name}`, service]));
  const forms = [
    ['validating', 'admissionregistration.k8s.io/ValidatingWebhookConfiguration'],
    ['mutating', 'admissionregistration.k8s.io/MutatingWebhookConfiguration'],
  ] as const;
  return forms.flatMap(([form, kind]) =>
    ofKind(index, kind).flatMap((configuration) =>
      readWebhooks(configuration.object, refuseIn(configuration)).map((spec, position) => ({
        form,
        configuration,
        path: ['webhooks', position],
        spec,
        service: spec.service === undefined ? undefined : byName.get(`${spec.service.namespace}/${spec.service.name}`),
      })),
    ),
  );
}

/** True for workloads with a scale subresource, which budgets count by: pkg/controller/disruption/disruption.go (finders). */
export function hasScale({ kind }: Workload): boolean {
  return (
    kind === 'Deployment' ||
    kind === 'ReplicaSet' ||
    kind === 'StatefulSet' ||
    kind === 'ReplicationController' ||
    kind === 'Rollout'
  );
}

function chosen(
  selector: Selector,
  namespace: string,
  workloads: readonly Workload[],
  byLabels: LabelIndex<Workload>,
): { workloads: readonly Workload[]; pods: number } {
  const candidates = needsOwnLabels(selector)
    ? workloads.filter((workload) => workload.namespace === namespace)
    : byLabels.find(namespace, selector);
  let pods = 0;
  const found: Workload[] = [];
  for (const workload of candidates) {
    const count = selectedPods(workload, selector).length;
    if (count === 0) continue;
    pods += count;
    found.push(workload);
  }
  return { workloads: found, pods };
}

/** Selectors on labels that single pods carry are rare; they cannot be answered from templates. */
function needsOwnLabels(selector: Selector): boolean {
  return selector.matches === 'all-of' && selector.requirements.some(({ key }) => POD_LABELS.has(key));
}

const POD_LABELS: ReadonlySet<string> = new Set([
  'statefulset.kubernetes.io/pod-name',
  'apps.kubernetes.io/pod-index',
  'batch.kubernetes.io/job-completion-index',
]);

function readAutoscalers(
  index: ObjectIndex,
  refuseIn: RelationInputs['refuseIn'],
): readonly { sourced: Sourced; spec: AutoscalerSpec }[] {
  const horizontal = ofKind(index, 'autoscaling/HorizontalPodAutoscaler').map((sourced) => ({
    sourced,
    spec: readHorizontalAutoscaler(sourced.object, refuseIn(sourced)),
  }));
  const keda = ofKind(index, 'keda.sh/ScaledObject').map((sourced) => ({
    sourced,
    spec: readScaledObject(sourced.object, refuseIn(sourced)),
  }));
  return [...horizontal, ...keda];
}
