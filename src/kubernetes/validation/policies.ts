/**
 * Budgets, autoscalers and nodes that no API server would accept: Kubernetes v1.36.3 pkg/apis/policy, autoscaling and
 * core/validation/validation.go.
 */
import { isObject } from '../../core/json.ts';
import type { Reader, Refuse } from '../objects.ts';
import { at, into, items, reader, refuse, text } from '../objects.ts';
import { isLabelValue } from '../selectors.ts';
import {
  LABEL_FORM,
  requireLabelKey,
  validateExactChoice,
  validateLabels,
  validateName,
  validateNumber,
} from './names.ts';
import { validateAmounts } from './resources.ts';
import { SHAPES, validateShape } from './shapes.ts';

/** A whole number or a percentage (ValidatePositiveIntOrPercent); gives its value whatever its unit, as the API server compares it with 0. */
export function validateShare(owner: Reader, key: string, mostPercent: number): number | undefined {
  const value = at(owner.value, key);
  if (value === undefined || value === null) return undefined;
  const place = into(owner, key);
  if (typeof value === 'number') {
    if (value < 0) refuse(place, 'no negative number');
    return value;
  }
  if (typeof value !== 'string') return undefined;
  if (!/^\d+%$/.test(value)) {
    refuse(place, 'a whole number or a percentage, like 25%');
    return undefined;
  }
  const percent = Number(value.slice(0, -1));
  if (percent > mostPercent) refuse(place, `at most ${mostPercent}%`);
  return percent;
}

export function validateBudget(object: unknown, tell: Refuse): void {
  const root = reader(object, tell);
  validateShape(root, SHAPES.budget);
  validateName(root, 'subdomain');
  const spec = into(root, 'spec');
  const written = ['minAvailable', 'maxUnavailable'].filter((key) => (at(spec.value, key) ?? undefined) !== undefined);
  if (written.length === 2) refuse(into(spec, 'maxUnavailable'), 'minAvailable or maxUnavailable, not both');
  for (const key of written) validateShare(spec, key, 100);
  validateExactChoice(spec, 'unhealthyPodEvictionPolicy', ['IfHealthyBudget', 'AlwaysAllow']);
}

/** Scaling to zero needs the gate HPAScaleToZero, which is off. */
export function validateAutoscaler(object: unknown, tell: Refuse): void {
  const root = reader(object, tell);
  validateShape(root, SHAPES.autoscaler);
  validateName(root, 'subdomain');
  const spec = into(root, 'spec');
  const least = at(spec.value, 'minReplicas');
  const most = at(spec.value, 'maxReplicas');
  validateNumber(spec, 'minReplicas', 1);
  if (typeof most !== 'number' || most < 1) refuse(into(spec, 'maxReplicas'), 'a number of at least 1');
  else if (typeof least === 'number' && most < least) refuse(into(spec, 'maxReplicas'), 'at least minReplicas');
  const target = into(spec, 'scaleTargetRef');
  for (const field of ['kind', 'name'])
    if (!/^(?!\.{1,2}$)[^/%]+$/.test(text(target, field) ?? ''))
      refuse(into(target, field), 'the workload that it scales');
  const version = text(target, 'apiVersion') ?? '';
  // The one kind without a group that has a scale.
  if (text(target, 'kind') !== 'ReplicationController' && !/^[^/]+\/[^/]*$/.test(version))
    refuse(into(target, 'apiVersion'), 'group and version, like apps/v1');
  for (const metric of items(spec, 'metrics')) validateMetric(metric);
  for (const direction of ['scaleUp', 'scaleDown']) validateRules(into(into(spec, 'behavior'), direction));
}

const SOURCES: Readonly<Record<string, string>> = {
  Resource: 'resource',
  ContainerResource: 'containerResource',
  Pods: 'pods',
  Object: 'object',
  External: 'external',
};

function validateMetric(metric: Reader): void {
  const type = text(metric, 'type') ?? '';
  const field = SOURCES[type];
  if (field === undefined) {
    refuse(into(metric, 'type'), `one of ${Object.keys(SOURCES).join(', ')}`);
    return;
  }
  const source = into(metric, field);
  if (!isObject(source.value)) {
    refuse(source, `what ${type} needs`);
    return;
  }
  const target = into(source, 'target');
  const form = text(target, 'type') ?? '';
  if (!['Utilization', 'Value', 'AverageValue'].includes(form))
    refuse(into(target, 'type'), 'Utilization, Value or AverageValue');
  const percent = at(target.value, 'averageUtilization');
  if (typeof percent === 'number' && percent < 1) refuse(into(target, 'averageUtilization'), 'more than 0');
}

function validateRules(rules: Reader): void {
  validateNumber(rules, 'stabilizationWindowSeconds', 0, 3_600);
  validateExactChoice(rules, 'selectPolicy', ['Max', 'Min', 'Disabled']);
  const policies = items(rules, 'policies');
  if (Array.isArray(at(rules.value, 'policies')) && policies.length === 0)
    refuse(into(rules, 'policies'), 'at least one policy');
  for (const policy of policies) {
    const type = text(policy, 'type') ?? '';
    if (type !== 'Pods' && type !== 'Percent') refuse(into(policy, 'type'), 'Pods or Percent');
    for (const [field, most] of [
      ['value', 2 ** 31 - 1],
      ['periodSeconds', 1_800],
    ] as const) {
      const value = at(policy.value, field);
      if (typeof value !== 'number' || value < 1 || value > most)
        refuse(into(policy, field), `a number from 1 to ${most}`);
    }
  }
}

export function validateNode(object: unknown, tell: Refuse): void {
  const root = reader(object, tell);
  validateName(root, 'subdomain');
  validateLabels(into(root, 'metadata'), 'labels');
  const pairs = new Set<string>();
  for (const taint of items(into(root, 'spec'), 'taints')) {
    requireLabelKey(taint, 'key');
    const value = text(taint, 'value') ?? '';
    if (!isLabelValue(value)) refuse(into(taint, 'value'), LABEL_FORM);
    const pair = `${text(taint, 'key') ?? ''}\n${text(taint, 'effect') ?? ''}`;
    if (pairs.has(pair)) refuse(taint, 'one taint for each key and effect');
    pairs.add(pair);
  }
  validateAmounts(into(into(root, 'status'), 'capacity'), 'node');
  validateAmounts(into(into(root, 'status'), 'allocatable'), 'node');
}
