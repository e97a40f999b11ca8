/**
 * Pods that no API server would accept: the rules of ValidatePodSpec and its parts that matter for placing, running and
 * losing pods. Kubernetes v1.36.3 pkg/apis/core/validation/validation.go with default feature gates.
 */
import { isObject } from '../../core/json.ts';
import type { Reader } from '../objects.ts';
import { at, into, items, reader, refuse, text } from '../objects.ts';
import { readPodSpec } from '../pod-spec.ts';
import { validateContainers } from './containers.ts';
import {
  isDnsLabel,
  isDnsSubdomain,
  isQualifiedName,
  validateChoice,
  validateExactChoice,
  validateNumber,
} from './names.ts';
import { validatePlacement } from './placement.ts';
import { SHAPES, validateShape } from './shapes.ts';
import { validatePodLevel, validateResources } from './resources.ts';

/** A pod, or the template of pods; of a StatefulSet the volumes that its claim templates take the place of do not count. */
export interface PodForm {
  readonly of: 'pod' | 'template';
  /** As written, of any shape. */
  readonly labels: unknown;
  /** Names of claim templates. */
  readonly replaced?: ReadonlySet<string>;
}

export function validatePodSpec(spec: Reader, form: PodForm): void {
  // What is there and is no map is told by its owner's shape; what is not there is an empty map.
  if (spec.value !== undefined && spec.value !== null && !isObject(spec.value)) return;
  validateShape(spec, SHAPES.pod);
  validateContainers(spec, form.of);
  validateVolumes(spec, form.replaced ?? new Set());
  validateResources(into(spec, 'resources'), 'pod');
  if (isObject(at(spec.value, 'resources'))) validatePodLevel(spec, readPodSpec(reader(spec.value)));
  validateOverhead(spec);
  validatePlacement(spec, form.labels);
  validateLife(spec);
  validateGates(spec, form);
  validateNames(spec);
}

function validateVolumes(spec: Reader, replaced: ReadonlySet<string>): void {
  const names = new Set(replaced);
  for (const volume of items(spec, 'volumes')) {
    const name = text(volume, 'name') ?? '';
    if (replaced.has(name)) continue;
    if (!isDnsLabel(name)) refuse(into(volume, 'name'), 'a name of at most 63 lower-case letters, digits and -');
    else if (names.has(name)) refuse(into(volume, 'name'), 'a name that no other volume of the pod has');
    names.add(name);
    const sources = isObject(volume.value)
      ? Object.keys(volume.value).filter((key) => key !== 'name' && isObject(at(volume.value, key)))
      : [];
    // Without a source it is an emptyDir (SetDefaults_Volume).
    if (sources.length > 1) refuse(volume, 'one source for a volume');
    const claim = into(volume, 'persistentVolumeClaim');
    if (isObject(claim.value) && (text(claim, 'claimName') ?? '') === '')
      refuse(into(claim, 'claimName'), 'the name of a claim');
  }
  validateMounts(spec, names);
}

function validateMounts(spec: Reader, volumes: ReadonlySet<string>): void {
  for (const container of [...items(spec, 'containers'), ...items(spec, 'initContainers')]) {
    const paths = new Set<string>();
    for (const [field, place] of MOUNTS) {
      for (const mount of items(container, field)) {
        if (!volumes.has(text(mount, 'name') ?? '')) refuse(into(mount, 'name'), 'the name of a volume of the pod');
        const path = text(mount, place) ?? '';
        if (path === '' || paths.has(path)) refuse(into(mount, place), 'a path that nothing else of the container has');
        paths.add(path);
      }
    }
  }
}

const MOUNTS = [
  ['volumeMounts', 'mountPath'],
  ['volumeDevices', 'devicePath'],
] as const;

/** Overhead is checked like limits of a container. */
function validateOverhead(spec: Reader): void {
  const overhead = into(spec, 'overhead');
  if (!isObject(overhead.value)) return;
  const { refuse: tell, path } = overhead;
  validateResources(
    // The path of the made-up `limits` is the overhead itself.
    reader({ limits: overhead.value }, (refusal) => tell({ ...refusal, path: [...path(), ...refusal.path.slice(1)] })),
    'container',
  );
}

function validateLife(spec: Reader): void {
  validateChoice(spec, 'restartPolicy', ['Always', 'OnFailure', 'Never']);
  validateNumber(spec, 'activeDeadlineSeconds', 1);
  validateExactChoice(spec, 'preemptionPolicy', ['PreemptLowerPriority', 'Never']);
  if (at(spec.value, 'hostUsers') !== false) return;
  for (const field of ['hostNetwork', 'hostPID', 'hostIPC'])
    if (at(spec.value, field) === true) refuse(into(spec, field), 'false, when hostUsers is false');
}

function validateGates(spec: Reader, { of }: PodForm): void {
  const seen = new Set<string>();
  const gates = items(spec, 'schedulingGates');
  for (const gate of gates) {
    const name = text(gate, 'name') ?? '';
    if (!isQualifiedName(name)) refuse(into(gate, 'name'), 'a name, like example.com/gate');
    else if (seen.has(name)) refuse(into(gate, 'name'), 'each gate once');
    seen.add(name);
  }
  if (of === 'pod' && gates.length > 0 && (text(spec, 'nodeName') ?? '') !== '')
    refuse(into(spec, 'nodeName'), 'no node while scheduling gates are there');
  for (const gate of items(spec, 'readinessGates'))
    if (!isQualifiedName(text(gate, 'conditionType') ?? ''))
      refuse(into(gate, 'conditionType'), 'the type of a condition');
}

function validateNames(spec: Reader): void {
  for (const field of ['nodeName', 'serviceAccountName', 'priorityClassName', 'runtimeClassName']) {
    const name = text(spec, field) ?? '';
    if (name !== '' && !isDnsSubdomain(name)) refuse(into(spec, field), 'lower-case letters, digits, - and .');
  }
  if (at(spec.value, 'runtimeClassName') === '') refuse(into(spec, 'runtimeClassName'), 'a RuntimeClass, or nothing');
  for (const field of ['hostname', 'subdomain']) {
    const name = text(spec, field) ?? '';
    if (name !== '' && !isDnsLabel(name)) refuse(into(spec, field), 'at most 63 lower-case letters, digits and -');
  }
  const seen = new Set<string>();
  for (const claim of items(spec, 'resourceClaims')) {
    const name = text(claim, 'name') ?? '';
    if (!isDnsLabel(name) || seen.has(name)) refuse(into(claim, 'name'), 'a name that no other claim of the pod has');
    seen.add(name);
  }
}
