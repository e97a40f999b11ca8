/** Placeholder pods that hold room for a loss: the first to be evicted, the last to be rebuilt. */
import type { Artifact, KubernetesObject } from '../../../system.ts';
import { formatBytes, formatCpu } from '../../../core/quantity.ts';
import { HEADROOM } from '../names.ts';
import type { Rendering } from './rendering.ts';
import type { AutoscalingSettings } from '../settings.ts';

/** The pause image that kubeadm v1.36 uses too (Kubernetes v1.36.3 cmd/kubeadm/app/constants). */
const PAUSE = 'registry.k8s.io/pause:3.10.2';
/** Enough for every pod that sleeps; nobody runs as root. */
const NOBODY = 65_535;

/** Namespace, Deployment and, where the scheduling has none that suits, the priority class; nothing without room. */
export function renderHeadroom({ facts }: Rendering): readonly Artifact[] {
  const { headroom, settings } = facts;
  if (headroom === null) return [];
  const artifact = (object: KubernetesObject, purpose: string): Artifact => ({
    form: 'object',
    path: `objects/${object.kind.toLowerCase()}-${HEADROOM}.yaml`,
    purpose,
    decisions: ['autoscaling.headroom'],
    object,
  });
  return [
    artifact(namespace(), 'Placeholder pods stand apart from everything else.'),
    ...(settings.ownPriorityClass
      ? [
          artifact(
            priorityClass(settings.priorityClass),
            'Below every ordinary pod, and just high enough that Cluster Autoscaler still makes room for it.',
          ),
        ]
      : []),
    artifact(
      deployment(headroom, settings),
      'Room for the pods of the largest loss; evicted at once when they need it.',
    ),
  ];
}

function namespace(): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: HEADROOM, labels: { 'pod-security.kubernetes.io/enforce': 'restricted' } },
  };
}

function priorityClass(name: string): KubernetesObject {
  return {
    apiVersion: 'scheduling.k8s.io/v1',
    kind: 'PriorityClass',
    metadata: { name },
    value: -10,
    globalDefault: false,
    preemptionPolicy: 'Never',
    description: 'Placeholder pods that keep room for a loss.',
  };
}

function deployment(
  headroom: NonNullable<Rendering['facts']['headroom']>,
  { spreadHeadroom: zones, priorityClass: priorityClassName }: AutoscalingSettings,
): KubernetesObject {
  const labels = { 'app.kubernetes.io/name': HEADROOM };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: HEADROOM, namespace: HEADROOM, labels },
    spec: {
      replicas: headroom.replicas,
      selector: { matchLabels: labels },
      // Placeholders have nothing to hand over: all may be replaced at once.
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: '100%', maxSurge: 0 } },
      template: {
        metadata: { labels },
        spec: {
          priorityClassName,
          terminationGracePeriodSeconds: 0,
          automountServiceAccountToken: false,
          enableServiceLinks: false,
          securityContext: {
            runAsNonRoot: true,
            runAsUser: NOBODY,
            runAsGroup: NOBODY,
            seccompProfile: { type: 'RuntimeDefault' },
          },
          topologySpreadConstraints: spread(labels, zones),
          containers: [
            {
              name: 'placeholder',
              image: PAUSE,
              resources: {
                requests: { cpu: formatCpu(headroom.cpu), memory: formatBytes(headroom.memory) },
                limits: { memory: formatBytes(headroom.memory) },
              },
              securityContext: {
                allowPrivilegeEscalation: false,
                readOnlyRootFilesystem: true,
                capabilities: { drop: ['ALL'] },
              },
            },
          ],
        },
      },
    },
  };
}

/** Over zones strictly, since a lost zone takes its share; over nodes as far as it goes. Nodes that are tainted, as those of a lost zone are, do not count. */
function spread(matchLabels: Readonly<Record<string, string>>, zones: boolean): readonly unknown[] {
  const over = (topologyKey: string, whenUnsatisfiable: string) => ({
    maxSkew: 1,
    topologyKey,
    whenUnsatisfiable,
    labelSelector: { matchLabels },
    // Pods of an older ReplicaSet do not count, or an update would leave the new ones uneven.
    matchLabelKeys: ['pod-template-hash'],
    nodeAffinityPolicy: 'Honor',
    nodeTaintsPolicy: 'Honor',
  });
  return [
    ...(zones ? [over('topology.kubernetes.io/zone', 'DoNotSchedule')] : []),
    over('kubernetes.io/hostname', 'ScheduleAnyway'),
  ];
}
