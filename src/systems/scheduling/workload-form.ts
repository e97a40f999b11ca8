/** The form of a workload that survives what the document wants to survive: what the runbook shows and tests read. */
import type { JsonObject } from '../../core/json.ts';
import { NOT_READY, UNREACHABLE } from '../../kubernetes/tolerations.ts';
import type { Model } from './model.ts';
import { constraintObject, spreadForms } from '../../kubernetes/spread-form.ts';
import { GPU_RESOURCE } from './gpu.ts';

/** A Deployment and its disruption budget, ready to be copied. */
export function workloadForm(model: Model): readonly JsonObject[] {
  const labels = { app: 'web' };
  return [
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'web', namespace: 'shop' },
      spec: {
        replicas: Math.max(3, model.zones.length * 2),
        strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: podSpec(model, labels) },
      },
    },
    {
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      metadata: { name: 'web', namespace: 'shop' },
      spec: {
        maxUnavailable: model.section.maxUnavailable,
        unhealthyPodEvictionPolicy: 'AlwaysAllow',
        selector: { matchLabels: labels },
      },
    },
  ];
}

function podSpec(model: Model, labels: Readonly<Record<string, string>>): JsonObject {
  const { section, recovery, tolerationBy } = model;
  const seconds = recovery.toleration / 1_000;
  const tolerations = [NOT_READY, UNREACHABLE].map((key) => ({
    key,
    operator: 'Exists',
    effect: 'NoExecute',
    tolerationSeconds: seconds,
  }));
  const stop = (section.shutdownGracePeriod - section.shutdownGracePeriodCriticalPods) / 1_000;
  return {
    priorityClassName: 'holdfast-important',
    terminationGracePeriodSeconds: Math.max(1, Math.min(45, Math.floor(stop))),
    topologySpreadConstraints: spreadForms(model.cluster.survive, model.zones.length).map((one) =>
      constraintObject(one, { labelSelector: { matchLabels: labels }, hashed: true }),
    ),
    ...(tolerationBy === 'pods' && seconds !== 300 ? { tolerations } : {}),
    containers: [
      {
        name: 'web',
        image: 'registry.example.com/shop/web@sha256:0000000000000000000000000000000000000000000000000000000000000000',
        resources: { requests: { cpu: '250m', memory: '256Mi' }, limits: { memory: '256Mi' } },
        readinessProbe: { httpGet: { path: '/ready', port: 8080 }, periodSeconds: 5 },
        lifecycle: { preStop: { sleep: { seconds: 10 } } },
      },
    ],
  };
}

/** A pod for the GPU machines; null without GPU pools. Toleration, selector and request: each does another thing. */
export function gpuForm({ gpu }: Model): JsonObject | null {
  const [namespace] = gpu?.namespaces ?? [];
  const [selector] = gpu?.selectors ?? [];
  const [taint] = gpu?.taints ?? [];
  if (namespace === undefined || selector === undefined || taint === undefined) return null;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'train', namespace },
    spec: {
      restartPolicy: 'Never',
      nodeSelector: selector,
      tolerations: [{ key: taint.key, operator: 'Equal', value: taint.value, effect: taint.effect }],
      containers: [
        {
          name: 'train',
          image: 'registry.example.com/train@sha256:0000000000000000000000000000000000000000000000000000000000000000',
          resources: { limits: { [GPU_RESOURCE]: 1 } },
        },
      ],
    },
  };
}
