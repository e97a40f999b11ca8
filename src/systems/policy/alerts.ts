/** Alerts of this system, each with the series on which it fires and on which it does not. */
import type { Millis } from '../../core/units.ts';
import type { Alert, Source } from '../../system.ts';
import { GATEKEEPER_NAMESPACE } from './charts.ts';
import { saysAsked } from './blocked.ts';
import type { Model } from './model.ts';
import { NAMESPACE_POLICY, POD_POLICY, TEMPLATES_SUFFIX, UNLABELLED_POLICY } from './names.ts';
import { ON_PODS, RULE_NAMES, RULES } from './rules/catalogue.ts';
import { gatekeeperSource, kubernetesSource } from './sources.ts';

const MINUTE: Millis = 60_000;
const CHECKS = kubernetesSource(
  'staging/src/k8s.io/apiserver/pkg/admission/plugin/policy/validating/metrics/metrics.go',
);
const WEBHOOKS = kubernetesSource('staging/src/k8s.io/apiserver/pkg/admission/metrics/metrics.go');
const POD_SECURITY = kubernetesSource('staging/src/k8s.io/pod-security-admission/metrics/metrics.go');
const GATEKEEPER = gatekeeperSource('website/docs/metrics.md');
const STATE: Source = { project: 'kube-state-metrics v2', where: 'docs/metrics/workload/deployment-metrics.md' };

/** Only what the stages can bring about. */
export function alerts(model: Model): readonly Alert[] {
  const { rules, gatekeeper } = model;
  const inApiServer = RULE_NAMES.filter((name) => RULES[name].engine === 'ValidatingAdmissionPolicy');
  const stages = inApiServer.map((name) => rules[name].stage);
  return [
    ...(stages.includes('deny') ? [refuses()] : []),
    ...(stages.some((stage) => stage === 'audit' || stage === 'warn') ? [wouldRefuse()] : []),
    ...(stages.some((stage) => stage !== 'off') ? [broken()] : []),
    ...(rules.podSecurity.stage === 'deny' ? [podSecurityRefuses()] : []),
    ...(gatekeeper === null
      ? []
      : [...(gatekeeper.webhook === null ? [] : webhookAlerts(model)), ...auditAlerts(gatekeeper.auditInterval)]),
  ];
}

/** The policies of this system; those of others have their own alerts. */
const POLICIES = `policy=~"${[...ON_PODS.map((rule) => `${POD_POLICY[rule]}(${TEMPLATES_SUFFIX})?`), NAMESPACE_POLICY, UNLABELLED_POLICY].join('|')}"`;
const CHECK_TOTAL = 'apiserver_validating_admission_policy_check_total';
const check = (labels: string): string =>
  `${CHECK_TOTAL}{policy="${POD_POLICY.privileged}",policy_binding="${POD_POLICY.privileged}",${labels}}`;

function refuses(): Alert {
  const series = check('error_type="invalid_error",enforcement_action="deny"');
  return {
    name: 'PolicyRefuses',
    expr: `sum by (policy) (increase(${CHECK_TOTAL}{${POLICIES},enforcement_action="deny"}[10m])) > 3`,
    for: 5 * MINUTE,
    severity: 'warning',
    summary: 'A policy has kept refusing for minutes: a controller tries again and again, and its pods are missing.',
    runbook: 'refused',
    source: CHECKS,
    test: {
      interval: MINUTE,
      at: 20 * MINUTE,
      firing: [{ series, values: '0+1x30' }],
      quiet: [{ series, values: '0 1x30' }],
      labels: { policy: POD_POLICY.privileged },
    },
  };
}

function wouldRefuse(): Alert {
  const series = check('error_type="invalid_error",enforcement_action="audit"');
  return {
    name: 'PolicyWouldRefuse',
    expr: `sum by (policy) (increase(${CHECK_TOTAL}{${POLICIES},enforcement_action=~"audit|warn"}[1h])) > 0`,
    for: MINUTE,
    severity: 'info',
    summary: 'Objects that a policy would refuse still come; its stage cannot go to deny yet.',
    runbook: 'count-violations',
    source: CHECKS,
    test: {
      interval: MINUTE,
      at: 20 * MINUTE,
      firing: [{ series, values: '0x5 1x30' }],
      quiet: [{ series, values: '1x30' }],
      labels: { policy: POD_POLICY.privileged },
    },
  };
}

/**
 * A refusal counts as invalid_error like an expression that fails (policy/validating/errors.go): only what does not
 * compile, costs too much, or was let in although it failed is told apart.
 */
function broken(): Alert {
  const errors = `${CHECK_TOTAL}{${POLICIES},error_type=~"compile_error|out_of_budget"}`;
  const letIn = `${CHECK_TOTAL}{${POLICIES},error_type!="no_error",enforcement_action="allow"}`;
  const series = (error: string) => check(`error_type="${error}",enforcement_action="deny"`);
  return {
    name: 'PolicyBroken',
    expr: `sum by (policy) (increase(${errors}[10m]) or increase(${letIn}[10m])) > 0`,
    for: MINUTE,
    severity: 'critical',
    summary:
      'A policy cannot be evaluated: one that refuses now refuses everything that it looks at, one that tells says nothing.',
    runbook: 'refused',
    source: CHECKS,
    test: {
      interval: MINUTE,
      at: 20 * MINUTE,
      firing: [{ series: series('compile_error'), values: '0+1x30' }],
      quiet: [{ series: series('invalid_error'), values: '0+1x30' }],
      labels: { policy: POD_POLICY.privileged },
    },
  };
}

function podSecurityRefuses(): Alert {
  const series = (mode: string): string =>
    `pod_security_evaluations_total{decision="deny",mode="${mode}",policy_level="baseline",policy_version="v1.36",request_operation="create",resource="pod",subresource=""}`;
  return {
    name: 'PodSecurityRefuses',
    expr: 'sum by (policy_level) (increase(pod_security_evaluations_total{decision="deny",mode="enforce"}[10m])) > 3',
    for: 5 * MINUTE,
    severity: 'warning',
    summary:
      'Pods have been refused for minutes for the Pod Security level of their namespace: a workload has fewer than it should.',
    runbook: 'refused',
    source: POD_SECURITY,
    test: {
      interval: MINUTE,
      at: 20 * MINUTE,
      firing: [{ series: series('enforce'), values: '0+1x30' }],
      quiet: [{ series: series('warn'), values: '0+1x30' }],
      labels: { policy_level: 'baseline' },
    },
  };
}

function webhookAlerts(model: Model): readonly Alert[] {
  const failurePolicy = model.gatekeeper?.webhook?.failurePolicy;
  return [failurePolicy === 'Fail' ? blocks(model) : failsOpen(model), copiesMissing()];
}

function failsOpen(model: Model): Alert {
  const series = (name: string) => `apiserver_admission_webhook_fail_open_count{name="${name}",type="validating"}`;
  return {
    name: 'GatekeeperFailsOpen',
    expr: 'sum by (name) (increase(apiserver_admission_webhook_fail_open_count{name=~".+[.]gatekeeper[.]sh"}[5m])) > 0',
    for: MINUTE,
    severity: 'warning',
    summary: `Gatekeeper does not answer and fails open: ${saysAsked(model)} are let in unchecked.`,
    runbook: 'webhook-down',
    source: WEBHOOKS,
    test: {
      interval: MINUTE,
      at: 20 * MINUTE,
      firing: [{ series: series('validation.gatekeeper.sh'), values: '0+1x30' }],
      quiet: [{ series: series('other.example.com'), values: '0+1x30' }],
      labels: { name: 'validation.gatekeeper.sh' },
    },
  };
}

function blocks(model: Model): Alert {
  const series = (error: string) =>
    `apiserver_admission_webhook_rejection_count{name="validation.gatekeeper.sh",type="validating",operation="CREATE",error_type="${error}",rejection_code="0"}`;
  return {
    name: 'GatekeeperBlocks',
    expr: 'sum by (name) (increase(apiserver_admission_webhook_rejection_count{name=~".+[.]gatekeeper[.]sh",error_type="calling_webhook_error"}[5m])) > 0',
    for: MINUTE,
    severity: 'critical',
    summary: `Gatekeeper does not answer and fails closed: ${saysAsked(model)} and namespaces can be neither made nor changed.`,
    runbook: 'webhook-down',
    source: WEBHOOKS,
    test: {
      interval: MINUTE,
      at: 20 * MINUTE,
      firing: [{ series: series('calling_webhook_error'), values: '0+1x30' }],
      quiet: [{ series: series('no_error'), values: '0+1x30' }],
      labels: { name: 'validation.gatekeeper.sh' },
    },
  };
}

function copiesMissing(): Alert {
  const labels = `{namespace="${GATEKEEPER_NAMESPACE}",deployment="gatekeeper-controller-manager"}`;
  const series = (available: number): Alert['test']['firing'] => [
    { series: `kube_deployment_status_replicas_available${labels}`, values: `${available}x30` },
    { series: `kube_deployment_spec_replicas${labels}`, values: '3x30' },
  ];
  return {
    name: 'GatekeeperCopiesMissing',
    expr: `kube_deployment_status_replicas_available${labels} < kube_deployment_spec_replicas${labels}`,
    for: 10 * MINUTE,
    severity: 'warning',
    summary: "Copies of Gatekeeper's webhook have been missing for 10 minutes: the next loss may leave none.",
    runbook: 'webhook-down',
    source: STATE,
    test: {
      interval: MINUTE,
      at: 20 * MINUTE,
      firing: series(2),
      quiet: series(3),
      labels: { namespace: GATEKEEPER_NAMESPACE, deployment: 'gatekeeper-controller-manager' },
    },
  };
}

function auditAlerts(interval: Millis): readonly Alert[] {
  const late = Math.max(5 * MINUTE, 10 * interval);
  const ran = 'gatekeeper_audit_last_run_end_time{namespace="gatekeeper-system",pod="gatekeeper-audit-0"}';
  const templates = (status: string) => `gatekeeper_constraint_templates{status="${status}"}`;
  const violations = 'gatekeeper_violations{enforcement_action="deny"}';
  return [
    {
      name: 'GatekeeperAuditStale',
      expr: `time() - max(gatekeeper_audit_last_run_end_time) > ${late / 1_000}`,
      for: MINUTE,
      severity: 'warning',
      summary: 'Gatekeeper has finished no audit for ten intervals: what breaks a rule is no longer reported.',
      runbook: 'audit',
      source: GATEKEEPER,
      test: {
        interval: MINUTE,
        at: late + 5 * MINUTE,
        firing: [{ series: ran, values: `0x${late / MINUTE + 30}` }],
        quiet: [{ series: ran, values: `0+60x${late / MINUTE + 30}` }],
      },
    },
    {
      name: 'GatekeeperRuleBroken',
      expr: 'sum(gatekeeper_constraint_templates{status="error"}) > 0',
      for: 5 * MINUTE,
      severity: 'warning',
      summary: 'Gatekeeper could not take a rule: nothing is refused or reported by it.',
      runbook: 'audit',
      source: GATEKEEPER,
      test: {
        interval: MINUTE,
        at: 20 * MINUTE,
        firing: [{ series: templates('error'), values: '1x30' }],
        quiet: [{ series: templates('active'), values: '1x30' }],
      },
    },
    {
      name: 'PolicyViolationsLive',
      expr: 'sum(max by (enforcement_action) (gatekeeper_violations)) > 0',
      for: 10 * MINUTE,
      severity: 'info',
      summary:
        'Objects that exist break a rule: those that the rule would refuse do not come back after their next restart.',
      runbook: 'count-violations',
      source: GATEKEEPER,
      test: {
        interval: MINUTE,
        at: 20 * MINUTE,
        firing: [{ series: violations, values: '2x30' }],
        quiet: [{ series: violations, values: '0x30' }],
      },
    },
  ];
}
