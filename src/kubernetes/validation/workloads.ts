/**
 * Workloads that no API server would accept: Kubernetes v1.36.3 pkg/apis/apps/validation/validation.go,
 * pkg/apis/batch/validation/validation.go, pkg/apis/core/validation/validation.go (ReplicationControllers).
 */
import { isObject } from '../../core/json.ts';
import type { Reader, Refuse } from '../objects.ts';
import { at, into, items, reader, refuse, text, textMap } from '../objects.ts';
import type { WorkloadKind } from '../pod-template.ts';
import { templatePath } from '../pod-template.ts';
import { formatSelector, readMapSelector, readSelector, selects } from '../selectors.ts';
import type { NameForm } from './names.ts';
import {
  isDnsLabel,
  isQualifiedName,
  validateChoice,
  validateExactChoice,
  validateLabels,
  validateName,
  validateNumber,
} from './names.ts';
import { validateShare } from './policies.ts';
import { validatePodSpec } from './pods.ts';
import { SHAPES, validateShape } from './shapes.ts';
import { validateClaimSpec } from './claims.ts';

const NAMES: Readonly<Partial<Record<WorkloadKind, { form: NameForm; longest?: number }>>> = {
  StatefulSet: { form: 'label' },
  CronJob: { form: 'subdomain', longest: 52 },
};

/** Of any kind of workload, a bare pod among them. Argo Rollouts are judged by their template alone: a controller of their own checks the rest. */
export function validateWorkload(kind: WorkloadKind, object: unknown, tell: Refuse): void {
  const root = reader(object, tell);
  const { form, longest } = NAMES[kind] ?? { form: 'subdomain' };
  validateName(root, form, longest);
  if (kind === 'Pod') {
    validatePodSpec(into(root, 'spec'), { of: 'pod', labels: at(object, 'metadata', 'labels') });
    return;
  }
  validateShape(root, SHAPES[kind === 'Job' ? 'job' : kind === 'CronJob' ? 'cronJob' : 'workload']);
  const spec = into(root, 'spec');
  const template = templatePath(kind).reduce<Reader>(into, root);
  // A Rollout may name a Deployment in the place of a template.
  if (kind === 'Rollout' && template.value === undefined) return;
  validateTemplate(template, claimTemplatesOf(kind, spec));
  VALIDATORS[kind]?.(spec, template);
}

const VALIDATORS: Readonly<Partial<Record<WorkloadKind, (spec: Reader, template: Reader) => void>>> = {
  Deployment: (spec, template) => {
    validateScaled(spec, template);
    validateDeploymentStrategy(into(spec, 'strategy'));
    const deadline = at(spec.value, 'progressDeadlineSeconds') ?? 600;
    const ready = at(spec.value, 'minReadySeconds') ?? 0;
    if (typeof deadline === 'number' && typeof ready === 'number' && deadline <= ready)
      refuse(into(spec, 'progressDeadlineSeconds'), 'more than minReadySeconds');
  },
  ReplicaSet: validateScaled,
  StatefulSet: (spec, template) => {
    validateScaled(spec, template);
    validateChoice(spec, 'podManagementPolicy', ['OrderedReady', 'Parallel']);
    const strategy = into(spec, 'updateStrategy');
    validateChoice(strategy, 'type', ['RollingUpdate', 'OnDelete']);
    if (text(strategy, 'type') === 'OnDelete' && isObject(at(strategy.value, 'rollingUpdate')))
      refuse(into(strategy, 'rollingUpdate'), 'nothing here for OnDelete');
    validateNumber(into(strategy, 'rollingUpdate'), 'partition', 0);
    validateNumber(into(spec, 'ordinals'), 'start', 0);
    const service = text(spec, 'serviceName') ?? '';
    if (service !== '' && !isDnsLabel(service)) refuse(into(spec, 'serviceName'), 'the name of a Service');
    for (const claim of items(spec, 'volumeClaimTemplates')) validateClaimSpec(into(claim, 'spec'));
  },
  DaemonSet: (spec, template) => {
    validateSelector(spec, template);
    validateLongRunning(template);
    validateNumber(spec, 'minReadySeconds', 0);
    validateDaemonStrategy(into(spec, 'updateStrategy'));
  },
  ReplicationController: (spec, template) => {
    validateNumber(spec, 'replicas', 0);
    validateNumber(spec, 'minReadySeconds', 0);
    validateLongRunning(template);
    validateMapSelector(spec, template);
  },
  Job: validateJob,
  CronJob: (spec, template) => {
    if (!isSchedule(text(spec, 'schedule') ?? ''))
      refuse(into(spec, 'schedule'), 'five fields, like 0 3 * * *, or @daily');
    validateChoice(spec, 'concurrencyPolicy', ['Allow', 'Forbid', 'Replace']);
    validateJob(into(into(spec, 'jobTemplate'), 'spec'), template);
  },
};

/** The form that robfig/cron takes; whether each number is in its range is not looked at. */
function isSchedule(written: string): boolean {
  if (written.startsWith('@'))
    return /^@(?:yearly|annually|monthly|weekly|daily|midnight|hourly|every (?:\d+(?:\.\d*)?(?:ns|us|µs|ms|s|m|h))+)$/.test(
      written,
    );
  const fields = written.trim().split(/\s+/);
  return fields.length === 5 && fields.every((field) => /^[\d*?/,\-A-Za-z]+$/.test(field));
}

function validateTemplate(template: Reader, replaced: ReadonlySet<string>): void {
  const metadata = into(template, 'metadata');
  validateLabels(metadata, 'labels');
  validatePodSpec(into(template, 'spec'), { of: 'template', labels: at(metadata.value, 'labels'), replaced });
}

function claimTemplatesOf(kind: WorkloadKind, spec: Reader): ReadonlySet<string> {
  if (kind !== 'StatefulSet') return new Set();
  return new Set(items(spec, 'volumeClaimTemplates').map((claim) => text(into(claim, 'metadata'), 'name') ?? ''));
}

function validateScaled(spec: Reader, template: Reader): void {
  validateNumber(spec, 'replicas', 0);
  validateNumber(spec, 'minReadySeconds', 0);
  validateSelector(spec, template);
  validateLongRunning(template);
}

function validateSelector(spec: Reader, template: Reader): void {
  const written = into(spec, 'selector');
  if (!isObject(written.value)) {
    refuse(written, 'a selector of its pods');
    return;
  }
  let readable = true;
  const selector = readSelector({ ...spec, refuse: () => (readable = false) }, 'selector');
  if (!readable) return;
  if (selector.matches === 'all-of' && selector.requirements.length === 0) {
    refuse(written, 'at least one label');
    return;
  }
  const labels = textMap({ ...into(template, 'metadata'), refuse: () => undefined }, 'labels');
  if (!selects(selector, labels))
    refuse(into(into(template, 'metadata'), 'labels'), `labels that its selector selects: ${formatSelector(selector)}`);
}

/** Absent, the selector is the template's labels (SetDefaults_ReplicationController). */
function validateMapSelector(spec: Reader, template: Reader): void {
  const labels = textMap({ ...into(template, 'metadata'), refuse: () => undefined }, 'labels');
  const selector = readMapSelector({ ...spec, refuse: () => undefined }, 'selector');
  if (selector.matches === 'nothing') {
    if (Object.keys(labels).length === 0) refuse(into(spec, 'selector'), 'a selector of its pods');
  } else if (!selects(selector, labels))
    refuse(into(into(template, 'metadata'), 'labels'), `labels that its selector selects: ${formatSelector(selector)}`);
}

/** Pods that a controller keeps alive for ever. */
function validateLongRunning(template: Reader): void {
  const spec = into(template, 'spec');
  const policy = text(spec, 'restartPolicy') || 'Always';
  if (policy !== 'Always') refuse(into(spec, 'restartPolicy'), 'Always');
  if (typeof at(spec.value, 'activeDeadlineSeconds') === 'number')
    refuse(into(spec, 'activeDeadlineSeconds'), 'no deadline for pods that run for ever');
}

function validateDeploymentStrategy(strategy: Reader): void {
  const type = text(strategy, 'type') || 'RollingUpdate';
  const rolling = into(strategy, 'rollingUpdate');
  if (type === 'Recreate') {
    if (isObject(rolling.value)) refuse(rolling, 'nothing here for Recreate');
  } else if (type === 'RollingUpdate') {
    const surge = validateShare(rolling, 'maxSurge', Number.POSITIVE_INFINITY) ?? 25;
    const unavailable = validateShare(rolling, 'maxUnavailable', 100) ?? 25;
    if (surge === 0 && unavailable === 0) refuse(into(rolling, 'maxUnavailable'), 'more than 0, or a maxSurge of more');
  } else refuse(into(strategy, 'type'), 'RollingUpdate or Recreate');
}

function validateDaemonStrategy(strategy: Reader): void {
  validateChoice(strategy, 'type', ['RollingUpdate', 'OnDelete']);
  if (text(strategy, 'type') === 'OnDelete') return;
  const rolling = into(strategy, 'rollingUpdate');
  const surge = validateShare(rolling, 'maxSurge', 100) ?? 0;
  const unavailable = validateShare(rolling, 'maxUnavailable', 100) ?? 1;
  if (surge === 0 && unavailable === 0) refuse(into(rolling, 'maxUnavailable'), 'more than 0, or a maxSurge of more');
  if (surge !== 0 && unavailable !== 0) refuse(into(rolling, 'maxSurge'), '0, or a maxUnavailable of 0');
}

function validateJob(spec: Reader, template: Reader): void {
  for (const count of ['parallelism', 'completions', 'backoffLimit', 'backoffLimitPerIndex', 'maxFailedIndexes'])
    validateNumber(spec, count, 0);
  validateNumber(spec, 'activeDeadlineSeconds', 0, Number.MAX_SAFE_INTEGER);
  validateNumber(spec, 'ttlSecondsAfterFinished', 0);
  validateExactChoice(spec, 'completionMode', ['NonIndexed', 'Indexed']);
  const indexed = text(spec, 'completionMode') === 'Indexed';
  // With neither number there is one pod of one (SetDefaults_Job).
  if (indexed && typeof at(spec.value, 'parallelism') === 'number' && typeof at(spec.value, 'completions') !== 'number')
    refuse(into(spec, 'completions'), 'a number, when the job is Indexed');
  for (const field of ['backoffLimitPerIndex', 'maxFailedIndexes'])
    if (!indexed && typeof at(spec.value, field) === 'number')
      refuse(into(spec, field), 'completionMode Indexed beside it');
  const hasPolicy = isObject(at(spec.value, 'podFailurePolicy'));
  validateExactChoice(spec, 'podReplacementPolicy', hasPolicy ? ['Failed'] : ['TerminatingOrFailed', 'Failed']);
  const pod = into(template, 'spec');
  const restarts = text(pod, 'restartPolicy') ?? '';
  if (restarts !== 'Never' && (restarts !== 'OnFailure' || hasPolicy))
    refuse(into(pod, 'restartPolicy'), hasPolicy ? 'Never, beside a podFailurePolicy' : 'OnFailure or Never');
  for (const rule of items(into(spec, 'podFailurePolicy'), 'rules')) validateFailureRule(rule);
}

function validateFailureRule(rule: Reader): void {
  const action = text(rule, 'action') ?? '';
  if (!['FailJob', 'FailIndex', 'Ignore', 'Count'].includes(action))
    refuse(into(rule, 'action'), 'FailJob, FailIndex, Ignore or Count');
  const codes = isObject(at(rule.value, 'onExitCodes'));
  const conditions = items(rule, 'onPodConditions').length > 0;
  if (codes === conditions) refuse(rule, 'either onExitCodes or onPodConditions');
  for (const condition of items(rule, 'onPodConditions')) {
    if (!isQualifiedName(text(condition, 'type') ?? '')) refuse(into(condition, 'type'), 'the type of a condition');
    validateChoice(condition, 'status', ['True', 'False', 'Unknown']);
  }
}
