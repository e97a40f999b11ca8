/** What has to wake somebody, each with series that make it fire and series that do not. */
import type { Alert, Source } from '../../system.ts';
import type { Model } from './model.ts';

const MINUTE = 60_000;

/** Metrics of kube-state-metrics that the rules read. */
const STATE: Source = {
  project: 'kube-state-metrics v2',
  where: 'docs/metrics: node-metrics.md, pod-metrics.md, poddisruptionbudget-metrics.md',
};
const CONTROLLER: Source = { project: 'Kubernetes v1.36.3', where: 'pkg/controller/nodelifecycle/metrics.go' };
const SCHEDULER: Source = { project: 'Kubernetes v1.36.3', where: 'pkg/scheduler/metrics/metrics.go' };

const NOT_READY = 'kube_node_status_condition{condition="Ready",status="true"} == 0';
const readySeries = (node: string): string =>
  `kube_node_status_condition{node="${node}",condition="Ready",status="true"}`;

export function alerts(model: Model): readonly Alert[] {
  const { settable } = model.recovery;
  return [
    nodeNotReady(model),
    stuckPods(),
    unschedulable(),
    ...(settable ? [bySpread(), zonePartlyLost(model), zoneLost(model)] : [manyNodesNotReady(model)]),
    blockedDrains(),
  ];
}

function nodeNotReady({ recovery }: Model): Alert {
  const wait = MINUTE;
  return {
    name: 'NodeNotReady',
    expr: NOT_READY,
    for: wait,
    severity: 'warning',
    summary: `A node is not ready: its pods of Deployments move after ${recovery.toleration / 1_000} s, those of StatefulSets stay down until it is repaired.`,
    runbook: 'node-not-coming-back',
    source: STATE,
    test: {
      interval: MINUTE,
      at: 5 * MINUTE,
      firing: [{ series: readySeries('node-1'), values: '1 0x10' }],
      quiet: [{ series: readySeries('node-1'), values: '1x10' }],
      labels: { node: 'node-1', condition: 'Ready', status: 'true' },
    },
  };
}

function stuckPods(): Alert {
  const pod = (values: string): Alert['test']['firing'] => [
    { series: 'kube_pod_deletion_timestamp{namespace="shop",pod="db-0"}', values: '60x30' },
    { series: 'kube_pod_info{namespace="shop",pod="db-0",node="node-1"}', values: '1x30' },
    { series: readySeries('node-1'), values },
  ];
  return {
    name: 'PodsStuckOnLostNode',
    expr: `count by (node) (((time() - kube_pod_deletion_timestamp > 600) * on (namespace, pod) group_left (node) kube_pod_info) and on (node) (${NOT_READY})) > 0`,
    for: MINUTE,
    severity: 'critical',
    summary:
      'Pods have been Terminating for 10 minutes on a node that does not answer: StatefulSets do not replace them and their volumes stay attached.',
    runbook: 'node-not-coming-back',
    source: STATE,
    test: { interval: MINUTE, at: 20 * MINUTE, firing: pod('0x30'), quiet: pod('1x30'), labels: { node: 'node-1' } },
  };
}

function unschedulable(): Alert {
  const series = 'kube_pod_status_unschedulable{namespace="shop",pod="web-1"}';
  return {
    name: 'PodsUnschedulable',
    expr: 'count by (namespace) (kube_pod_status_unschedulable == 1) > 0',
    for: 10 * MINUTE,
    severity: 'warning',
    summary: 'Pods have found no node for 10 minutes: there is no room, or a rule on their placement cannot be met.',
    runbook: 'write-a-workload',
    source: STATE,
    test: {
      interval: MINUTE,
      at: 15 * MINUTE,
      firing: [{ series, values: '1x20' }],
      quiet: [{ series, values: '1x3 0x20' }],
      labels: { namespace: 'shop' },
    },
  };
}

function bySpread(): Alert {
  const series = 'scheduler_unschedulable_pods{plugin="PodTopologySpread",profile="default-scheduler"}';
  return {
    name: 'PodsUnschedulableBySpread',
    expr: 'sum (scheduler_unschedulable_pods{plugin="PodTopologySpread"}) > 0',
    for: 5 * MINUTE,
    severity: 'critical',
    summary:
      'Replacements wait because of their topology spread: a DoNotSchedule spread still counts a zone that is lost.',
    runbook: 'lose-a-zone',
    source: SCHEDULER,
    test: {
      interval: MINUTE,
      at: 10 * MINUTE,
      firing: [{ series, values: '2x20' }],
      quiet: [{ series, values: '0x20' }],
    },
  };
}

function zonePartlyLost({ recovery }: Model): Alert {
  const series = (unhealthy: number): Alert['test']['firing'] => [
    { series: 'node_collector_unhealthy_nodes_in_zone{zone="r:a"}', values: `${unhealthy}x20` },
    { series: 'node_collector_zone_size{zone="r:a"}', values: '10x20' },
  ];
  const effect =
    recovery.zoneLoss.zoneNodes > 50
      ? 'evictions there run at one node per 100 s'
      : 'nothing is evicted there any more';
  return {
    name: 'ZonePartlyLost',
    expr: 'max by (zone) (node_collector_unhealthy_nodes_in_zone) > 2 and max by (zone) (node_collector_unhealthy_nodes_in_zone) / max by (zone) (node_collector_zone_size) >= 0.55 and max by (zone) (node_collector_unhealthy_nodes_in_zone) < max by (zone) (node_collector_zone_size)',
    for: MINUTE,
    severity: 'critical',
    summary: `At least 55 % of a zone's nodes are lost, but not all: ${effect}.`,
    runbook: 'lose-a-zone',
    source: CONTROLLER,
    test: { interval: MINUTE, at: 5 * MINUTE, firing: series(6), quiet: series(5), labels: { zone: 'r:a' } },
  };
}

function zoneLost({ recovery }: Model): Alert {
  const { most } = recovery.zone.last;
  const series = (unhealthy: number): Alert['test']['firing'] => [
    { series: 'node_collector_unhealthy_nodes_in_zone{zone="r:a"}', values: `${unhealthy}x20` },
    { series: 'node_collector_zone_size{zone="r:a"}', values: '10x20' },
  ];
  return {
    name: 'ZoneLost',
    expr: 'max by (zone) (node_collector_unhealthy_nodes_in_zone) == max by (zone) (node_collector_zone_size) and max by (zone) (node_collector_zone_size) > 0',
    for: MINUTE,
    severity: 'critical',
    summary: `Every node of a zone is lost; its pods are replaced within ${most === null ? 'no known time' : `${Math.ceil(most / 1_000)} s`} where there is room.`,
    runbook: 'lose-a-zone',
    source: CONTROLLER,
    test: { interval: MINUTE, at: 5 * MINUTE, firing: series(10), quiet: series(9), labels: { zone: 'r:a' } },
  };
}

/** Where the controller's own metrics are the provider's: as many nodes as most of one zone are not ready. */
function manyNodesNotReady({ recovery }: Model): Alert {
  const share = Number((0.55 / Math.max(1, recovery.zones.length)).toFixed(3));
  const nodes = (lost: number): Alert['test']['firing'] =>
    Array.from({ length: 6 }, (_, index) => ({
      series: readySeries(`node-${index}`),
      values: index < lost ? '0x20' : '1x20',
    }));
  return {
    name: 'ManyNodesNotReady',
    expr: `count (${NOT_READY}) > 2 and count (${NOT_READY}) / count (kube_node_status_condition{condition="Ready",status="true"}) >= ${share}`,
    for: MINUTE,
    severity: 'critical',
    summary: `More than two nodes, and as many as 55 % of one of ${recovery.zones.length} zones, are not ready: a zone is lost or partly lost.`,
    runbook: 'lose-a-zone',
    source: STATE,
    test: { interval: MINUTE, at: 5 * MINUTE, firing: nodes(6), quiet: nodes(2) },
  };
}

function blockedDrains(): Alert {
  const labels = 'namespace="shop",poddisruptionbudget="web"';
  const budget = (allowed: string): Alert['test']['firing'] => [
    { series: `kube_poddisruptionbudget_status_pod_disruptions_allowed{${labels}}`, values: allowed },
    { series: `kube_poddisruptionbudget_status_expected_pods{${labels}}`, values: '3x40' },
  ];
  return {
    name: 'DisruptionBudgetAtZero',
    expr: 'kube_poddisruptionbudget_status_pod_disruptions_allowed == 0 and kube_poddisruptionbudget_status_expected_pods > 0',
    for: 15 * MINUTE,
    severity: 'warning',
    summary: 'A disruption budget has allowed no disruption for 15 minutes: drains and upgrades of its nodes wait.',
    runbook: 'drain-a-node',
    source: STATE,
    test: {
      interval: MINUTE,
      at: 30 * MINUTE,
      firing: budget('0x40'),
      quiet: budget('0x10 1x30'),
      labels: { namespace: 'shop', poddisruptionbudget: 'web' },
    },
  };
}
