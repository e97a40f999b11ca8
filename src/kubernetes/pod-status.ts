/** What a live pod says of itself, as far as schedulers and controllers read it. */
import { isObject } from '../core/json.ts';
import type { Reader } from './objects.ts';
import { at, integer, into, items, text } from './objects.ts';
import type { PodSpec } from './pod-spec.ts';
import type { ResourceState, ResourceStates } from './requests.ts';
import { placedNonZeroRequests, placedRequests } from './requests.ts';
import type { Resources } from './resources.ts';
import { NO_RESOURCES, readResources } from './resources.ts';
import type { EpochSeconds } from './time.ts';
import { parseTime } from './time.ts';

export type PodPhase = 'Pending' | 'Running' | 'Succeeded' | 'Failed' | 'Unknown';

export interface PodStatus {
  readonly phase: PodPhase;
  readonly created: EpochSeconds | undefined;
  /** When its kubelet took it on; preemption compares victims by it. */
  readonly started: EpochSeconds | undefined;
  /** Since when its Ready condition is what it is. */
  readonly readySince: EpochSeconds | undefined;
  /** Most restarts of one container; a ReplicaSet removes such pods first. */
  readonly restarts: number;
  /** Where it was promised room by preemption. */
  readonly nominatedNode: string | undefined;
  /** Reason of its DisruptionTarget condition while that is true: `PreemptionByScheduler`, `EvictionByEvictionAPI`. */
  readonly disruption: string | undefined;
  readonly deletion: PodDeletion | undefined;
}

export interface PodDeletion {
  /** When its grace period ends. */
  readonly at: EpochSeconds | undefined;
  readonly graceSeconds: number;
}

/** Undefined for a pod that no API server gave. */
export function readPodStatus(pod: Reader): PodStatus | undefined {
  const metadata = into(pod, 'metadata');
  const status = into(pod, 'status');
  const created = parseTime(at(metadata.value, 'creationTimestamp'));
  const deleted = at(metadata.value, 'deletionTimestamp');
  if (!isObject(status.value) && created === undefined && deleted === undefined) return undefined;
  return {
    phase: phaseOf(text(status, 'phase')),
    created,
    started: parseTime(at(status.value, 'startTime')),
    readySince: parseTime(at(conditionOf(status.value, 'Ready'), 'lastTransitionTime')),
    restarts: mostRestarts(status.value),
    nominatedNode: text(status, 'nominatedNodeName') || undefined,
    disruption: disruptionOf(status.value),
    deletion:
      deleted === undefined
        ? undefined
        : { at: parseTime(deleted), graceSeconds: integer(metadata, 'deletionGracePeriodSeconds') ?? 0 },
  };
}

/** From the Ready condition; undefined when there is none. */
export function readinessOf(status: unknown): boolean | undefined {
  const ready = conditionOf(status, 'Ready');
  return ready === undefined ? undefined : ready['status'] === 'True';
}

/** What a pod holds of its node when that is not what its specification asks. */
export interface HeldResources {
  readonly requests: Resources;
  /** As `placedNonZeroRequests`. */
  readonly nonZero: Resources;
}

/** Undefined when nothing was resized: what the pod's status lists is what its specification asks. */
export function readHeldResources(pod: Reader, spec: PodSpec): HeldResources | undefined {
  const status = into(pod, 'status');
  if (!isObject(status.value) || !differs(at(pod.value, 'spec'), status.value)) return undefined;
  const states = readResourceStates(status);
  return { requests: placedRequests(spec, states), nonZero: placedNonZeroRequests(spec, states) };
}

function readResourceStates(status: Reader): ResourceStates {
  const containers = new Map<string, ResourceState>();
  for (const field of ['containerStatuses', 'initContainerStatuses']) {
    for (const container of items(status, field)) {
      const state = readResourceState(container);
      if (state !== undefined) containers.set(text(container, 'name') ?? '', state);
    }
  }
  const pending = conditionOf(status.value, 'PodResizePending');
  return { containers, pod: readResourceState(status), infeasible: pending?.['reason'] === 'Infeasible' };
}

/** Undefined when no resources are reported: what is allocated is then not looked at (component-helpers resource/helpers.go). */
function readResourceState(from: Reader): ResourceState | undefined {
  const resources = into(from, 'resources');
  if (!isObject(resources.value)) return undefined;
  return { actuated: amounts(resources, 'requests'), allocated: amounts(from, 'allocatedResources') };
}

function amounts(from: Reader, key: string): Resources {
  const written = at(from.value, key);
  return written === undefined ? NO_RESOURCES : readResources(written);
}

/** A quick look for anything that is not written as in the specification; most pods were never resized. */
function differs(spec: unknown, status: Record<string, unknown>): boolean {
  if (listDiffers(at(spec, 'containers'), status['containerStatuses'])) return true;
  if (listDiffers(at(spec, 'initContainers'), status['initContainerStatuses'])) return true;
  return status['resources'] !== undefined && !sameRequests(at(spec, 'resources'), status);
}

function listDiffers(containers: unknown, statuses: unknown): boolean {
  if (!Array.isArray(containers) || !Array.isArray(statuses)) return false;
  for (const status of statuses) {
    if (!isObject(status) || status['resources'] === undefined) continue;
    const written: unknown = containers.find(
      (container) => isObject(container) && container['name'] === status['name'],
    );
    if (!sameRequests(isObject(written) ? written['resources'] : undefined, status)) return true;
  }
  return false;
}

function sameRequests(written: unknown, status: Record<string, unknown>): boolean {
  const requests = isObject(written) ? written['requests'] : undefined;
  return (
    sameAmounts(requests, at(status['resources'], 'requests')) &&
    sameAmounts(requests, status['allocatedResources'], true)
  );
}

/** `part`: the second may lack amounts of the first. */
function sameAmounts(a: unknown, b: unknown, part = false): boolean {
  const left = isObject(a) ? a : {};
  const right = isObject(b) ? b : {};
  for (const resource in right) if (left[resource] !== right[resource]) return false;
  if (part) return true;
  for (const resource in left) if (!Object.hasOwn(right, resource)) return false;
  return true;
}

function phaseOf(written: string | undefined): PodPhase {
  switch (written) {
    case 'Running':
    case 'Succeeded':
    case 'Failed':
    case 'Unknown':
      return written;
    case undefined:
    default:
      return 'Pending';
  }
}

function disruptionOf(status: unknown): string | undefined {
  const condition = conditionOf(status, 'DisruptionTarget');
  if (condition?.['status'] !== 'True') return undefined;
  const { reason } = condition;
  return typeof reason === 'string' ? reason : '';
}

function conditionOf(status: unknown, type: string): Record<string, unknown> | undefined {
  const conditions = isObject(status) ? status['conditions'] : undefined;
  if (!Array.isArray(conditions)) return undefined;
  for (const condition of conditions) if (isObject(condition) && condition['type'] === type) return condition;
  return undefined;
}

function mostRestarts(status: unknown): number {
  const statuses = isObject(status) ? status['containerStatuses'] : undefined;
  if (!Array.isArray(statuses)) return 0;
  let most = 0;
  for (const one of statuses) {
    const count: unknown = isObject(one) ? one['restartCount'] : undefined;
    if (typeof count === 'number' && count > most) most = count;
  }
  return most;
}
