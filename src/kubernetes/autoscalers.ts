/**
 * What moves the replicas of a workload: HorizontalPodAutoscalers and KEDA's ScaledObjects, with all that the
 * controller's arithmetic reads. Defaults: Kubernetes v1.36.3 pkg/apis/autoscaling/v2/defaults.go.
 */
import { isObject } from '../core/json.ts';
import { at, integer, into, items, reader, text } from './objects.ts';
import type { Reader, Refuse } from './objects.ts';
import { amountOf } from './resources.ts';
import type { EpochSeconds } from './time.ts';
import { parseTime } from './time.ts';

export interface AutoscalerSpec {
  readonly targetKind: string;
  readonly targetName: string;
  readonly minReplicas: number;
  readonly maxReplicas: number;
  /** Undefined when they cannot be told from the object: KEDA's triggers. */
  readonly metrics: readonly Metric[] | undefined;
  /** Undefined: the controller's own limits, which differ from an empty behavior's. */
  readonly behavior: { readonly scaleUp: ScalingRules; readonly scaleDown: ScalingRules } | undefined;
  readonly status: AutoscalerStatus | undefined;
}

export interface Metric {
  readonly type: 'Resource' | 'ContainerResource' | 'Pods' | 'Object' | 'External';
  /** `cpu`, or the name of the metric. */
  readonly name: string;
  /** ContainerResource. */
  readonly container: string | undefined;
  readonly target: MetricTarget;
}

/** `milli`: thousandths of the metric's unit, as the controller compares them. */
export type MetricTarget =
  | { readonly type: 'Utilization'; readonly percent: number }
  | { readonly type: 'AverageValue'; readonly milli: number }
  | { readonly type: 'Value'; readonly milli: number };

export interface ScalingRules {
  /** Undefined: the controller manager's window (scaling down). */
  readonly stabilizationSeconds: number | undefined;
  readonly select: 'Max' | 'Min' | 'Disabled';
  readonly policies: readonly ScalingPolicy[];
  /** As a fraction; undefined: the controller manager's, 0.1. */
  readonly tolerance: number | undefined;
}

export interface ScalingPolicy {
  readonly type: 'Pods' | 'Percent';
  readonly value: number;
  readonly periodSeconds: number;
}

export interface AutoscalerStatus {
  readonly currentReplicas: number;
  readonly desiredReplicas: number;
  readonly lastScale: EpochSeconds | undefined;
  readonly current: readonly CurrentMetric[];
}

/** What the controller last measured. */
export interface CurrentMetric {
  readonly type: string;
  readonly name: string;
  readonly container: string | undefined;
  readonly percent: number | undefined;
  readonly averageMilli: number | undefined;
  readonly milli: number | undefined;
}

const DEFAULT_METRIC: Metric = {
  type: 'Resource',
  name: 'cpu',
  container: undefined,
  target: { type: 'Utilization', percent: 80 },
};

/** autoscaling/v2, or v1 with its one CPU target. */
export function readHorizontalAutoscaler(object: unknown, refuse?: Refuse): AutoscalerSpec {
  const root = reader(object, refuse);
  const spec = into(root, 'spec');
  const target = into(spec, 'scaleTargetRef');
  const minReplicas = integer(spec, 'minReplicas') ?? 1;
  const percent = integer(spec, 'targetCPUUtilizationPercentage');
  const written = items(spec, 'metrics').flatMap((metric) => readMetric(metric) ?? []);
  const fallback: Metric =
    percent === undefined ? DEFAULT_METRIC : { ...DEFAULT_METRIC, target: { type: 'Utilization', percent } };
  return {
    targetKind: text(target, 'kind') ?? '',
    targetName: text(target, 'name') ?? '',
    minReplicas,
    maxReplicas: integer(spec, 'maxReplicas') ?? minReplicas,
    metrics: written.length === 0 ? [fallback] : written,
    behavior: readBehavior(into(spec, 'behavior')),
    status: readStatus(into(root, 'status')),
  };
}

/** KEDA ScaledObject: minimum 0, maximum 100, a Deployment by default (keda v2.20 apis/keda/v1alpha1/scaledobject_types.go). */
export function readScaledObject(object: unknown, refuse?: Refuse): AutoscalerSpec {
  const spec = into(reader(object, refuse), 'spec');
  const target = into(spec, 'scaleTargetRef');
  return {
    targetKind: text(target, 'kind') || 'Deployment',
    targetName: text(target, 'name') ?? '',
    minReplicas: integer(spec, 'minReplicaCount') ?? 0,
    maxReplicas: integer(spec, 'maxReplicaCount') ?? 100,
    metrics: undefined,
    behavior: readBehavior(into(into(into(spec, 'advanced'), 'horizontalPodAutoscalerConfig'), 'behavior')),
    status: undefined,
  };
}

function readMetric(metric: Reader): Metric | undefined {
  const type = text(metric, 'type') ?? '';
  const field = FIELDS[type];
  if (field === undefined) return undefined;
  const source = into(metric, field);
  const target = readTarget(into(source, 'target'));
  const named = field === 'resource' || field === 'containerResource' ? source : into(source, 'metric');
  return target === undefined
    ? undefined
    : {
        type: type as Metric['type'],
        name: text(named, 'name') ?? '',
        container: field === 'containerResource' ? text(source, 'container') : undefined,
        target,
      };
}

const FIELDS: Readonly<Record<string, string>> = {
  Resource: 'resource',
  ContainerResource: 'containerResource',
  Pods: 'pods',
  Object: 'object',
  External: 'external',
};

function readTarget(target: Reader): MetricTarget | undefined {
  const percent = integer(target, 'averageUtilization');
  if (percent !== undefined) return { type: 'Utilization', percent };
  const average = milliOf(target, 'averageValue');
  if (average !== undefined) return { type: 'AverageValue', milli: average };
  const value = milliOf(target, 'value');
  return value === undefined ? undefined : { type: 'Value', milli: value };
}

/** Any rule that is written fills the rest of both directions (SetDefaults_HorizontalPodAutoscalerBehavior). */
function readBehavior(behavior: Reader): AutoscalerSpec['behavior'] {
  if (!isObject(behavior.value)) return undefined;
  return {
    scaleUp: readRules(into(behavior, 'scaleUp'), {
      stabilizationSeconds: 0,
      policies: [
        { type: 'Pods', value: 4, periodSeconds: 15 },
        { type: 'Percent', value: 100, periodSeconds: 15 },
      ],
    }),
    scaleDown: readRules(into(behavior, 'scaleDown'), {
      stabilizationSeconds: undefined,
      policies: [{ type: 'Percent', value: 100, periodSeconds: 15 }],
    }),
  };
}

function readRules(rules: Reader, defaults: Pick<ScalingRules, 'stabilizationSeconds' | 'policies'>): ScalingRules {
  const select = text(rules, 'selectPolicy');
  const policies = Array.isArray(at(rules.value, 'policies'))
    ? items(rules, 'policies').map((policy): ScalingPolicy => ({
        type: text(policy, 'type') === 'Percent' ? 'Percent' : 'Pods',
        value: integer(policy, 'value') ?? 0,
        periodSeconds: integer(policy, 'periodSeconds') ?? 0,
      }))
    : defaults.policies;
  const tolerance = milliOf(rules, 'tolerance');
  return {
    stabilizationSeconds: integer(rules, 'stabilizationWindowSeconds') ?? defaults.stabilizationSeconds,
    select: select === 'Min' || select === 'Disabled' ? select : 'Max',
    policies,
    tolerance: tolerance === undefined ? undefined : tolerance / 1_000,
  };
}

function readStatus(status: Reader): AutoscalerStatus | undefined {
  if (!isObject(status.value) || Object.keys(status.value).length === 0) return undefined;
  return {
    currentReplicas: integer(status, 'currentReplicas') ?? 0,
    desiredReplicas: integer(status, 'desiredReplicas') ?? 0,
    lastScale: parseTime(at(status.value, 'lastScaleTime')),
    current: items(status, 'currentMetrics').flatMap((metric): readonly CurrentMetric[] => {
      const type = text(metric, 'type') ?? '';
      const field = FIELDS[type];
      if (field === undefined) return [];
      const source = into(metric, field);
      const current = into(source, 'current');
      const named = field === 'resource' || field === 'containerResource' ? source : into(source, 'metric');
      return [
        {
          type,
          name: text(named, 'name') ?? '',
          container: field === 'containerResource' ? text(source, 'container') : undefined,
          percent: integer(current, 'averageUtilization'),
          averageMilli: milliOf(current, 'averageValue'),
          milli: milliOf(current, 'value'),
        },
      ];
    }),
  };
}

/** A quantity in thousandths: what `cpu` is read in, whatever the metric. */
function milliOf(from: Reader, key: string): number | undefined {
  return amountOf('cpu', at(from.value, key));
}
