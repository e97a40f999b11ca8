/** Workloads with their pods: read from pod objects where there are any, else made as the controllers would make them. */
import type { Labels, Refuse } from '../kubernetes/objects.ts';
import { at, into, reader } from '../kubernetes/objects.ts';
import { validateAdmission } from '../kubernetes/validation/admission.ts';
import type { PodSpec } from '../kubernetes/pod-spec.ts';
import { readPodSpec } from '../kubernetes/pod-spec.ts';
import type { ClaimTemplate, WorkloadKind, WorkloadSpec } from '../kubernetes/pod-template.ts';
import { readWorkload, workloadKind } from '../kubernetes/pod-template.ts';
import type { AutoscalerSpec } from '../kubernetes/autoscalers.ts';
import { NOTHING } from '../kubernetes/selectors.ts';
import type { Volume } from '../kubernetes/volumes.ts';
import { daemonPodSpec, runsDaemon } from './daemons.ts';
import type { Sourced } from './identity.ts';
import { nameOf, namespaceOf } from './identity.ts';
import type { ObjectIndex, Owner } from './indexes.ts';
import { annotationsOf, labelsOf } from './indexes.ts';
import type { Observed } from './observed-pods.ts';
import { byName, idOf, observedPods, readPod, workloadAbove } from './observed-pods.ts';
import { kindOf, readSourced } from './pod-owners.ts';
import type { TemplateMaker } from './templates.ts';
import { splitLabels, templateHash, templateMaker } from './templates.ts';
import { isStored } from './validate.ts';
import type { AdmissionOf, PodTemplate, Workload, WorldNode, WorldPod } from './world.ts';

export interface WorkloadInputs {
  readonly index: ObjectIndex;
  readonly nodes: readonly WorldNode[];
  readonly admissionOf: AdmissionOf;
  /** By `kind/namespace/name` of the target. */
  readonly autoscalers: ReadonlyMap<string, AutoscalerSpec>;
  readonly refuseIn: (sourced: Sourced) => Refuse;
  readonly isRefused: (sourced: Sourced | undefined) => boolean;
}

/** Every workload of the inventory, sorted by id. */
export function buildWorkloads(inputs: WorkloadInputs): readonly Workload[] {
  const context: Context = { ...inputs, maker: templateMaker() };
  const observed = observedPods(inputs.index);
  const referred = referredCounts(inputs.index);
  const workloads: Workload[] = [];
  for (const sourced of inputs.index.all) {
    const kind = kindOf(sourced);
    if (kind === undefined || kind === 'Pod' || workloadAbove(sourced, inputs.index) !== undefined) continue;
    const read = readSourced(kind, sourced, inputs.refuseIn(sourced));
    if (read === undefined) continue;
    const id = idOf(sourced.object.kind, namespaceOf(sourced.object) ?? '', nameOf(sourced.object));
    const spec = { ...read, ...referred.get(id) };
    const pods = observed.get(id);
    observed.delete(id);
    const known = { id, kind, sourced, spec };
    workloads.push(pods === undefined ? expected(known, context) : fromPods(known, pods, context));
  }
  for (const [id, pods] of observed) workloads.push(ofPodsAlone(id, pods, context));
  return accepted(workloads, inputs.isRefused).sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
}

/**
 * Counts of Argo Rollouts whose template is a Deployment's (`workloadRef`), by the Deployment's id: their pods run in place
 * of its own, which the controller scales down (argo-rollouts v1.9 rollout/templateref.go).
 */
function referredCounts(index: ObjectIndex): ReadonlyMap<string, Pick<WorkloadSpec, 'replicas' | 'replicasWritten'>> {
  const counts = new Map<string, Pick<WorkloadSpec, 'replicas' | 'replicasWritten'>>();
  for (const { object } of index.byKind.get('argoproj.io/Rollout') ?? []) {
    const [kind, name] = [at(object, 'spec', 'workloadRef', 'kind'), at(object, 'spec', 'workloadRef', 'name')];
    if (kind !== 'Deployment' || typeof name !== 'string') continue;
    const written = at(object, 'spec', 'replicas');
    const known = typeof written === 'number';
    counts.set(idOf(kind, namespaceOf(object) ?? '', name), {
      replicas: known ? written : 1,
      replicasWritten: known,
    });
  }
  return counts;
}

/** Without what the API server would refuse: whole workloads, or some of their pods. */
function accepted(workloads: readonly Workload[], isRefused: WorkloadInputs['isRefused']): Workload[] {
  return workloads.flatMap((workload) => {
    if (isRefused(workload.sourced)) return [];
    if (!workload.pods.some(({ sourced }) => isRefused(sourced))) return [workload];
    const pods = workload.pods.filter(({ sourced }) => !isRefused(sourced));
    if (pods.length === 0 && workload.sourced === undefined) return [];
    return [{ ...workload, pods, templates: [...new Set(pods.map(({ template }) => template))] }];
  });
}

interface Known {
  readonly id: string;
  readonly kind: Workload['kind'];
  readonly sourced: Sourced | undefined;
  readonly spec: WorkloadSpec;
}

interface Context extends WorkloadInputs {
  readonly maker: TemplateMaker;
}

function expected(known: Known & { readonly kind: WorkloadKind }, context: Context): Workload {
  const { spec, kind, sourced } = known;
  const namespace = sourced === undefined ? '' : (namespaceOf(sourced.object) ?? '');
  const hash = templateHash(at(sourced?.object, ...spec.templatePath));
  const admission = context.admissionOf(namespace);
  if (sourced !== undefined && !isStored(sourced.object)) {
    const written = [...spec.templatePath, 'spec'].reduce(into, reader(sourced.object, context.refuseIn(sourced)));
    validateAdmission(written, spec.template, admission);
  }
  const template = context.maker.make({
    namespace,
    labels: { ...spec.labels, ...(sourced?.podOwner === undefined ? controllerLabels(kind, hash) : {}) },
    annotations: spec.annotations,
    spec: madeSpec(kind, spec),
    admission,
  });
  const autoscaler = context.autoscalers.get(known.id);
  const owner = madeOwner(known, hash);
  const pods =
    kind === 'DaemonSet'
      ? daemonPods(known, template, { nodes: context.nodes, owner })
      : replicaPods(known, template, { hash, count: boundedReplicas(known, autoscaler, context), owner });
  return workloadOf(known, { templates: [template], pods, replicas: pods.length, autoscaler, observed: false });
}

/** The template as its controller completes it for each pod. */
function madeSpec(kind: WorkloadKind, { template, claimTemplates }: WorkloadSpec): PodSpec {
  if (kind === 'DaemonSet') return daemonPodSpec(template);
  if (claimTemplates.length === 0) return template;
  return { ...template, volumes: withClaimTemplates(template.volumes, claimTemplates) };
}

/** A claim template takes the place of the volume with its name: pkg/controller/statefulset/stateful_set_utils.go (updateStorage). */
function withClaimTemplates(volumes: readonly Volume[], templates: readonly ClaimTemplate[]): readonly Volume[] {
  const own = templates.map(({ name }): Volume => ({ name, source: { kind: 'claimTemplate', readOnly: false } }));
  const names = new Set(own.map(({ name }) => name));
  return [...own, ...volumes.filter(({ name }) => !names.has(name))];
}

/** The controller of the pods that are made: a Deployment and a Rollout act through a ReplicaSet. */
function madeOwner({ kind, sourced, spec }: Known, hash: string): Owner | undefined {
  if (sourced === undefined || kind === 'Other' || kind === 'Pod') return undefined;
  const name = nameOf(sourced.object);
  if (sourced.podOwner === undefined && (kind === 'Deployment' || kind === 'Rollout'))
    return { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: `${name}-${hash}`, uid: '' };
  if (spec.cron !== undefined) return { apiVersion: 'batch/v1', kind: 'Job', name, uid: '' };
  const uid = at(sourced.object, 'metadata', 'uid');
  return {
    apiVersion: sourced.object.apiVersion,
    kind: sourced.object.kind,
    name,
    uid: typeof uid === 'string' ? uid : '',
  };
}

/** Labels that controllers add to the pods they make. */
function controllerLabels(kind: WorkloadKind, hash: string): Labels {
  if (kind === 'Deployment' || kind === 'ReplicaSet') return kind === 'Deployment' ? { 'pod-template-hash': hash } : {};
  if (kind === 'Rollout') return { 'rollouts-pod-template-hash': hash };
  return kind === 'StatefulSet' || kind === 'DaemonSet' ? { 'controller-revision-hash': hash } : {};
}

/** More pods than the largest cluster holds several times over (150,000: Kubernetes docs, setup/best-practices/cluster-large) are a slip. */
const MOST_PODS = 1_000_000;

function boundedReplicas({ spec, sourced }: Known, autoscaler: AutoscalerSpec | undefined, context: Context): number {
  const count = scaledReplicas(spec, autoscaler);
  if (count <= MOST_PODS) return count;
  if (sourced !== undefined)
    context.refuseIn(sourced)({
      path: ['spec', spec.job === undefined ? 'replicas' : 'parallelism'],
      found: `${count} pods`,
      expected: `at most ${MOST_PODS} pods`,
    });
  return 0;
}

/** Replicas as written, or 1, within the autoscaler's range; 0 switches the autoscaler off (horizontal.go, reconcileAutoscaler). */
function scaledReplicas(spec: WorkloadSpec, autoscaler: AutoscalerSpec | undefined): number {
  const written = spec.replicas ?? 0;
  if (autoscaler === undefined || written === 0) return written;
  return Math.min(Math.max(written, autoscaler.minReplicas), autoscaler.maxReplicas);
}

function replicaPods(
  known: Known,
  template: PodTemplate,
  { hash, count, owner }: { hash: string; count: number; owner: Owner | undefined },
): readonly WorldPod[] {
  const { kind, spec, sourced } = known;
  const name = sourced === undefined ? '' : nameOf(sourced.object);
  return Array.from({ length: count }, (_, index): WorldPod => {
    const ordinal = spec.firstOrdinal + index;
    const podName =
      kind === 'StatefulSet'
        ? `${name}-${ordinal}`
        : kind === 'Deployment' || kind === 'Rollout'
          ? `${name}-${hash}-${index + 1}`
          : `${name}-${index + 1}`;
    const own =
      kind === 'StatefulSet' && sourced?.podOwner === undefined
        ? { 'statefulset.kubernetes.io/pod-name': podName, 'apps.kubernetes.io/pod-index': String(ordinal) }
        : undefined;
    return newPod({
      name: podName,
      template,
      node: template.spec.nodeName,
      ownLabels: own,
      ordinal: kind === 'StatefulSet' ? ordinal : undefined,
      owner,
    });
  });
}

function daemonPods(
  known: Known,
  template: PodTemplate,
  { nodes, owner }: { nodes: readonly WorldNode[]; owner: Owner | undefined },
): readonly WorldPod[] {
  const name = known.sourced === undefined ? '' : nameOf(known.sourced.object);
  return nodes
    .filter((node) => runsDaemon(template.demand, node))
    .map((node) =>
      newPod({
        name: `${name}-${node.name}`,
        template,
        node: node.name,
        ownLabels: undefined,
        ordinal: undefined,
        owner,
      }),
    );
}

function newPod(pod: Pick<WorldPod, 'name' | 'template' | 'node' | 'ownLabels' | 'ordinal' | 'owner'>): WorldPod {
  return {
    ...pod,
    uid: undefined,
    ready: undefined,
    terminating: false,
    deletionCost: 0,
    status: undefined,
    held: undefined,
    sourced: undefined,
  };
}

function fromPods(known: Known, pods: readonly Observed[], context: Context): Workload {
  const world = pods.map((pod) => readPod(pod, known, context)).sort(byName);
  const autoscaler = context.autoscalers.get(known.id);
  const replicas = known.kind === 'DaemonSet' ? world.length : boundedReplicas(known, autoscaler, context);
  return workloadOf(known, {
    templates: [...new Set(world.map(({ template }) => template))],
    pods: world,
    replicas,
    autoscaler,
    observed: true,
  });
}

/** A workload of which only pods were given: its owner is not there, or they have none. */
function ofPodsAlone(id: string, pods: readonly Observed[], context: Context): Workload {
  const [first] = pods;
  const bare = first !== undefined && id.startsWith('Pod/');
  const kind = first?.owner === undefined ? undefined : workloadKind(first.owner);
  const known: Known = {
    id,
    kind: bare ? 'Pod' : (kind ?? 'Other'),
    sourced: bare ? first.sourced : undefined,
    spec: specOfPods(pods),
  };
  return fromPods(known, pods, context);
}

function specOfPods(pods: readonly Observed[]): WorkloadSpec {
  const sample = pods[0]?.sourced.object;
  const read = sample === undefined ? undefined : readWorkload('Pod', sample);
  return {
    kind: 'Pod',
    templatePath: [],
    labels: sample === undefined ? {} : splitLabels(labelsOf(sample)).shared,
    annotations: sample === undefined ? {} : annotationsOf(sample),
    template: read?.template ?? readPodSpec(reader({})),
    selector: NOTHING,
    replicas: pods.length,
    replicasWritten: true,
    update: { type: 'None' },
    minReadySeconds: 0,
    podManagementPolicy: 'Parallel',
    firstOrdinal: 0,
    serviceName: undefined,
    claimTemplates: [],
    job: undefined,
    cron: undefined,
  };
}

function workloadOf(
  known: Known,
  parts: Pick<Workload, 'templates' | 'pods' | 'replicas' | 'autoscaler' | 'observed'>,
): Workload {
  const [, namespace = '', name = ''] = known.id.split('/');
  const notes = {
    ...known.spec.annotations,
    ...(known.sourced === undefined ? {} : annotationsOf(known.sourced.object)),
  };
  return {
    id: known.id,
    kind: known.kind,
    namespace,
    name,
    sourced: known.sourced,
    spec: known.spec,
    static: notes['kubernetes.io/config.mirror'] !== undefined,
    criticality: notes['holdfast.dev/criticality'],
    acceptedDowntime: notes['holdfast.dev/accepted-downtime'],
    ...parts,
  };
}
