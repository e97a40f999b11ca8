/** Judges every object that no API server has judged yet. What one gave is taken as it is: rules for new objects do not bind old ones. */
import { isObject } from '../core/json.ts';
import { at, into, reader, textMap } from '../kubernetes/objects.ts';
import type { Refuse } from '../kubernetes/objects.ts';
import { workloadKind } from '../kubernetes/pod-template.ts';
import { validateClaim } from '../kubernetes/validation/claims.ts';
import { validateDecoding } from '../kubernetes/validation/decoding.ts';
import { validateLabels, validateName } from '../kubernetes/validation/names.ts';
import { validateAutoscaler, validateBudget, validateNode } from '../kubernetes/validation/policies.ts';
import { validateWorkload } from '../kubernetes/validation/workloads.ts';
import type { Sourced } from './identity.ts';
import type { ObjectIndex } from './indexes.ts';
import { groupOf } from './kinds.ts';

/** True for an object that an API server gave: validation and admission have been, and what changed since does not touch it. */
export function isStored(object: unknown): boolean {
  return at(object, 'metadata', 'uid') !== undefined || at(object, 'status', 'phase') !== undefined;
}

/** Specifications of pods are judged where they are read, once for all that share them (`templates.ts`). */
export function validateObjects({ all }: ObjectIndex, refuseIn: (sourced: Sourced) => Refuse): void {
  for (const sourced of all) {
    const { object } = sourced;
    const refuse = refuseIn(sourced);
    const root = reader(object, refuse);
    const metadata = into(root, 'metadata');
    if (!isObject(metadata.value)) continue;
    textMap(metadata, 'labels');
    textMap(metadata, 'annotations');
    if (isStored(object)) continue;
    validateLabels(metadata, 'labels');
    const kind = workloadKind(object);
    if (kind === 'Pod') validateName(root, 'subdomain');
    else if (kind !== undefined) validateWorkload(kind, object, refuse);
    else {
      const key = `${groupOf(object.apiVersion)}/${object.kind}`;
      const validate = VALIDATORS[key];
      if (validate === undefined) validateDecoding(key, object, refuse);
      else validate(object, refuse);
    }
  }
}

const VALIDATORS: Readonly<Record<string, (object: unknown, refuse: Refuse) => void>> = {
  '/Node': validateNode,
  '/PersistentVolumeClaim': validateClaim,
  '/Namespace': (object, refuse) => validateName(reader(object, refuse), 'label'),
  'policy/PodDisruptionBudget': validateBudget,
  'autoscaling/HorizontalPodAutoscaler': validateAutoscaler,
};
