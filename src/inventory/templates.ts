/** Pod templates: made once for a workload, and found again for pods that were read one by one. */
import { isObject, stableJson } from '../core/json.ts';
import type { Admission } from '../kubernetes/defaulting.ts';
import { createdPod } from '../kubernetes/defaulting.ts';
import { demandOf } from '../kubernetes/feasibility.ts';
import type { Labels, Refusal, Refuse } from '../kubernetes/objects.ts';
import { reader } from '../kubernetes/objects.ts';
import type { PodSpec } from '../kubernetes/pod-spec.ts';
import { readPodSpec } from '../kubernetes/pod-spec.ts';
import { validateAdmission } from '../kubernetes/validation/admission.ts';
import { validatePodSpec } from '../kubernetes/validation/pods.ts';
import type { Volume } from '../kubernetes/volumes.ts';
import { withoutNodePin } from './daemons.ts';
import type { PodTemplate, Workload } from './world.ts';

/** Makes templates with ids that count up from 0. */
export interface TemplateMaker {
  /** A template as its controller gives it to the API server. */
  readonly make: (pod: NewPod) => PodTemplate;
  /** The template of a pod that was read as an object; pods of one owner with equal specifications share it. */
  readonly intern: (pod: ReadPod) => PodTemplate;
}

export interface NewPod {
  readonly namespace: string;
  readonly labels: Labels;
  readonly annotations: Labels;
  readonly spec: PodSpec;
  readonly admission: Admission;
}

export interface ReadPod {
  /** What its siblings have in common: the owner's id. */
  readonly owner: string;
  /**
   * Of the workload. The controller of a DaemonSet pins each pod to its node by affinity, that of a StatefulSet gives each
   * pod claims with its name; siblings differ in that alone.
   */
  readonly kind: Workload['kind'];
  readonly name: string;
  readonly namespace: string;
  readonly labels: Labels;
  readonly annotations: Labels;
  readonly rawSpec: unknown;
  readonly admission: Admission;
  /** An API server has taken it. */
  readonly judged: boolean;
  /** Admission has been, as its priority shows. */
  readonly admitted: boolean;
  readonly refuse: Refuse;
}

/** Specifications per owner that are compared; an owner whose pods all differ must not cost a comparison with each. */
const MOST_SIBLINGS = 8;

/** Labels that differ between the pods of one template. */
const OWN_LABELS: ReadonlySet<string> = new Set([
  'statefulset.kubernetes.io/pod-name',
  'apps.kubernetes.io/pod-index',
  'batch.kubernetes.io/job-completion-index',
]);

export function templateMaker(): TemplateMaker {
  let count = 0;
  const make = ({ namespace, labels, annotations, spec, admission }: NewPod): PodTemplate => {
    const created = createdPod(spec, labels, admission);
    count += 1;
    return {
      id: count - 1,
      namespace,
      labels,
      annotations,
      spec: created,
      demand: demandOf(created),
      priority: created.priority ?? 0,
    };
  };
  const known = new Map<string, Sibling[]>();
  const intern = (pod: ReadPod): PodTemplate => {
    const { shared } = splitLabels(pod.labels);
    const siblings = known.get(pod.owner) ?? known.set(pod.owner, []).get(pod.owner) ?? [];
    const same = siblings.find(
      (sibling) => sameLabels(sibling.template.labels, shared) && sameSpec(sibling, pod, pod.kind),
    );
    if (same !== undefined) {
      if (!pod.judged) for (const refusal of same.refusals) pod.refuse(refusal);
      return same.template;
    }
    const refusals: Refusal[] = [];
    const written = reader(pod.rawSpec, (refusal) => refusals.push(refusal), ['spec']);
    const read = { ...readPodSpec(written), nodeName: undefined };
    if (!pod.judged) {
      validatePodSpec(written, { of: 'pod', labels: pod.labels });
      if (!pod.admitted) validateAdmission(written, read, pod.admission);
    }
    for (const refusal of refusals) pod.refuse(refusal);
    const template = make({ ...pod, labels: shared, spec: sharedSpec(read, pod) });
    siblings.push({ rawSpec: pod.rawSpec, name: pod.name, template, refusals });
    if (siblings.length > MOST_SIBLINGS) siblings.shift();
    return template;
  };
  return { make, intern };
}

/** The specification without what its controller made of it for this one pod. */
function sharedSpec(spec: PodSpec, { kind, name }: ReadPod): PodSpec {
  if (kind === 'DaemonSet') return withoutNodePin(spec);
  if (kind !== 'StatefulSet') return spec;
  const volumes = spec.volumes.map((volume): Volume =>
    volume.source.kind === 'claim' && volume.source.claim === `${volume.name}-${name}`
      ? { name: volume.name, source: { kind: 'claimTemplate', readOnly: volume.source.readOnly } }
      : volume,
  );
  return { ...spec, volumes };
}

/** Labels that siblings share, and the pod's own. */
export function splitLabels(labels: Labels): { readonly shared: Labels; readonly own: Labels | undefined } {
  let own: Record<string, string> | undefined;
  for (const key in labels) if (OWN_LABELS.has(key)) (own ??= {})[key] = labels[key] ?? '';
  if (own === undefined) return { shared: labels, own };
  return { shared: Object.fromEntries(Object.entries(labels).filter(([key]) => !OWN_LABELS.has(key))), own };
}

/**
 * A label value in the form of Kubernetes' pod-template-hash, from the template's content. The real one hashes a dump of
 * Go structures and cannot be known from a manifest; this one differs exactly when the template does.
 */
export function templateHash(template: unknown): string {
  let hash = 0x811c9dc5;
  const text = stableJson(template);
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193) >>> 0;
  return String(hash)
    .split('')
    .map((digit) => SAFE[Number(digit)] ?? '')
    .join('');
}

/** The alphabet of rand.SafeEncodeString, apimachinery pkg/util/rand/rand.go. */
const SAFE = 'bcdfghjklmnpqrstvwxz2456789';

function sameLabels(a: Labels, b: Labels): boolean {
  let count = 0;
  for (const key in a) {
    if (a[key] !== b[key]) return false;
    count += 1;
  }
  for (const _ in b) count -= 1;
  return count === 0;
}

/** Fields of a PodSpec that the scheduler or the API server fills in for each pod. */
const PER_POD: ReadonlySet<string> = new Set(['nodeName', 'hostname']);
/** The API server gives the token volume of every pod a name of its own. */
const TOKEN_VOLUME = 'kube-api-access-';

interface Sibling extends Raw {
  readonly template: PodTemplate;
  /** What is wrong with all pods that share it. */
  readonly refusals: readonly Refusal[];
}

interface Raw {
  readonly rawSpec: unknown;
  readonly name: string;
}

function sameSpec({ rawSpec: a, name }: Raw, { rawSpec: b, name: other }: Raw, kind: Workload['kind']): boolean {
  if (!isObject(a) || !isObject(b)) return sameValue(a, b);
  const ignored = (key: string): boolean => PER_POD.has(key) || (kind === 'DaemonSet' && key === 'affinity');
  for (const key in a) {
    if (ignored(key) || sameValue(a[key], b[key])) continue;
    if (kind !== 'StatefulSet' || key !== 'volumes' || !sameVolumes(a[key], b[key], [name, other])) return false;
  }
  for (const key in b) if (!ignored(key) && !Object.hasOwn(a, key)) return false;
  return true;
}

/** Volumes that are equal but for claims which carry each pod's name. */
function sameVolumes(a: unknown, b: unknown, [name, other]: readonly [string, string]): boolean {
  if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false;
  return a.every((volume: unknown, index) => {
    const twin: unknown = b[index];
    if (sameValue(volume, twin)) return true;
    if (!isObject(volume) || !isObject(twin) || volume['name'] !== twin['name']) return false;
    const [claim, second] = [volume['persistentVolumeClaim'], twin['persistentVolumeClaim']];
    if (!isObject(claim) || !isObject(second) || claim['readOnly'] !== second['readOnly']) return false;
    const volumeName = String(volume['name']);
    return claim['claimName'] === `${volumeName}-${name}` && second['claimName'] === `${volumeName}-${other}`;
  });
}

function sameValue(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a === 'string' && typeof b === 'string') return a.startsWith(TOKEN_VOLUME) && b.startsWith(TOKEN_VOLUME);
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((item, index) => sameValue(item, b[index]));
  if (!isObject(a) || !isObject(b)) return false;
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && sameValue(a[key], b[key]))
  );
}
