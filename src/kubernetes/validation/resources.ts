/** Requests and limits: Kubernetes v1.36.3 pkg/apis/core/validation/validation.go (validateResourceRequirements, validatePodResources) and helper/helpers.go. */
import { isObject } from '../../core/json.ts';
import { decodedPod } from '../defaulting.ts';
import type { Reader } from '../objects.ts';
import { at, into, refuse } from '../objects.ts';
import type { PodSpec } from '../pod-spec.ts';
import { containerLimits, containerRequests, isPodLevel } from '../requests.ts';
import type { Resources } from '../resources.ts';
import { amountOf, isExtendedResource, isHugePages } from '../resources.ts';
import { isQualifiedName } from './names.ts';

const OF_CONTAINERS: readonly string[] = ['cpu', 'memory', 'ephemeral-storage'];

/** `resources` of a container, of the pod as a whole, or its overhead taken as limits. */
export function validateResources(resources: Reader, of: 'container' | 'pod'): void {
  if (!isObject(resources.value)) return;
  const limits = into(resources, 'limits');
  const requests = into(resources, 'requests');
  validateAmounts(limits, of);
  validateAmounts(requests, of);
  const names = [...namesIn(limits), ...namesIn(requests)];
  for (const name of namesIn(requests)) validateRequest(name, requests, limits);
  if (names.some(isHugePages) && !names.includes('cpu') && !names.includes('memory'))
    refuse(resources, 'cpu or memory beside huge pages');
  if (of === 'pod' && Array.isArray(at(resources.value, 'claims')))
    refuse(into(resources, 'claims'), 'no claims for the pod as a whole');
}

/** What is allocatable, or another plain list: no negative amounts, whole numbers of pieces. */
export function validateAmounts(list: Reader, of: 'container' | 'pod' | 'node'): void {
  for (const name of namesIn(list)) {
    const entry = into(list, name);
    const wrongName = of === 'node' ? undefined : wrongResource(name, of);
    if (wrongName !== undefined) {
      refuse(entry, wrongName);
      continue;
    }
    const amount = amountOf(name, entry.value);
    if (amount === undefined) refuse(entry, 'a quantity, like 500m or 2Gi');
    else if (amount < 0) refuse(entry, 'no negative quantity');
    else if ((name === 'pods' || isExtendedResource(name)) && !Number.isInteger(amount))
      refuse(entry, 'a whole number');
    else if (of !== 'node' && isHugePages(name) && !isWholePages(name, amount))
      refuse(entry, `a multiple of ${name.slice('hugepages-'.length)}`);
  }
}

function validateRequest(name: string, requests: Reader, limits: Reader): void {
  const request = amountOf(name, at(requests.value, name));
  const limit = amountOf(name, at(limits.value, name));
  const exact = isExtendedResource(name) || isHugePages(name);
  if (request === undefined) return;
  if (limit === undefined) {
    if (exact) refuse(into(requests, name), `a limit of ${name} beside the request: it cannot be overcommitted`);
  } else if (exact && request !== limit)
    refuse(into(requests, name), `the limit of ${name}: it cannot be overcommitted`);
  else if (request > limit) refuse(into(requests, name), `at most the limit of ${name}`);
}

function wrongResource(name: string, of: 'container' | 'pod'): string | undefined {
  if (!isQualifiedName(name)) return 'the name of a resource';
  if (of === 'pod') return isPodLevel(name) ? undefined : 'cpu, memory or huge pages for the pod as a whole';
  if (!name.includes('/'))
    return OF_CONTAINERS.includes(name) || isHugePages(name)
      ? undefined
      : 'cpu, memory, ephemeral-storage, huge pages or a name with a domain';
  if (name.includes('kubernetes.io/') || (isExtendedResource(name) && isQualifiedName(`requests.${name}`)))
    return undefined;
  return 'the name of an extended resource, like example.com/device';
}

function isWholePages(name: string, amount: number): boolean {
  const page = amountOf('memory', name.slice('hugepages-'.length));
  return page !== undefined && page > 0 && Number.isInteger(page) && Math.ceil(amount) % page === 0;
}

/** What the pod asks as a whole against what its containers ask, both as they are after defaulting. */
export function validatePodLevel(spec: Reader, read: PodSpec): void {
  const resources = into(spec, 'resources');
  const whole = decodedPod(read).resources;
  if (!isObject(resources.value) || whole === undefined) return;
  const sum = containerRequests(decodedPod(read));
  for (const name in sum) {
    const asked = whole.requests[name];
    if (asked !== undefined && (sum[name] ?? 0) > asked)
      refuse(into(into(resources, 'requests'), name), `at least what its containers request together`);
  }
  for (const name in whole.requests) {
    const limit = whole.limits[name];
    if (limit !== undefined && (whole.requests[name] ?? 0) > limit)
      refuse(into(into(resources, 'limits'), name), `at least the request of ${name}`);
  }
  const pages = containerLimits(read);
  for (const name in pages) {
    const limit = whole.limits[name];
    if (isHugePages(name) && limit !== undefined && (pages[name] ?? 0) > limit)
      refuse(into(into(resources, 'limits'), name), 'at least the limits of its containers together');
  }
  validateWithinPod(spec, read, whole.limits);
}

/** No container may have more than the pod as a whole. */
function validateWithinPod(spec: Reader, { containers }: PodSpec, most: Resources): void {
  for (const [index, { limits }] of containers.entries()) {
    const written = into(into(into(into(spec, 'containers'), index), 'resources'), 'limits');
    for (const name in limits) {
      const limit = most[name];
      if (limit !== undefined && (limits[name] ?? 0) > limit)
        refuse(into(written, name), 'at most the limit of the pod as a whole');
    }
  }
}

function namesIn(list: Reader): readonly string[] {
  return isObject(list.value) ? Object.keys(list.value) : [];
}
