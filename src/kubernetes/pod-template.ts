/** Where each kind of workload keeps its pod template, how many pods it wants, and how it replaces them. */
import { at, into, integer, intOrString, items, reader, text, textMap } from './objects.ts';
import type { FieldPath, Labels, Reader, Refuse } from './objects.ts';
import type { IntOrPercent } from './percent.ts';
import type { PodSpec } from './pod-spec.ts';
import { readPodSpec } from './pod-spec.ts';
import type { CronSpec, JobSpec } from './jobs.ts';
import { readCron, readJob } from './jobs.ts';
import type { Selector } from './selectors.ts';
import { readMapSelector, readSelector } from './selectors.ts';
import type { ClaimSpec } from './storage.ts';
import { readClaimSpec } from './storage.ts';

export type WorkloadKind =
  | 'Deployment'
  | 'ReplicaSet'
  | 'StatefulSet'
  | 'DaemonSet'
  | 'Job'
  | 'CronJob'
  | 'ReplicationController'
  /** Argo Rollouts. */
  | 'Rollout'
  | 'Pod';

/** How pods are replaced by those of a new template. */
export type UpdateStrategy =
  | { readonly type: 'RollingUpdate'; readonly maxSurge: IntOrPercent; readonly maxUnavailable: IntOrPercent }
  /** StatefulSets: one ordinal after the other, from the last down to the partition. */
  | { readonly type: 'Ordinal'; readonly partition: number; readonly maxUnavailable: IntOrPercent | undefined }
  | { readonly type: 'Recreate' }
  | { readonly type: 'OnDelete' }
  | { readonly type: 'Canary'; readonly maxSurge: IntOrPercent; readonly maxUnavailable: IntOrPercent }
  | { readonly type: 'BlueGreen' }
  /** Jobs and bare pods: nothing replaces them. */
  | { readonly type: 'None' };

export interface ClaimTemplate extends ClaimSpec {
  readonly name: string;
}

/** A workload as its controller reads it, with the API's defaults. */
export interface WorkloadSpec {
  readonly kind: WorkloadKind;
  /** Where the template is in the object: `['spec', 'template']`; empty for a bare pod. */
  readonly templatePath: FieldPath;
  readonly labels: Labels;
  readonly annotations: Labels;
  readonly template: PodSpec;
  readonly selector: Selector;
  /** Pods wanted at a time; undefined for DaemonSets, whose nodes decide. */
  readonly replicas: number | undefined;
  /** False when the manifest leaves the number to its default of 1. */
  readonly replicasWritten: boolean;
  readonly update: UpdateStrategy;
  readonly minReadySeconds: number;
  /** StatefulSets: OrderedReady waits for each ordinal; others are Parallel. */
  readonly podManagementPolicy: 'OrderedReady' | 'Parallel';
  readonly firstOrdinal: number;
  readonly serviceName: string | undefined;
  readonly claimTemplates: readonly ClaimTemplate[];
  /** Of a Job, or of the jobs that a CronJob makes. */
  readonly job: JobSpec | undefined;
  readonly cron: CronSpec | undefined;
}

const GROUPS: Readonly<Record<WorkloadKind, string>> = {
  Deployment: 'apps',
  ReplicaSet: 'apps',
  StatefulSet: 'apps',
  DaemonSet: 'apps',
  Job: 'batch',
  CronJob: 'batch',
  ReplicationController: '',
  Rollout: 'argoproj.io',
  Pod: '',
};

/** The kind of workload that an object is; undefined for everything else. */
export function workloadKind(object: { readonly apiVersion: string; readonly kind: string }): WorkloadKind | undefined {
  const group = object.apiVersion.includes('/') ? object.apiVersion.slice(0, object.apiVersion.indexOf('/')) : '';
  const kind = object.kind as WorkloadKind;
  return Object.hasOwn(GROUPS, kind) && GROUPS[kind] === group ? kind : undefined;
}

/** The path of the pod template in an object of this kind; empty when the object is the pod itself. */
export function templatePath(kind: WorkloadKind): FieldPath {
  if (kind === 'Pod') return [];
  return kind === 'CronJob' ? ['spec', 'jobTemplate', 'spec', 'template'] : ['spec', 'template'];
}

/**
 * Reads a workload. Undefined when it holds no pod template (an Argo Rollout may refer to a Deployment instead).
 * Defaults: Kubernetes v1.36.3 pkg/apis/apps/v1/defaults.go, pkg/apis/batch/v1/defaults.go; Argo Rollouts v1.9.1
 * utils/defaults/defaults.go.
 */
export function readWorkload(kind: WorkloadKind, object: unknown, refuse?: Refuse): WorkloadSpec | undefined {
  const root = reader(object, refuse);
  const path = templatePath(kind);
  const template = path.reduce<Reader>(into, root);
  if (at(template.value, 'spec') === undefined) return undefined;
  const metadata = into(template, 'metadata');
  const spec = into(root, 'spec');
  const labels = textMap(metadata, 'labels');
  return {
    kind,
    templatePath: path,
    labels,
    annotations: textMap(metadata, 'annotations'),
    template: readPodSpec(into(template, 'spec')),
    selector: kind === 'ReplicationController' ? readMapSelector(spec, 'selector') : readSelector(spec, 'selector'),
    ...counts(kind, spec),
    update: readUpdate(kind, spec),
    minReadySeconds: integer(spec, 'minReadySeconds') ?? 0,
    podManagementPolicy:
      kind === 'StatefulSet' && text(spec, 'podManagementPolicy') !== 'Parallel' ? 'OrderedReady' : 'Parallel',
    firstOrdinal: integer(into(spec, 'ordinals'), 'start') ?? 0,
    serviceName: kind === 'StatefulSet' ? text(spec, 'serviceName') : undefined,
    claimTemplates: kind === 'StatefulSet' ? items(spec, 'volumeClaimTemplates').map(readClaimTemplate) : [],
    job: kind === 'Job' ? readJob(spec, into(root, 'status')) : kind === 'CronJob' ? readJob(jobOf(spec)) : undefined,
    cron: kind === 'CronJob' ? readCron(spec) : undefined,
  };
}

function jobOf(cron: Reader): Reader {
  return into(into(cron, 'jobTemplate'), 'spec');
}

function readClaimTemplate(claim: Reader): ClaimTemplate {
  return { name: text(into(claim, 'metadata'), 'name') ?? '', ...readClaimSpec(claim) };
}

function counts(kind: WorkloadKind, spec: Reader): Pick<WorkloadSpec, 'replicas' | 'replicasWritten'> {
  if (kind === 'DaemonSet') return { replicas: undefined, replicasWritten: true };
  if (kind === 'Pod') return { replicas: 1, replicasWritten: true };
  if (kind === 'CronJob') return { replicas: 0, replicasWritten: true };
  if (kind === 'Job') return { replicas: jobPods(spec), replicasWritten: true };
  const written = integer(spec, 'replicas');
  return { replicas: Math.max(0, written ?? 1), replicasWritten: written !== undefined };
}

/** Pods of a Job that run at once: parallelism, but never more than completions; none while it is suspended. */
function jobPods(spec: Reader): number {
  if (at(spec.value, 'suspend') === true) return 0;
  const parallelism = integer(spec, 'parallelism') ?? 1;
  const completions = integer(spec, 'completions');
  return Math.max(0, completions === undefined ? parallelism : Math.min(parallelism, completions));
}

function readUpdate(kind: WorkloadKind, spec: Reader): UpdateStrategy {
  switch (kind) {
    case 'Deployment':
      return rollingOr(into(spec, 'strategy'), '25%', '25%');
    case 'DaemonSet':
      return rollingOr(into(spec, 'updateStrategy'), 0, 1);
    case 'StatefulSet':
      return readOrdinal(into(spec, 'updateStrategy'));
    case 'Rollout':
      return readRollout(into(spec, 'strategy'));
    case 'ReplicaSet':
    case 'ReplicationController':
      return { type: 'OnDelete' };
    case 'Job':
    case 'CronJob':
    case 'Pod':
      break;
  }
  return { type: 'None' };
}

function rollingOr(strategy: Reader, maxSurge: IntOrPercent, maxUnavailable: IntOrPercent): UpdateStrategy {
  const type = text(strategy, 'type');
  if (type === 'Recreate' || type === 'OnDelete') return { type };
  const rolling = into(strategy, 'rollingUpdate');
  return {
    type: 'RollingUpdate',
    maxSurge: intOrString(rolling, 'maxSurge') ?? maxSurge,
    maxUnavailable: intOrString(rolling, 'maxUnavailable') ?? maxUnavailable,
  };
}

function readOrdinal(strategy: Reader): UpdateStrategy {
  if (text(strategy, 'type') === 'OnDelete') return { type: 'OnDelete' };
  const rolling = into(strategy, 'rollingUpdate');
  return {
    type: 'Ordinal',
    partition: integer(rolling, 'partition') ?? 0,
    maxUnavailable: intOrString(rolling, 'maxUnavailable'),
  };
}

function readRollout(strategy: Reader): UpdateStrategy {
  if (at(strategy.value, 'blueGreen') !== undefined) return { type: 'BlueGreen' };
  const canary = into(strategy, 'canary');
  return {
    type: 'Canary',
    maxSurge: intOrString(canary, 'maxSurge') ?? '25%',
    maxUnavailable: intOrString(canary, 'maxUnavailable') ?? '25%',
  };
}
