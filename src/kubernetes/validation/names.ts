/** Names, labels and numbers as the API server takes them: Kubernetes v1.36.3 apimachinery pkg/util/validation/validation.go. */
import { isObject } from '../../core/json.ts';
import type { Reader } from '../objects.ts';
import { at, into, refuse, text } from '../objects.ts';
import { isLabelKey, isLabelValue } from '../selectors.ts';

export const LABEL_FORM =
  'a label value: at most 63 letters, digits, -, _ and ., beginning and ending with a letter or digit';
const KEY_FORM = 'a label key, like app or example.com/app';

export function isDnsLabel(name: string): boolean {
  return name.length <= 63 && /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$/.test(name);
}

export function isDnsSubdomain(name: string): boolean {
  return name.length <= 253 && /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$/.test(name);
}

/** IANA service names: at most 15 characters with at least one letter. */
export function isPortName(name: string): boolean {
  return name.length <= 15 && /^[a-z0-9]+(?:-[a-z0-9]+)*$/.test(name) && /[a-z]/.test(name);
}

/** With or without a prefix: names of resources, gates, conditions and label keys. */
export function isQualifiedName(name: string): boolean {
  return isLabelKey(name);
}

export type NameForm = 'label' | 'subdomain';

/** The name of an object, which the API server makes up from generateName when there is none. */
export function validateName(object: Reader, form: NameForm, longest?: number): void {
  const metadata = into(object, 'metadata');
  const name = text(metadata, 'name');
  if (name === undefined || name === '') return;
  const fits = form === 'label' ? isDnsLabel(name) : isDnsSubdomain(name);
  const what = form === 'label' ? 'at most 63 lower-case letters, digits and -' : 'lower-case letters, digits, - and .';
  if (!fits) refuse(into(metadata, 'name'), `${what}, beginning and ending with a letter or digit`);
  else if (longest !== undefined && name.length > longest)
    refuse(into(metadata, 'name'), `at most ${longest} characters`);
}

/** Keys and values of a map of labels; what is no text is told where it is read. */
export function validateLabels(owner: Reader, key: string): void {
  const labels = into(owner, key);
  if (!isObject(labels.value)) return;
  for (const name in labels.value) {
    const value = labels.value[name];
    if (!isLabelKey(name)) refuse(into(labels, name), KEY_FORM);
    else if (typeof value === 'string' && !isLabelValue(value)) refuse(into(labels, name), LABEL_FORM);
  }
}

export function requireLabelKey(owner: Reader, key: string): void {
  const name = at(owner.value, key);
  if (typeof name !== 'string' || !isLabelKey(name)) refuse(into(owner, key), KEY_FORM);
}

/** A number that is written, within these bounds; 32 bits unless more is said. */
export function validateNumber(owner: Reader, key: string, least: number, most = 2 ** 31 - 1): void {
  const value = at(owner.value, key);
  if (typeof value !== 'number' || (value >= least && value <= most)) return;
  refuse(into(owner, key), least === 0 && value < 0 ? 'no negative number' : `a number from ${least} to ${most}`);
}

/** One of these, or empty where an empty text gets the default. */
export function validateChoice(owner: Reader, key: string, choices: readonly string[]): void {
  if (at(owner.value, key) !== '') validateExactChoice(owner, key, choices);
}

/** One of these or nothing at all: fields that tell an empty text from none. */
export function validateExactChoice(owner: Reader, key: string, choices: readonly string[]): void {
  const value = at(owner.value, key);
  if (typeof value === 'string' && !choices.includes(value)) refuse(into(owner, key), `one of ${choices.join(', ')}`);
}
