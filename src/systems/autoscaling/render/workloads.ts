/** One autoscaler per workload: an autoscaling/v2 HorizontalPodAutoscaler for CPU and memory, a KEDA ScaledObject for everything else. */
import type { Artifact, KubernetesObject } from '../../../system.ts';
import { fallbackReplicas, SYNC_SECONDS } from '../pod-scaling.ts';
import type { Rendering } from './rendering.ts';
import type { ScaledWorkload } from '../settings.ts';

/** All workloads of the section. */
export function renderWorkloads({ facts }: Rendering): readonly Artifact[] {
  return facts.settings.workloads.map((workload) => {
    const object =
      workload.by === 'hpa' ? horizontalPodAutoscaler(workload) : scaledObject(workload, facts.settings.prometheus);
    return {
      form: 'object',
      path: `objects/${workload.namespace}/${object.kind.toLowerCase()}-${workload.kind.toLowerCase()}-${workload.name}.yaml`,
      purpose: `How many pods ${workload.kind} ${workload.namespace}/${workload.name} has.`,
      decisions: ['autoscaling.workloads'],
      object,
    };
  });
}

/** Two workloads of different kinds may share a name; their autoscalers may not. */
function nameOf({ kind, name }: ScaledWorkload): string {
  return kind === 'Deployment' ? name : `${name}-${kind.toLowerCase()}`;
}

function horizontalPodAutoscaler(workload: ScaledWorkload): KubernetesObject {
  const { namespace, kind, name, minReplicas, maxReplicas, metric } = workload;
  const utilization = metric.type === 'prometheus' ? 0 : metric.utilization;
  return {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name: nameOf(workload), namespace },
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind, name },
      minReplicas,
      maxReplicas,
      metrics: [
        {
          type: 'Resource',
          resource: { name: metric.type, target: { type: 'Utilization', averageUtilization: utilization } },
        },
      ],
      behavior: behavior(workload),
    },
  };
}

function scaledObject(workload: ScaledWorkload, prometheus: string): KubernetesObject {
  const { namespace, kind, name, minReplicas, maxReplicas, metric } = workload;
  return {
    apiVersion: 'keda.sh/v1alpha1',
    kind: 'ScaledObject',
    metadata: { name: nameOf(workload), namespace },
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind, name },
      minReplicaCount: minReplicas,
      maxReplicaCount: maxReplicas,
      pollingInterval: SYNC_SECONDS,
      fallback: { failureThreshold: 3, replicas: fallbackReplicas(workload), behavior: 'currentReplicasIfHigher' },
      advanced: { horizontalPodAutoscalerConfig: { behavior: behavior(workload) } },
      triggers: [
        {
          type: 'prometheus',
          metricType: 'AverageValue',
          metadata: {
            serverAddress: prometheus,
            query: metric.type === 'prometheus' ? metric.query : '',
            threshold: metric.type === 'prometheus' ? String(metric.perPod) : '',
            ignoreNullValues: 'false',
          },
        },
      ],
    },
  };
}

/** Up at once, by the larger of two steps per sync; down slowly, by the highest recommendation of the window. */
function behavior({ scaleUp, scaleDown }: ScaledWorkload): unknown {
  const policies = [
    ...(scaleUp.percent > 0 ? [{ type: 'Percent', value: scaleUp.percent, periodSeconds: SYNC_SECONDS }] : []),
    ...(scaleUp.pods > 0 ? [{ type: 'Pods', value: scaleUp.pods, periodSeconds: SYNC_SECONDS }] : []),
  ];
  return {
    scaleUp: { stabilizationWindowSeconds: 0, selectPolicy: 'Max', policies },
    scaleDown: {
      stabilizationWindowSeconds: Math.round(scaleDown.window / 1_000),
      selectPolicy: 'Max',
      policies: [{ type: 'Percent', value: scaleDown.percent, periodSeconds: 60 }],
    },
  };
}
