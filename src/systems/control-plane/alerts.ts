/** Alerts of the control plane; thresholds from kubernetes-mixin where it has them. */
import { formatPercent } from '../../core/percent.ts';
import { sayDuration } from '../../core/duration.ts';
import type { Fraction, Millis } from '../../core/units.ts';
import type { Objectives } from '../../spec/cluster.ts';
import type { Alert } from '../../system.ts';
import { alertBeforeDays } from './decisions/security.ts';
import type { Settled } from './settings.ts';

const MINUTE = 60_000;
const DAY_SECONDS = 86_400;
const MIXIN = { project: 'kubernetes-mixin', where: 'alerts/kube_apiserver.libsonnet, config.libsonnet' };
const API_SERVER = {
  project: 'k8s.io/apiserver v0.36.3',
  where: 'pkg/endpoints/metrics/metrics.go, pkg/storage/value/metrics.go',
};
const STATE_METRICS = { project: 'kube-state-metrics v2', where: 'docs/metrics/cluster/node-metrics.md' };
/** kubernetes-mixin promises 99 % by default; ours where the document promises nothing is 99.9 %. */
const USUAL_AVAILABILITY: Fraction = 0.999;
/** Upstream service level for calls of one object (kubernetes/community sig-scalability/slos/api_call_latency.md). */
const USUAL_LATENCY: Millis = 1_000;
/** Burns a 30-day budget in 50 hours (Google SRE workbook, multi-window burn rates). */
const BURN = 14.4;
/** A promise so loose that it could never burn so fast still gets an alert. */
const MOST_FAILING: Fraction = 0.9;

/** The alerts of this plan. */
export function alertsOf(facts: Settled, objectives: Objectives): readonly Alert[] {
  const own =
    facts.kind === 'eks'
      ? []
      : [
          memberDown(),
          noLeader('kube-controller-manager'),
          noLeader('kube-scheduler'),
          certificateEnds(facts),
          kubeletCertificateEnds(),
          encryptionFails(),
        ];
  return [
    apiDown(),
    budgetBurns(objectives.apiAvailability ?? USUAL_AVAILABILITY),
    slow(objectives.apiLatencyP99 ?? USUAL_LATENCY),
    rejecting(),
    ...own,
    repairStopped(facts),
    taintLeft(),
  ];
}

function series(name: string, values: string) {
  return { series: name, values };
}

function apiDown(): Alert {
  return {
    name: 'KubernetesApiDown',
    expr: 'absent(up{job="apiserver"} == 1)',
    for: 5 * MINUTE,
    severity: 'critical',
    summary: 'No API server answers: everything keeps running, nothing can be changed or repaired.',
    runbook: 'api-unavailable',
    source: MIXIN,
    test: {
      interval: MINUTE,
      at: 10 * MINUTE,
      firing: [series('up{job="apiserver",instance="a"}', '0x15')],
      quiet: [series('up{job="apiserver",instance="a"}', '0x15'), series('up{job="apiserver",instance="b"}', '1x15')],
    },
  };
}

function memberDown(): Alert {
  return {
    name: 'KubernetesApiMemberDown',
    expr: 'up{job="apiserver"} == 0',
    for: 2 * MINUTE,
    severity: 'warning',
    summary: 'API server {{ $labels.instance }} does not answer: the others serve, with one less to lose.',
    runbook: 'replace-member',
    source: MIXIN,
    test: {
      interval: MINUTE,
      at: 5 * MINUTE,
      firing: [series('up{job="apiserver",instance="a"}', '0x10'), series('up{job="apiserver",instance="b"}', '1x10')],
      quiet: [series('up{job="apiserver",instance="a"}', '1x10')],
      labels: { job: 'apiserver', instance: 'a' },
    },
  };
}

function budgetBurns(promised: Fraction): Alert {
  const threshold = Number(Math.min(MOST_FAILING, BURN * (1 - promised)).toPrecision(6));
  const share = (window: string) =>
    `sum(rate(apiserver_request_total{job="apiserver",code=~"5.."}[${window}])) / sum(rate(apiserver_request_total{job="apiserver"}[${window}]))`;
  const failing = Math.ceil((2_000 * threshold) / (1 - threshold)) + 1;
  return {
    name: 'KubernetesApiErrorBudgetBurn',
    expr: `${share('1h')} > ${threshold} and ${share('5m')} > ${threshold}`,
    for: 2 * MINUTE,
    severity: 'critical',
    summary: `More requests fail than ${BURN} times what ${formatPercent(promised)} allows: the error budget of 30 days is gone in two.`,
    runbook: 'api-unavailable',
    source: MIXIN,
    test: {
      interval: MINUTE,
      at: 70 * MINUTE,
      firing: [
        series('apiserver_request_total{job="apiserver",code="200"}', '0+1000x80'),
        series('apiserver_request_total{job="apiserver",code="500"}', `0+${failing}x80`),
      ],
      quiet: [
        series('apiserver_request_total{job="apiserver",code="200"}', '0+1000x80'),
        series('apiserver_request_total{job="apiserver",code="500"}', '0x80'),
      ],
    },
  };
}

/** Buckets of apiserver_request_sli_duration_seconds that bracket the limit are enough for the test. */
function slow(promised: Millis): Alert {
  const seconds = promised / 1_000;
  const bucket = (le: string) =>
    `apiserver_request_sli_duration_seconds_bucket{job="apiserver",verb="PATCH",resource="pods",scope="resource",le="${le}"}`;
  return {
    name: 'KubernetesApiSlow',
    expr: `histogram_quantile(0.99, sum by (le, verb, resource) (rate(apiserver_request_sli_duration_seconds_bucket{job="apiserver",scope="resource",verb!~"WATCH|WATCHLIST|CONNECT",subresource!~"proxy|exec|log|attach|portforward"}[5m]))) > ${seconds}`,
    for: 10 * MINUTE,
    severity: 'warning',
    summary: `The slowest hundredth of {{ $labels.verb }} {{ $labels.resource }} takes more than ${sayDuration(promised)}, webhooks and queues not counted.`,
    runbook: 'api-unavailable',
    source: { project: 'kubernetes/community', where: 'sig-scalability/slos/api_call_latency.md' },
    test: {
      interval: MINUTE,
      at: 20 * MINUTE,
      firing: [
        series(bucket(String(seconds)), '0+10x30'),
        series(bucket(String(seconds * 10)), '0+100x30'),
        series(bucket('+Inf'), '0+100x30'),
      ],
      quiet: [
        series(bucket(String(seconds)), '0+100x30'),
        series(bucket(String(seconds * 10)), '0+100x30'),
        series(bucket('+Inf'), '0+100x30'),
      ],
      labels: { verb: 'PATCH', resource: 'pods' },
    },
  };
}

function rejecting(): Alert {
  return {
    name: 'KubernetesApiRejectsRequests',
    expr: 'sum by (priority_level) (rate(apiserver_flowcontrol_rejected_requests_total{job="apiserver"}[5m])) > 0',
    for: 10 * MINUTE,
    severity: 'warning',
    summary:
      'Priority and fairness rejects requests of level {{ $labels.priority_level }}: a client floods the API or the members are too small.',
    runbook: 'api-unavailable',
    source: { project: 'k8s.io/apiserver v0.36.3', where: 'pkg/util/flowcontrol/metrics/metrics.go' },
    test: {
      interval: MINUTE,
      at: 20 * MINUTE,
      firing: [
        series(
          'apiserver_flowcontrol_rejected_requests_total{job="apiserver",priority_level="workload-low"}',
          '0+60x30',
        ),
      ],
      quiet: [
        series('apiserver_flowcontrol_rejected_requests_total{job="apiserver",priority_level="workload-low"}', '7x30'),
      ],
      labels: { priority_level: 'workload-low' },
    },
  };
}

function noLeader(name: 'kube-controller-manager' | 'kube-scheduler'): Alert {
  const stops =
    name === 'kube-scheduler' ? 'no pod is placed' : 'no node is marked, no pod replaced, no endpoint updated';
  const metric = `leader_election_master_status{job="${name}",name="${name}"`;
  return {
    name: name === 'kube-scheduler' ? 'KubernetesSchedulerWithoutLeader' : 'KubernetesControllerManagerWithoutLeader',
    expr: `sum(${metric}}) == 0 or absent(${metric}})`,
    for: 2 * MINUTE,
    severity: 'critical',
    summary: `No ${name} leads: ${stops}.`,
    runbook: 'controllers-without-leader',
    source: {
      project: 'k8s.io/component-base v0.36.3',
      where: 'metrics/prometheus/clientgo/leaderelection/metrics.go',
    },
    test: {
      interval: MINUTE,
      at: 5 * MINUTE,
      firing: [series(`${metric},instance="a"}`, '0x10'), series(`${metric},instance="b"}`, '0x10')],
      quiet: [series(`${metric},instance="a"}`, '0x10'), series(`${metric},instance="b"}`, '1x10')],
    },
  };
}

function certificateEnds(facts: Settled): Alert {
  const days = alertBeforeDays(facts.settings.certificateValidity);
  const bucket = (le: string) => `apiserver_client_certificate_expiration_seconds_bucket{job="apiserver",le="${le}"}`;
  const limit = days * DAY_SECONDS;
  return {
    name: 'KubernetesClientCertificateExpires',
    expr: `histogram_quantile(0.01, sum by (job, le) (rate(apiserver_client_certificate_expiration_seconds_bucket{job="apiserver"}[5m]))) < ${limit}`,
    for: 5 * MINUTE,
    severity: 'warning',
    summary: `A client of the API uses a certificate that ends within ${days} days; when it is a member's own, that member stops.`,
    runbook: 'renew-certificates',
    source: { project: 'k8s.io/apiserver v0.36.3', where: 'pkg/authentication/request/x509/x509.go' },
    test: {
      interval: MINUTE,
      at: 15 * MINUTE,
      firing: [series(bucket(String(limit / 2)), '0+60x20'), series(bucket('+Inf'), '0+60x20')],
      quiet: [
        series(bucket(String(limit / 2)), '0x20'),
        series(bucket(String(limit * 2)), '0x20'),
        series(bucket(String(limit * 4)), '0+60x20'),
        series(bucket('+Inf'), '0+60x20'),
      ],
      labels: { job: 'apiserver' },
    },
  };
}

function kubeletCertificateEnds(): Alert {
  const metric = 'kubelet_certificate_manager_server_ttl_seconds';
  return {
    name: 'KubeletServingCertificateExpires',
    expr: `${metric} < ${7 * DAY_SECONDS}`,
    for: 15 * MINUTE,
    severity: 'warning',
    summary:
      'The serving certificate of the kubelet on {{ $labels.instance }} ends within 7 days and its request waits for approval; then logs, exec and metrics of the node fail.',
    runbook: 'approve-kubelet-certificates',
    source: { project: 'Kubernetes v1.36.3', where: 'pkg/kubelet/certificate/kubelet.go' },
    test: {
      interval: MINUTE,
      at: 20 * MINUTE,
      firing: [series(`${metric}{instance="a"}`, '86400x30')],
      quiet: [series(`${metric}{instance="a"}`, '2592000x30')],
      labels: { instance: 'a' },
    },
  };
}

function encryptionFails(): Alert {
  const metric = 'apiserver_storage_transformation_operations_total';
  return {
    name: 'KubernetesEncryptionFails',
    expr: `sum by (transformation_type) (increase(${metric}{job="apiserver",status!="OK"}[5m])) > 0`,
    for: 5 * MINUTE,
    severity: 'critical',
    summary: 'Secrets cannot be encrypted or read ({{ $labels.transformation_type }}): the key or its service is gone.',
    runbook: 'encryption-key',
    source: API_SERVER,
    test: {
      interval: MINUTE,
      at: 15 * MINUTE,
      firing: [series(`${metric}{job="apiserver",status="Unknown",transformation_type="from_storage"}`, '0+1x20')],
      quiet: [series(`${metric}{job="apiserver",status="OK",transformation_type="from_storage"}`, '0+1x20')],
      labels: { transformation_type: 'from_storage' },
    },
  };
}

function repairStopped(facts: Settled): Alert {
  const { maxUnhealthy } = facts.nodeRepair;
  const metric = (node: string) => `kube_node_status_condition{condition="Ready",status="true",node="${node}"}`;
  return {
    name: 'NodeRepairStopped',
    expr: `count(kube_node_status_condition{condition="Ready",status="true"} == 0) / count(kube_node_status_condition{condition="Ready",status="true"}) > ${maxUnhealthy}`,
    for: 2 * MINUTE,
    severity: 'critical',
    summary: `More than ${formatPercent(maxUnhealthy, 0)} of the nodes are not ready: repair has stopped itself, a person has to decide.`,
    runbook: 'node-lost',
    source: STATE_METRICS,
    test: {
      interval: MINUTE,
      at: 10 * MINUTE,
      firing: ['a', 'b', 'c'].map((node) => series(metric(node), '0x15')),
      quiet: ['a', 'b', 'c'].map((node) => series(metric(node), '1x15')),
    },
  };
}

function taintLeft(): Alert {
  const metric = 'kube_node_spec_taint{key="node.kubernetes.io/out-of-service",effect="NoExecute"';
  return {
    name: 'NodeOutOfServiceTaintLeft',
    expr: `${metric}} == 1`,
    for: 60 * MINUTE,
    severity: 'warning',
    summary:
      'Node {{ $labels.node }} has been out of service for an hour: replace it, or take the taint away when it is sound.',
    runbook: 'node-lost',
    source: STATE_METRICS,
    test: {
      interval: MINUTE,
      at: 70 * MINUTE,
      firing: [series(`${metric},node="a"}`, '1x80')],
      quiet: [series(`${metric},node="a"}`, '1x30')],
      labels: { key: 'node.kubernetes.io/out-of-service', effect: 'NoExecute', node: 'a' },
    },
  };
}
