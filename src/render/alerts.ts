/** Alert rules as PrometheusRule objects of the tree, and as plain rule and test files that promtool reads. */
import { formatDuration } from '../core/duration.ts';
import type { Plan } from '../plan/types.ts';
import type { Alert, AnySystem, KubernetesObject, SystemPlan } from '../system.ts';
import { labelled } from './artifact.ts';
import { writeHeader } from './header.ts';
import type { RenderedFile } from './types.ts';
import { writeSortedYaml } from './yaml.ts';

/** Where the rules are applied: the namespace that kube-prometheus and its chart use by custom. */
const ALERT_NAMESPACE = 'monitoring';

/** One PrometheusRule per system that has alerts. */
export function alertFiles(plan: Plan, systems: readonly AnySystem[]): readonly RenderedFile[] {
  return withAlerts(plan, systems).map(({ system, own }) => ({
    path: `alerts/${system.id}.yaml`,
    owner: system.id,
    text: `${writeHeader({
      cluster: plan.cluster.name,
      purpose: `Alert rules of ${system.words.title.toLowerCase()}: ${own.alerts.map(({ name }) => name).join(', ')}.`,
      decisions: [],
    })}${writeSortedYaml(labelled(ruleObject(system.id, own.alerts), { system: system.id, cluster: plan.cluster.name }))}`,
  }));
}

export interface PromtoolFile {
  readonly path: string;
  readonly text: string;
}

/** The same rules as plain rule files, and for each alert one test in which it fires and one in which it stays quiet. */
export function promtoolFiles(
  plan: Plan,
  systems: readonly AnySystem[],
): { rules: readonly PromtoolFile[]; tests: readonly PromtoolFile[] } {
  const all = withAlerts(plan, systems);
  return {
    rules: all.map(({ system, own }) => ({
      path: `${system.id}.rules.yaml`,
      text: writeSortedYaml(groupsOf(system.id, own.alerts)),
    })),
    tests: all.map(({ system, own }) => ({
      path: `${system.id}.test.yaml`,
      text: writeSortedYaml(testFile(system.id, own.alerts)),
    })),
  };
}

function withAlerts(plan: Plan, systems: readonly AnySystem[]): readonly { system: AnySystem; own: SystemPlan }[] {
  return systems.map((system) => ({ system, own: plan.systems[system.id] })).filter(({ own }) => own.alerts.length > 0);
}

function ruleObject(system: string, alerts: readonly Alert[]): KubernetesObject {
  return {
    apiVersion: 'monitoring.coreos.com/v1',
    kind: 'PrometheusRule',
    metadata: { name: `holdfast-${system}`, namespace: ALERT_NAMESPACE },
    spec: groupsOf(system, alerts),
  };
}

function groupsOf(system: string, alerts: readonly Alert[]) {
  return { groups: [{ name: `holdfast-${system}`, rules: alerts.map((alert) => ruleOf(system, alert)) }] };
}

function ruleOf(system: string, alert: Alert) {
  return {
    alert: alert.name,
    expr: alert.expr,
    for: formatDuration(alert.for),
    labels: { severity: alert.severity },
    annotations: annotationsOf(system, alert),
  };
}

function annotationsOf(system: string, alert: Alert): Readonly<Record<string, string>> {
  return { summary: alert.summary, runbook: `runbooks/${system}-${alert.runbook}.md` };
}

function testFile(system: string, alerts: readonly Alert[]) {
  const tests = alerts.flatMap((alert) => [testOf(system, alert, 'firing'), testOf(system, alert, 'quiet')]);
  return { rule_files: [`${system}.rules.yaml`], evaluation_interval: '15s', tests };
}

/** promtool compares labels and annotations of every firing alert as a whole, so both are spelt out. */
function testOf(system: string, alert: Alert, state: 'firing' | 'quiet') {
  const labels: Readonly<Record<string, string>> = { severity: alert.severity, ...alert.test.labels };
  const annotations = Object.entries(annotationsOf(system, alert)).map(([key, text]) => [key, filled(text, labels)]);
  const expected = [{ exp_labels: labels, exp_annotations: Object.fromEntries(annotations) as Record<string, string> }];
  return {
    name: `${alert.name} ${state === 'firing' ? 'fires' : 'stays quiet'}`,
    interval: formatDuration(alert.test.interval),
    input_series: alert.test[state].map(({ series, values }) => ({ series, values })),
    alert_rule_test: [
      {
        eval_time: formatDuration(alert.test.at),
        alertname: alert.name,
        exp_alerts: state === 'firing' ? expected : [],
      },
    ],
  };
}

/** Prometheus fills `{{ $labels.x }}` in annotations; a test must expect the filled text. */
function filled(text: string, labels: Readonly<Record<string, string>>): string {
  return text.replaceAll(/\{\{-?\s*\$labels\.(\w+)\s*-?\}\}/g, (_, label: string) => labels[label] ?? '');
}
