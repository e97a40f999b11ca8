/** Jobs and CronJobs: what their controllers do when pods are lost. Defaults: Kubernetes v1.36.3 pkg/apis/batch/v1/defaults.go. */
import { isObject } from '../core/json.ts';
import type { Reader } from './objects.ts';
import { at, flag, integer, into, items, text } from './objects.ts';

export interface JobSpec {
  /** Undefined: any pod that succeeds ends it (a work queue). */
  readonly completions: number | undefined;
  readonly parallelism: number;
  /** Of the whole job; with a limit per index there is none by default. */
  readonly backoffLimit: number;
  readonly backoffLimitPerIndex: number | undefined;
  readonly maxFailedIndexes: number | undefined;
  readonly completionMode: 'NonIndexed' | 'Indexed';
  /** Failed: a pod that is being deleted is replaced only when it is gone. */
  readonly podReplacementPolicy: 'TerminatingOrFailed' | 'Failed';
  readonly failureRules: readonly FailureRule[];
  readonly activeDeadlineSeconds: number | undefined;
  readonly suspended: boolean;
  readonly status: JobStatus | undefined;
}

/** A rule of its podFailurePolicy; the first that matches a failed pod decides. */
export interface FailureRule {
  readonly action: 'FailJob' | 'FailIndex' | 'Ignore' | 'Count';
  /** One of them must hold; empty when the rule looks at exit codes. */
  readonly conditions: readonly { readonly type: string; readonly status: string }[];
  readonly exitCodes:
    | { readonly container: string | undefined; readonly operator: string; readonly values: readonly number[] }
    | undefined;
}

export interface JobStatus {
  readonly active: number;
  readonly succeeded: number;
  readonly failed: number;
  /** Complete or Failed. */
  readonly ended: boolean;
}

export interface CronSpec {
  readonly schedule: string;
  readonly timeZone: string | undefined;
  readonly suspended: boolean;
  readonly concurrencyPolicy: string;
}

/** `spec` of a Job, or of a CronJob's jobTemplate. */
export function readJob(spec: Reader, status?: Reader): JobSpec {
  const completions = integer(spec, 'completions');
  const written = integer(spec, 'parallelism');
  const perIndex = integer(spec, 'backoffLimitPerIndex');
  const rules = items(into(spec, 'podFailurePolicy'), 'rules').map(readRule);
  return {
    // Neither is written: one pod that has to succeed (SetDefaults_Job).
    completions: completions ?? (written === undefined ? 1 : undefined),
    parallelism: Math.max(0, written ?? 1),
    backoffLimit: integer(spec, 'backoffLimit') ?? (perIndex === undefined ? 6 : 2 ** 31 - 1),
    backoffLimitPerIndex: perIndex,
    maxFailedIndexes: integer(spec, 'maxFailedIndexes'),
    completionMode: text(spec, 'completionMode') === 'Indexed' ? 'Indexed' : 'NonIndexed',
    podReplacementPolicy: replacementPolicy(
      text(spec, 'podReplacementPolicy'),
      isObject(at(spec.value, 'podFailurePolicy')),
    ),
    failureRules: rules,
    activeDeadlineSeconds: integer(spec, 'activeDeadlineSeconds'),
    suspended: flag(spec, 'suspend') ?? false,
    status: status === undefined ? undefined : readJobStatus(status),
  };
}

export function readCron(spec: Reader): CronSpec {
  return {
    schedule: text(spec, 'schedule') ?? '',
    timeZone: text(spec, 'timeZone'),
    suspended: flag(spec, 'suspend') ?? false,
    concurrencyPolicy: text(spec, 'concurrencyPolicy') || 'Allow',
  };
}

function replacementPolicy(written: string | undefined, hasFailurePolicy: boolean): JobSpec['podReplacementPolicy'] {
  if (written === 'Failed' || written === 'TerminatingOrFailed') return written;
  return hasFailurePolicy ? 'Failed' : 'TerminatingOrFailed';
}

function readRule(rule: Reader): FailureRule {
  const action = text(rule, 'action');
  const codes = into(rule, 'onExitCodes');
  const values = at(codes.value, 'values');
  return {
    action: action === 'FailJob' || action === 'FailIndex' || action === 'Ignore' ? action : 'Count',
    conditions: items(rule, 'onPodConditions').map((condition) => ({
      type: text(condition, 'type') ?? '',
      status: text(condition, 'status') || 'True',
    })),
    exitCodes: isObject(codes.value)
      ? {
          container: text(codes, 'containerName'),
          operator: text(codes, 'operator') ?? '',
          values: Array.isArray(values) ? values.filter((value) => typeof value === 'number') : [],
        }
      : undefined,
  };
}

function readJobStatus(status: Reader): JobStatus | undefined {
  if (!isObject(status.value) || Object.keys(status.value).length === 0) return undefined;
  return {
    active: integer(status, 'active') ?? 0,
    succeeded: integer(status, 'succeeded') ?? 0,
    failed: integer(status, 'failed') ?? 0,
    ended: items(status, 'conditions').some(
      (condition) =>
        (text(condition, 'type') === 'Complete' || text(condition, 'type') === 'Failed') &&
        text(condition, 'status') === 'True',
    ),
  };
}
