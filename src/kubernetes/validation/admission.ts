/**
 * What the admission plugins Priority and RuntimeClass refuse. Kubernetes v1.36.3 plugin/pkg/admission/priority/admission.go
 * (admitPod, getPriorityClass), plugin/pkg/admission/runtimeclass/admission.go (setOverhead, validateOverhead).
 */
import type { Admission } from '../defaulting.ts';
import type { Reader } from '../objects.ts';
import { doubt, into, refuse } from '../objects.ts';
import type { PodSpec } from '../pod-spec.ts';

/** The template as it is written, read from `spec`. */
export function validateAdmission(spec: Reader, read: PodSpec, admission: Admission): void {
  validatePriority(spec, read, admission);
  const { runtimeClassName, overhead } = read;
  const known = runtimeClassName === undefined ? undefined : admission.runtimeClasses.get(runtimeClassName);
  if (runtimeClassName !== undefined && known === undefined)
    refuse(into(spec, 'runtimeClassName'), `a RuntimeClass that is there: ${runtimeClassName} was not found`);
  else if (Object.keys(overhead).length > 0 && !sameAmounts(overhead, known?.overhead ?? {}))
    refuse(into(spec, 'overhead'), 'the overhead of its RuntimeClass, which admission writes');
}

function validatePriority(spec: Reader, read: PodSpec, { priorityClasses, priorityClassesShown }: Admission): void {
  const { priorityClassName: name, priority, preemptionPolicy } = read;
  if (name === undefined) {
    const fallback = [...priorityClasses.values()]
      .filter(({ globalDefault }) => globalDefault)
      .reduce((least, { value }) => Math.min(least, value), Number.POSITIVE_INFINITY);
    const given = Number.isFinite(fallback) ? fallback : 0;
    if (priority !== undefined && priority !== given)
      refuse(into(spec, 'priority'), 'no number: admission writes it, from the priorityClassName');
    return;
  }
  const known = priorityClasses.get(name);
  if (known === undefined) {
    const tell = priorityClassesShown ? refuse : doubt;
    tell(
      into(spec, 'priorityClassName'),
      `a PriorityClass that is there: no PriorityClass with name ${name} was found`,
    );
    return;
  }
  if (priority !== undefined && priority !== known.value)
    refuse(into(spec, 'priority'), `${known.value}, as ${name} has it`);
  if (preemptionPolicy !== undefined && preemptionPolicy !== known.preemptionPolicy)
    refuse(into(spec, 'preemptionPolicy'), `${known.preemptionPolicy}, as ${name} has it`);
}

function sameAmounts(a: Readonly<Record<string, number>>, b: Readonly<Record<string, number>>): boolean {
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => a[key] === b[key]);
}
