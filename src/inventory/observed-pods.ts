/** Pods that were read as objects, and the workload that each belongs to. */
import type { Admission } from '../kubernetes/defaulting.ts';
import type { Refuse } from '../kubernetes/objects.ts';
import { at, reader } from '../kubernetes/objects.ts';
import { readHeldResources, readPodStatus, readinessOf } from '../kubernetes/pod-status.ts';
import type { Sourced } from './identity.ts';
import { nameOf, namespaceOf } from './identity.ts';
import type { ObjectIndex, Owner } from './indexes.ts';
import { annotationsOf, controllerOf, find, labelsOf, ownerOf } from './indexes.ts';
import { kindOf } from './pod-owners.ts';
import type { TemplateMaker } from './templates.ts';
import { splitLabels } from './templates.ts';
import { isStored } from './validate.ts';
import type { AdmissionOf, Workload, WorldPod } from './world.ts';

export interface Observed {
  readonly sourced: Sourced;
  readonly owner: Owner | undefined;
}

export interface PodContext {
  readonly maker: TemplateMaker;
  readonly admissionOf: AdmissionOf;
  readonly refuseIn: (sourced: Sourced) => Refuse;
}

/** `Deployment/shop/cart`. */
export function idOf(kind: string, namespace: string, name: string): string {
  return `${kind}/${namespace}/${name}`;
}

/** Pods that still run or may, by the id of the workload that they belong to. */
export function observedPods(index: ObjectIndex): Map<string, Observed[]> {
  const byWorkload = new Map<string, Observed[]>();
  for (const sourced of index.byKind.get('/Pod') ?? []) {
    const phase = at(sourced.object, 'status', 'phase');
    if (phase === 'Succeeded' || phase === 'Failed') continue;
    const owner = controllerOf(sourced.object);
    const id = workloadIdOf(sourced, owner, index);
    const list = byWorkload.get(id);
    if (list === undefined) byWorkload.set(id, [{ sourced, owner }]);
    else list.push({ sourced, owner });
  }
  return byWorkload;
}

function workloadIdOf(pod: Sourced, owner: Owner | undefined, index: ObjectIndex): string {
  const namespace = namespaceOf(pod.object) ?? '';
  const workload = workloadAbove(pod, index);
  if (workload !== undefined) return idOf(workload.object.kind, namespace, nameOf(workload.object));
  if (owner === undefined || owner.kind === 'Node') return idOf('Pod', namespace, nameOf(pod.object));
  const maker = owner.kind === 'ReplicaSet' ? makerOfReplicaSet(pod, owner, index) : undefined;
  return maker === undefined
    ? idOf(owner.kind, namespace, owner.name)
    : idOf(maker.object.kind, namespace, nameOf(maker.object));
}

/**
 * The last workload up the chain of owners that was given, which speaks for those below: the Deployment of the pod's
 * ReplicaSet, the CronJob of a Job. Between them may be kinds that make no pods.
 */
export function workloadAbove(below: Sourced, index: ObjectIndex): Sourced | undefined {
  let found: Sourced | undefined;
  let here: Sourced | undefined = below;
  for (let links = 0; links < MAX_OWNERS; links += 1) {
    here = ownerOf(index, here.object);
    if (here === undefined || here === below) break;
    if (kindOf(here) !== undefined) found = here;
  }
  return found;
}

/** Real chains have two or three links; a circle must end. */
const MAX_OWNERS = 8;

/** The Deployment or Rollout behind a ReplicaSet that was not given: its name is theirs with the hash of the pod's label. */
function makerOfReplicaSet(pod: Sourced, owner: Owner, index: ObjectIndex): Sourced | undefined {
  const labels = labelsOf(pod.object);
  const namespace = namespaceOf(pod.object) ?? '';
  for (const [label, kind] of HASH_LABELS) {
    const hash = labels[label];
    if (hash === undefined || !owner.name.endsWith(`-${hash}`)) continue;
    return find(index, kind, namespace, owner.name.slice(0, -hash.length - 1));
  }
  return undefined;
}

const HASH_LABELS = [
  ['pod-template-hash', 'apps/Deployment'],
  ['rollouts-pod-template-hash', 'argoproj.io/Rollout'],
] as const;

/** The pod as it is; what it shares with its siblings is held in one template. */
export function readPod(
  { sourced, owner }: Observed,
  workload: Pick<Workload, 'id' | 'kind'>,
  context: PodContext,
): WorldPod {
  const { object } = sourced;
  const namespace = namespaceOf(object) ?? '';
  const labels = labelsOf(object);
  const admitted = isAdmitted(object);
  const template = context.maker.intern({
    owner: workload.id,
    kind: workload.kind,
    name: nameOf(object),
    namespace,
    labels,
    annotations: annotationsOf(object),
    rawSpec: object['spec'],
    admission: admitted ? STORED : context.admissionOf(namespace),
    judged: isStored(object),
    admitted,
    refuse: context.refuseIn(sourced),
  });
  const node = at(object, 'spec', 'nodeName');
  const fields = reader(object, context.refuseIn(sourced));
  const uid = at(object, 'metadata', 'uid');
  return {
    name: nameOf(object),
    uid: typeof uid === 'string' ? uid : undefined,
    owner: owner?.kind === 'Node' ? undefined : owner,
    template,
    node: typeof node === 'string' && node !== '' ? node : undefined,
    ownLabels: splitLabels(labels).own,
    ordinal: workload.kind === 'StatefulSet' ? ordinalOf(nameOf(object)) : undefined,
    ready: readinessOf(at(object, 'status')),
    terminating: at(object, 'metadata', 'deletionTimestamp') !== undefined,
    deletionCost: deletionCostOf(at(object, 'metadata', 'annotations', DELETION_COST)),
    status: readPodStatus(fields),
    held: readHeldResources(fields, template.spec),
    sourced,
  };
}

const DELETION_COST = 'controller.kubernetes.io/pod-deletion-cost';

/** pkg/apis/core/v1/helper/helpers.go (GetDeletionCostFromPodAnnotations): what is no 32-bit number counts as 0. */
function deletionCostOf(written: unknown): number {
  if (typeof written !== 'string' || !/^(?:0|-?[1-9]\d*)$/.test(written)) return 0;
  const cost = Number(written);
  return cost >= -(2 ** 31) && cost < 2 ** 31 ? cost : 0;
}

/**
 * True for a pod that an API server has admitted: it then carries its priority (plugin/pkg/admission/priority). What
 * changed in the cluster since does not touch it.
 */
function isAdmitted(object: unknown): boolean {
  return at(object, 'spec', 'priority') !== undefined;
}

const STORED: Admission = {
  containerDefaults: [],
  priorityClasses: new Map(),
  priorityClassesShown: false,
  runtimeClasses: new Map(),
  notReadySeconds: undefined,
  unreachableSeconds: undefined,
};

function ordinalOf(name: string): number | undefined {
  const match = /-(\d+)$/.exec(name);
  return match ? Number(match[1]) : undefined;
}

/** StatefulSet pods by ordinal, others by name. */
export function byName(a: WorldPod, b: WorldPod): number {
  if (a.ordinal !== undefined && b.ordinal !== undefined) return a.ordinal - b.ordinal;
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}
