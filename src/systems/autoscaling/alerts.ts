/** Alerts of machines and pods that should come and do not. */
import type { Millis } from '../../core/units.ts';
import type { Alert } from '../../system.ts';
import type { Model } from './model.ts';
import { HEADROOM } from './names.ts';
import { autoscalerSource, karpenterSource, kubernetesSource, STATE_METRICS } from './sources.ts';

const MINUTE: Millis = 60_000;
/** A machine that is not there after twice the slowest time is late. */
const LATE = 2;

/** All alerts of this plan. */
export function alertsOf(model: Model): readonly Alert[] {
  return [
    podsWait(model),
    ...(model.engine === 'cluster-autoscaler' ? autoscalerAlerts() : []),
    ...(model.engine === 'karpenter' ? karpenterAlerts(model) : []),
    ...podScalerAlerts(),
    ...(model.room === null ? [] : [headroomMissing(model)]),
    ...(model.gpuPools.length === 0 ? [] : [devicePluginMissing()]),
  ];
}

/** Whole minutes after which a machine is late; five where nothing is ordered. */
export function lateAfter({ nodeReady }: Pick<Model, 'nodeReady'>): Millis {
  return nodeReady === null ? 5 * MINUTE : Math.max(5, Math.ceil((LATE * nodeReady.most) / MINUTE)) * MINUTE;
}

/** Series at one sample per minute, from minute 0 to past the moment of the test. */
const SAMPLES = 60;
const steady = (value: number): string => `${value}x${SAMPLES}`;
const at = (hold: Millis): Pick<Alert['test'], 'interval' | 'at'> => ({ interval: MINUTE, at: hold + 20 * MINUTE });

function podsWait(model: Model): Alert {
  const hold = lateAfter(model);
  const series = (namespace: string) => `kube_pod_status_unschedulable{namespace="${namespace}",pod="web-0"}`;
  return {
    name: 'PodsWaitForRoom',
    expr: `sum by (namespace) (kube_pod_status_unschedulable{namespace!="${HEADROOM}"}) > 0`,
    for: hold,
    severity: 'critical',
    summary: 'Pods found no machine for longer than a new one takes: what they should carry is missing.',
    runbook: 'scale-up-stuck',
    source: STATE_METRICS,
    test: {
      ...at(hold),
      firing: [{ series: series('shop'), values: steady(1) }],
      quiet: [{ series: series(HEADROOM), values: steady(1) }],
      labels: { namespace: 'shop' },
    },
  };
}

function autoscalerAlerts(): readonly Alert[] {
  const failures = 'cluster_autoscaler_failed_scale_ups_total{namespace="kube-system",reason="cloudProviderError"}';
  const safe = (pod: string) => `cluster_autoscaler_cluster_safe_to_autoscale{namespace="kube-system",pod="${pod}"}`;
  const activity = 'cluster_autoscaler_last_activity{activity="main",namespace="kube-system",pod="a"}';
  return [
    {
      name: 'ClusterAutoscalerScaleUpFails',
      expr: 'sum by (reason) (increase(cluster_autoscaler_failed_scale_ups_total[15m])) > 0',
      for: 5 * MINUTE,
      severity: 'warning',
      summary: 'Machines were ordered and did not come; a zone may be sold out or a quota reached.',
      runbook: 'zone-out-of-capacity',
      source: autoscalerSource('metrics/metrics.go'),
      test: {
        ...at(5 * MINUTE),
        firing: [{ series: failures, values: `0+1x${SAMPLES}` }],
        quiet: [{ series: failures, values: steady(4) }],
        labels: { reason: 'cloudProviderError' },
      },
    },
    {
      name: 'ClusterAutoscalerStopped',
      expr: 'max by (namespace) (cluster_autoscaler_cluster_safe_to_autoscale) == 0',
      for: 2 * MINUTE,
      severity: 'critical',
      summary:
        'Cluster Autoscaler takes the cluster for unobservable and adds no machine; the standby reports 0 too, so both must.',
      runbook: 'scale-up-stuck',
      source: autoscalerSource('metrics/metrics.go'),
      test: {
        ...at(2 * MINUTE),
        firing: [
          { series: safe('a'), values: steady(0) },
          { series: safe('b'), values: steady(0) },
        ],
        quiet: [
          { series: safe('a'), values: steady(1) },
          { series: safe('b'), values: steady(0) },
        ],
        labels: { namespace: 'kube-system' },
      },
    },
    {
      name: 'ClusterAutoscalerSilent',
      expr: 'time() - max by (namespace) (cluster_autoscaler_last_activity{activity="main"}) > 300',
      for: 5 * MINUTE,
      severity: 'critical',
      summary: 'No instance of Cluster Autoscaler has finished a loop for five minutes: no machine will come.',
      runbook: 'scale-up-stuck',
      source: autoscalerSource('metrics/metrics.go'),
      test: {
        ...at(5 * MINUTE),
        firing: [{ series: activity, values: steady(0) }],
        quiet: [{ series: activity, values: `0+60x${SAMPLES}` }],
        labels: { namespace: 'kube-system' },
      },
    },
  ];
}

function karpenterAlerts(model: Model): readonly Alert[] {
  const claims = (status: string) =>
    `operator_nodeclaim_status_condition_count{name="general-x",type="Initialized",status="${status}"}`;
  const errors = (method: string) =>
    `karpenter_cloudprovider_errors_total{method="${method}",error="InsufficientCapacityError"}`;
  const hold = lateAfter(model);
  return [
    {
      name: 'KarpenterNodeClaimsNotReady',
      expr: 'sum(operator_nodeclaim_status_condition_count{type="Initialized",status!="True"}) > 0',
      for: hold,
      severity: 'warning',
      summary: 'Machines were ordered and have not become nodes in twice the time that the slowest takes.',
      runbook: 'scale-up-stuck',
      source: karpenterSource('website reference, metrics'),
      test: {
        ...at(hold),
        firing: [{ series: claims('Unknown'), values: steady(1) }],
        quiet: [{ series: claims('True'), values: steady(1) }],
      },
    },
    {
      name: 'KarpenterLaunchFails',
      expr: 'sum by (error) (increase(karpenter_cloudprovider_errors_total{method="Create"}[15m])) > 0',
      for: 10 * MINUTE,
      severity: 'warning',
      summary: 'The provider refuses to start machines; a zone or a type may be sold out, or a quota reached.',
      runbook: 'zone-out-of-capacity',
      source: karpenterSource('website reference, metrics'),
      test: {
        ...at(10 * MINUTE),
        firing: [{ series: errors('Create'), values: `0+1x${SAMPLES}` }],
        quiet: [{ series: errors('Delete'), values: `0+1x${SAMPLES}` }],
        labels: { error: 'InsufficientCapacityError' },
      },
    },
    ...karpenterStates(),
  ];
}

function karpenterStates(): readonly Alert[] {
  const usage = 'karpenter_nodepools_usage{nodepool="general",resource_type="cpu"}';
  const limit = 'karpenter_nodepools_limit{nodepool="general",resource_type="cpu"}';
  return [
    {
      name: 'KarpenterPoolAtLimit',
      expr: 'max by (nodepool, resource_type) (karpenter_nodepools_usage) / max by (nodepool, resource_type) (karpenter_nodepools_limit) > 0.9',
      for: 10 * MINUTE,
      severity: 'warning',
      summary: 'A pool has used nine tenths of what it may grow to; beyond it, pods wait.',
      runbook: 'scale-up-stuck',
      source: karpenterSource('website reference, metrics'),
      test: {
        ...at(10 * MINUTE),
        firing: [
          { series: usage, values: steady(95) },
          { series: limit, values: steady(100) },
        ],
        quiet: [
          { series: usage, values: steady(80) },
          { series: limit, values: steady(100) },
        ],
        labels: { nodepool: 'general', resource_type: 'cpu' },
      },
    },
    {
      name: 'KarpenterAbsent',
      expr: 'absent(karpenter_build_info)',
      for: 10 * MINUTE,
      severity: 'critical',
      summary: 'Karpenter reports nothing: no machine will come, and interrupted ones are not drained.',
      runbook: 'scale-up-stuck',
      source: karpenterSource('website reference, metrics'),
      test: {
        ...at(10 * MINUTE),
        firing: [{ series: 'something_else', values: steady(1) }],
        quiet: [{ series: 'karpenter_build_info{version="1.14.1"}', values: steady(1) }],
      },
    },
  ];
}

function podScalerAlerts(): readonly Alert[] {
  const labels = { namespace: 'shop', horizontalpodautoscaler: 'web' };
  const of = (metric: string, more = '') => `${metric}{namespace="shop",horizontalpodautoscaler="web"${more}}`;
  const condition = (status: string) =>
    of('kube_horizontalpodautoscaler_status_condition', `,condition="ScalingActive",status="${status}"`);
  const by = 'max by (namespace, horizontalpodautoscaler)';
  const api = (value: number) => [
    { series: 'aggregator_unavailable_apiservice{name="v1beta1.metrics.k8s.io"}', values: steady(value) },
  ];
  const sizes = (desired: number) => [
    { series: of('kube_horizontalpodautoscaler_status_desired_replicas'), values: steady(desired) },
    { series: of('kube_horizontalpodautoscaler_spec_max_replicas'), values: steady(10) },
    { series: of('kube_horizontalpodautoscaler_spec_min_replicas'), values: steady(3) },
  ];
  return [
    {
      name: 'PodAutoscalerAtMost',
      expr: `${by} (kube_horizontalpodautoscaler_status_desired_replicas) >= ${by} (kube_horizontalpodautoscaler_spec_max_replicas) and ${by} (kube_horizontalpodautoscaler_spec_max_replicas) > ${by} (kube_horizontalpodautoscaler_spec_min_replicas)`,
      for: 15 * MINUTE,
      severity: 'warning',
      summary: 'A workload has as many pods as it may have; more load will slow it down.',
      runbook: 'pods-do-not-scale',
      source: STATE_METRICS,
      test: { ...at(15 * MINUTE), firing: sizes(10), quiet: sizes(9), labels },
    },
    {
      name: 'PodAutoscalerFrozen',
      expr: `${by} (kube_horizontalpodautoscaler_status_condition{condition="ScalingActive",status="false"}) == 1`,
      for: 5 * MINUTE,
      severity: 'critical',
      summary: 'An autoscaler cannot read its metric: the number of pods stays as it is, whatever the load.',
      runbook: 'pods-do-not-scale',
      source: STATE_METRICS,
      test: {
        ...at(5 * MINUTE),
        firing: [{ series: condition('false'), values: steady(1) }],
        quiet: [{ series: condition('true'), values: steady(1) }],
        labels,
      },
    },
    {
      name: 'MetricsApiUnavailable',
      expr: 'max by (name) (aggregator_unavailable_apiservice{name=~"v1beta1\\\\.(external\\\\.)?metrics\\\\.k8s\\\\.io"}) == 1',
      for: 5 * MINUTE,
      severity: 'critical',
      summary: 'The API of metrics does not answer: every autoscaler that reads it is frozen.',
      runbook: 'pods-do-not-scale',
      source: kubernetesSource('kube-aggregator, pkg/controllers/status'),
      test: { ...at(5 * MINUTE), firing: api(1), quiet: api(0), labels: { name: 'v1beta1.metrics.k8s.io' } },
    },
  ];
}

function headroomMissing(model: Model): Alert {
  const hold = Math.max(15 * MINUTE, lateAfter(model));
  const selector = `{namespace="${HEADROOM}",deployment="${HEADROOM}"}`;
  const wanted = model.room?.replicas ?? 0;
  const series = (available: number) => [
    { series: `kube_deployment_status_replicas_available${selector}`, values: steady(available) },
    { series: `kube_deployment_spec_replicas${selector}`, values: steady(wanted) },
  ];
  return {
    name: 'HeadroomMissing',
    expr: `sum(kube_deployment_status_replicas_available${selector}) < sum(kube_deployment_spec_replicas${selector})`,
    for: hold,
    severity: 'warning',
    summary: `The room for the loss of a ${model.room?.loss ?? 'zone'} is not complete: after it, pods would wait for machines.`,
    runbook: 'scale-up-stuck',
    source: STATE_METRICS,
    test: { ...at(hold), firing: series(wanted - 1), quiet: series(wanted) },
  };
}

function devicePluginMissing(): Alert {
  const series = 'kube_daemonset_status_number_unavailable{namespace="kube-system",daemonset="nvidia-device-plugin"}';
  return {
    name: 'DevicePluginMissing',
    expr: `sum(${series}) > 0`,
    for: 10 * MINUTE,
    severity: 'warning',
    summary: 'A GPU machine has no device plugin: its GPUs are paid for and not offered to any pod.',
    runbook: 'scale-up-stuck',
    source: STATE_METRICS,
    test: {
      ...at(10 * MINUTE),
      firing: [{ series, values: steady(1) }],
      quiet: [{ series, values: steady(0) }],
    },
  };
}
