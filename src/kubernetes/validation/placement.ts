/**
 * Where a pod may run: affinity, spreading, tolerations. Kubernetes v1.36.3 pkg/apis/core/validation/validation.go
 * (validateAffinity, validateTopologySpreadConstraints, ValidateTolerations). Operators and values of selectors are told
 * where they are read.
 */
import { isObject } from '../../core/json.ts';
import type { Reader } from '../objects.ts';
import { at, into, items, refuse, text, textList } from '../objects.ts';
import { isLabelKey, isLabelValue } from '../selectors.ts';
import {
  LABEL_FORM,
  isDnsLabel,
  isDnsSubdomain,
  requireLabelKey,
  validateExactChoice,
  validateLabels,
  validateNumber,
} from './names.ts';

const REQUIRED = 'requiredDuringSchedulingIgnoredDuringExecution';
const PREFERRED = 'preferredDuringSchedulingIgnoredDuringExecution';

/** With the labels of the pod, by which its label keys are merged into selectors. */
export function validatePlacement(spec: Reader, labels: unknown): void {
  const affinity = into(spec, 'affinity');
  validateLabels(spec, 'nodeSelector');
  validateNodeAffinity(into(affinity, 'nodeAffinity'));
  validatePodAffinity(into(affinity, 'podAffinity'), labels);
  validatePodAffinity(into(affinity, 'podAntiAffinity'), labels);
  validateSpread(spec, labels);
  for (const toleration of items(spec, 'tolerations')) validateToleration(toleration);
}

function validateNodeAffinity(affinity: Reader): void {
  const required = into(affinity, REQUIRED);
  if (isObject(required.value)) validateNodeTerms(required);
  for (const item of items(affinity, PREFERRED)) {
    validateWeight(item);
    validateFields(into(item, 'preference'));
  }
}

/** A node selector: of a pod, or of a volume. */
export function validateNodeTerms(selector: Reader): void {
  const terms = items(selector, 'nodeSelectorTerms');
  if (terms.length === 0) refuse(into(selector, 'nodeSelectorTerms'), 'at least one term');
  for (const term of terms) validateFields(term);
}

function validateFields(term: Reader): void {
  for (const field of items(term, 'matchFields')) {
    const key = text(field, 'key');
    const values = textList(field, 'values');
    if (key !== 'metadata.name') refuse(into(field, 'key'), 'metadata.name');
    else if (values.length !== 1) refuse(into(field, 'values'), 'exactly one name');
    else if (!isDnsSubdomain(values[0] ?? '')) refuse(into(field, 'values'), 'the name of a node');
  }
}

function validateWeight(item: Reader): void {
  const weight = at(item.value, 'weight');
  if (typeof weight !== 'number' || weight < 1 || weight > 100) refuse(into(item, 'weight'), 'a number from 1 to 100');
}

function validatePodAffinity(affinity: Reader, labels: unknown): void {
  for (const term of items(affinity, REQUIRED)) validatePodTerm(term, labels);
  for (const item of items(affinity, PREFERRED)) {
    validateWeight(item);
    validatePodTerm(into(item, 'podAffinityTerm'), labels);
  }
}

function validatePodTerm(term: Reader, labels: unknown): void {
  requireLabelKey(term, 'topologyKey');
  for (const [index, name] of textList(term, 'namespaces').entries())
    if (!isDnsLabel(name)) refuse(into(into(term, 'namespaces'), index), 'the name of a namespace');
  validateLabelKeys(term, 'matchLabelKeys', labels);
  validateLabelKeys(term, 'mismatchLabelKeys', labels);
  const mismatched = new Set(textList(term, 'mismatchLabelKeys'));
  for (const [index, key] of textList(term, 'matchLabelKeys').entries())
    if (mismatched.has(key))
      refuse(into(into(term, 'matchLabelKeys'), index), 'a key that is not in mismatchLabelKeys');
}

/**
 * ValidateMatchLabelKeysAndMismatchLabelKeys runs after keys that the pod carries were merged into the selector's
 * expressions; it refuses a key of matchLabelKeys in an expression that the selector names before.
 */
function validateLabelKeys(owner: Reader, field: 'matchLabelKeys' | 'mismatchLabelKeys', labels: unknown): void {
  const keys = textList(owner, field);
  if (keys.length === 0) return;
  const selector = into(owner, 'labelSelector');
  if (!isObject(selector.value)) {
    refuse(into(owner, field), 'a labelSelector beside them');
    return;
  }
  const equal = into(selector, 'matchLabels').value;
  const named = [
    ...(isObject(equal) ? Object.keys(equal) : []),
    ...items(selector, 'matchExpressions').map((expression) => text(expression, 'key') ?? ''),
  ];
  for (const [index, key] of keys.entries()) {
    const merged = isObject(labels) && Object.hasOwn(labels, key) ? 1 : 0;
    if (!isLabelKey(key)) refuse(into(into(owner, field), index), 'a label key');
    else if (field === 'matchLabelKeys' && named.filter((name) => name === key).length + merged > 1)
      refuse(into(into(owner, field), index), 'a key that the labelSelector does not name');
  }
}

function validateSpread(spec: Reader, labels: unknown): void {
  const pairs = new Set<string>();
  for (const constraint of items(spec, 'topologySpreadConstraints')) {
    const skew = at(constraint.value, 'maxSkew');
    if (typeof skew !== 'number' || skew < 1) refuse(into(constraint, 'maxSkew'), 'a number of at least 1');
    const key = text(constraint, 'topologyKey') ?? '';
    if (key === '') refuse(into(constraint, 'topologyKey'), 'a label key of nodes');
    const action = text(constraint, 'whenUnsatisfiable') ?? '';
    if (action !== 'DoNotSchedule' && action !== 'ScheduleAnyway')
      refuse(into(constraint, 'whenUnsatisfiable'), 'DoNotSchedule or ScheduleAnyway');
    const pair = `${key}\n${action}`;
    if (pairs.has(pair))
      refuse(into(constraint, 'topologyKey'), 'one constraint for each topologyKey and whenUnsatisfiable');
    pairs.add(pair);
    validateNumber(constraint, 'minDomains', 1);
    if (typeof at(constraint.value, 'minDomains') === 'number' && action === 'ScheduleAnyway')
      refuse(into(constraint, 'minDomains'), 'minDomains only with DoNotSchedule');
    validateExactChoice(constraint, 'nodeAffinityPolicy', ['Ignore', 'Honor']);
    validateExactChoice(constraint, 'nodeTaintsPolicy', ['Ignore', 'Honor']);
    validateLabelKeys(constraint, 'matchLabelKeys', labels);
  }
}

/** Lt and Gt need the gate TaintTolerationComparisonOperators, alpha and off in v1.36. */
function validateToleration(toleration: Reader): void {
  const key = text(toleration, 'key') ?? '';
  const operator = text(toleration, 'operator') ?? '';
  const value = text(toleration, 'value') ?? '';
  if (key !== '' && !isLabelKey(key)) refuse(into(toleration, 'key'), 'a label key');
  if (key === '' && operator !== 'Exists') refuse(into(toleration, 'operator'), 'Exists, when it has no key');
  const seconds = at(toleration.value, 'tolerationSeconds');
  if (typeof seconds === 'number' && text(toleration, 'effect') !== 'NoExecute')
    refuse(into(toleration, 'effect'), 'NoExecute, when it has tolerationSeconds');
  if (operator === 'Lt' || operator === 'Gt') refuse(into(toleration, 'operator'), 'Exists or Equal');
  else if (operator === 'Exists' && value !== '') refuse(into(toleration, 'value'), 'no value for Exists');
  else if (operator !== 'Exists' && !isLabelValue(value)) refuse(into(toleration, 'value'), LABEL_FORM);
}
