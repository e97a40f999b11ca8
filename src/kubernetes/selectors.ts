/**
 * Label selectors and node selectors, with the difference between none and empty that decides outages: a label
 * selector that is absent matches nothing, an empty one matches everything, an empty node selector term matches
 * nothing. After Kubernetes v1.36.3: apimachinery pkg/labels/selector.go (Requirement.Matches), pkg/apis/meta/v1/
 * helpers.go (LabelSelectorAsSelector), component-helpers scheduling/corev1/nodeaffinity/nodeaffinity.go.
 */
import type { Labels, Reader } from './objects.ts';
import { NO_LABELS, at, into, items, refuse, text, textList, textMap } from './objects.ts';

export type Operator = 'In' | 'NotIn' | 'Exists' | 'DoesNotExist' | 'Gt' | 'Lt';

export interface Requirement {
  readonly key: string;
  readonly operator: Operator;
  readonly values: readonly string[];
}

/** All requirements must hold; `nothing` is the selector that is absent or that cannot be read. */
export type Selector =
  | { readonly matches: 'nothing' }
  | { readonly matches: 'all-of'; readonly requirements: readonly Requirement[] };

export const NOTHING: Selector = Object.freeze({ matches: 'nothing' });
export const EVERYTHING: Selector = Object.freeze({ matches: 'all-of', requirements: [] });

/** One term of a node selector: its label requirements and its field requirements hold together. */
export interface NodeSelectorTerm {
  readonly labels: readonly Requirement[];
  /** On `metadata.name`. */
  readonly fields: readonly Requirement[];
  /** False when the term is empty or cannot be read: it then matches no node. */
  readonly valid: boolean;
}

const LABEL_OPERATORS: readonly string[] = ['In', 'NotIn', 'Exists', 'DoesNotExist'];
const NODE_OPERATORS: readonly string[] = [...LABEL_OPERATORS, 'Gt', 'Lt'];

/** A LabelSelector field; absent or null gives `NOTHING`, `{}` gives `EVERYTHING`. */
export function readSelector(from: Reader, key: string): Selector {
  const selector = into(from, key);
  if (selector.value === undefined || selector.value === null) return NOTHING;
  if (typeof selector.value !== 'object' || Array.isArray(selector.value)) {
    refuse(selector, 'a label selector with matchLabels or matchExpressions');
    return NOTHING;
  }
  const expressions = readRequirements(selector, 'matchExpressions', LABEL_OPERATORS);
  const labels = textMap(selector, 'matchLabels');
  const wrong = Object.entries(labels).find(([key, value]) => !isLabelKey(key) || !isLabelValue(value));
  if (wrong !== undefined) refuse(into(into(selector, 'matchLabels'), wrong[0]), 'a label key and a label value');
  return expressions === undefined || wrong !== undefined ? NOTHING : allOf([...equalities(labels), ...expressions]);
}

/** A plain map as Services and ReplicationControllers use it. Absent or empty: it selects nothing by itself. */
export function readMapSelector(from: Reader, key: string): Selector {
  const map = textMap(from, key);
  return map === NO_LABELS || Object.keys(map).length === 0 ? NOTHING : allOf(equalities(map));
}

/** True if a pod or namespace with these labels is selected. */
export function selects(selector: Selector, labels: Labels): boolean {
  return selector.matches === 'all-of' && selector.requirements.every((requirement) => holds(requirement, labels));
}

/** True for a selector that is there and selects whatever there is. */
export function selectsEverything(selector: Selector): boolean {
  return selector.matches === 'all-of' && selector.requirements.length === 0;
}

/** The selector with more requirements; what selects nothing still selects nothing. */
export function narrowed(selector: Selector, requirements: readonly Requirement[]): Selector {
  if (selector.matches === 'nothing' || requirements.length === 0) return selector;
  return allOf([...selector.requirements, ...requirements]);
}

/** The terms of a node selector (`nodeSelectorTerms`); they are alternatives. */
export function readNodeSelectorTerms(from: Reader, key: string): readonly NodeSelectorTerm[] {
  return items(from, key).map(readNodeSelectorTerm);
}

export function readNodeSelectorTerm(term: Reader): NodeSelectorTerm {
  const labels = readRequirements(term, 'matchExpressions', NODE_OPERATORS);
  const fields = readRequirements(term, 'matchFields', ['In', 'NotIn']);
  const readable = labels !== undefined && fields !== undefined && fields.every(({ values }) => values.length === 1);
  const count = (labels?.length ?? 0) + (fields?.length ?? 0);
  return { labels: labels ?? [], fields: fields ?? [], valid: readable && count > 0 };
}

/** True if the node fits the term; a term without requirements fits no node. */
export function termMatches(term: NodeSelectorTerm, node: { readonly name: string; readonly labels: Labels }): boolean {
  if (!term.valid) return false;
  if (!term.labels.every((requirement) => holds(requirement, node.labels))) return false;
  return term.fields.every((requirement) => {
    const value = requirement.key === 'metadata.name' ? node.name : '';
    return (value === requirement.values[0]) === (requirement.operator === 'In');
  });
}

/** True if the requirement holds for a set of labels. `NotIn` and `DoesNotExist` hold where the label is missing. */
export function holds({ key, operator, values }: Requirement, labels: Labels): boolean {
  const value = Object.hasOwn(labels, key) ? labels[key] : undefined;
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    case 'Gt':
    case 'Lt':
      break;
  }
  return compares(operator, value, values);
}

/** The requirements that a map of labels stands for. */
export function equalities(labels: Labels): readonly Requirement[] {
  return Object.entries(labels).map(([key, value]) => ({ key, operator: 'In', values: [value] }));
}

/** For sentences: `app=web,tier in (a,b),!canary`; `nothing` and `everything` by name. */
export function formatSelector(selector: Selector): string {
  if (selector.matches === 'nothing') return 'nothing';
  if (selector.requirements.length === 0) return 'everything';
  return selector.requirements.map(formatRequirement).join(',');
}

function formatRequirement({ key, operator, values }: Requirement): string {
  const only = values.length === 1 ? values[0] : undefined;
  switch (operator) {
    case 'In':
      return only === undefined ? `${key} in (${values.join(',')})` : `${key}=${only}`;
    case 'NotIn':
      return only === undefined ? `${key} notin (${values.join(',')})` : `${key}!=${only}`;
    case 'Exists':
      return key;
    case 'DoesNotExist':
      return `!${key}`;
    case 'Gt':
    case 'Lt':
      break;
  }
  return `${key}${operator === 'Gt' ? '>' : '<'}${only ?? ''}`;
}

function allOf(requirements: readonly Requirement[]): Selector {
  return requirements.length === 0 ? EVERYTHING : { matches: 'all-of', requirements };
}

/** The list of requirements; undefined when one of them cannot be read, so that the whole selector matches nothing. */
function readRequirements(from: Reader, key: string, operators: readonly string[]): readonly Requirement[] | undefined {
  const read = items(from, key).map((item) => readRequirement(item, operators));
  return read.every((requirement) => requirement !== undefined) ? read : undefined;
}

function readRequirement(from: Reader, operators: readonly string[]): Requirement | undefined {
  const key = text(from, 'key');
  const operator = at(from.value, 'operator');
  const values = textList(from, 'values');
  if (key === undefined || !isLabelKey(key)) {
    refuse(into(from, 'key'), 'a label key');
    return undefined;
  }
  if (typeof operator !== 'string' || !operators.includes(operator)) {
    refuse(into(from, 'operator'), `one of ${operators.join(', ')}`);
    return undefined;
  }
  const wrong = wrongValues(operator as Operator, values);
  if (wrong !== undefined) refuse(into(from, 'values'), wrong);
  // The API server takes any single value for Gt and Lt; the scheduler then finds no node for the term.
  if (wrong === undefined && isComparison(operator) && wholeNumber(values[0]) === undefined) return undefined;
  return wrong === undefined ? { key, operator: operator as Operator, values } : undefined;
}

function wrongValues(operator: Operator, values: readonly string[]): string | undefined {
  if (!values.every(isLabelValue))
    return 'label values: at most 63 letters, digits, -, _ and ., beginning and ending with a letter or digit';
  if (operator === 'In' || operator === 'NotIn')
    return values.length === 0 ? `at least one value for ${operator}` : undefined;
  if (isComparison(operator)) return values.length === 1 ? undefined : `exactly one whole number for ${operator}`;
  return values.length > 0 ? `no values for ${operator}` : undefined;
}

function isComparison(operator: string): boolean {
  return operator === 'Gt' || operator === 'Lt';
}

function compares(operator: 'Gt' | 'Lt', value: string | undefined, values: readonly string[]): boolean {
  const left = wholeNumber(value);
  const right = values.length === 1 ? wholeNumber(values[0]) : undefined;
  if (left === undefined || right === undefined) return false;
  return operator === 'Gt' ? left > right : left < right;
}

/** A selector with a key or value that no label can have is no selector: apimachinery pkg/util/validation/validation.go. */
export function isLabelValue(value: string): boolean {
  return value.length <= 63 && /^(?:[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?)?$/.test(value);
}

export function isLabelKey(key: string): boolean {
  const slash = key.indexOf('/');
  const prefix = slash === -1 ? undefined : key.slice(0, slash);
  const name = key.slice(slash + 1);
  if (name === '' || !isLabelValue(name)) return false;
  return (
    prefix === undefined ||
    (prefix.length <= 253 && /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$/.test(prefix))
  );
}

/** strconv.ParseInt(value, 10, 64). */
function wholeNumber(value: string | undefined): bigint | undefined {
  if (value === undefined || !/^[+-]?\d+$/.test(value)) return undefined;
  const number = BigInt(value.replace(/^\+/, ''));
  return number >= -(2n ** 63n) && number < 2n ** 63n ? number : undefined;
}
