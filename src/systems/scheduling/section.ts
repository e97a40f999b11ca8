/** The `scheduling` section of the cluster document. */
import { z } from 'zod';
import { bytes, cpu, duration, name, rate } from '../../spec/fields.ts';

const priority = (usual: number, purpose: string) =>
  z
    .int()
    .min(-2_147_483_648)
    .max(1_000_000_000)
    .prefault(usual)
    .describe(`Priority of ${purpose}; by default ${usual}. The value of a class that exists cannot be changed.`);

const priorities = z
  .strictObject({
    critical: priority(1_000_000, 'what everything else here depends on: databases, queues, ingress'),
    important: priority(100_000, 'what users see'),
    batch: priority(-5, 'work that can wait and never displaces anything'),
    headroom: priority(-10, 'placeholder pods that hold room; Cluster Autoscaler ignores pods below -10'),
  })
  .prefault({})
  .describe('Priority classes; pods without a class have priority 0.');

const namespace = z.strictObject({
  name: name().describe('Namespace that gets a quota and defaults for requests.'),
  cpu: cpu().optional().describe('CPU that its pods may request together; by default not limited.'),
  memory: bytes().optional().describe('Memory that its pods may request together; by default not limited.'),
  pods: z.int().min(1).optional().describe('Pods that it may have; by default not limited.'),
});

export const section = z
  .strictObject({
    toleration: duration()
      .optional()
      .describe(
        'How long pods stay bound to a node that is not ready or unreachable; by default as long as the promises allow, 10s to 5m, in whole seconds.',
      ),
    nodeMonitorGracePeriod: duration()
      .optional()
      .describe(
        'Silence after which a node counts as lost; by default 50s. Below 46s a node whose connection hangs is taken for dead. Cannot be set on EKS.',
      ),
    nodeEvictionRate: rate()
      .optional()
      .describe(
        'Nodes per second and zone whose pods are evicted; by default 6/min, more when the promise for a zone needs it. Cannot be set on EKS.',
      ),
    podStart: duration()
      .prefault('20s')
      .describe(
        'Image pull, init containers and readiness of your slowest important pod, in the recovery arithmetic; measure kubelet_pod_start_duration_seconds.',
      ),
    podsPerNode: z
      .int()
      .min(1)
      .max(1_000)
      .prefault(30)
      .describe('Pods to replace on a lost node, in the recovery arithmetic; 30 is 150,000 pods on 5,000 nodes.'),
    priorities,
    maxUnavailable: z
      .int()
      .min(1)
      .max(100)
      .prefault(1)
      .describe(
        'Pods of one workload that a drain may take away at the same time, in the form for disruption budgets.',
      ),
    shutdownGracePeriod: duration()
      .prefault('60s')
      .describe('Time that a node which shuts down gives its pods, in all.'),
    shutdownGracePeriodCriticalPods: duration()
      .prefault('15s')
      .describe('Part of it that is kept for critical pods, after all others.'),
    admission: z
      .enum(['warn', 'deny', 'off'])
      .prefault('warn')
      .describe(
        'What happens to workloads whose spread or disruption budget does not survive a zone: a warning and an audit entry, a refusal, or nothing.',
      ),
    gpuNamespaces: z
      .array(name())
      .min(1)
      .optional()
      .describe(
        'Namespaces whose pods may use GPU machines; by default one with the name of the value of the GPU taint, else of the pool.',
      ),
    gpusPerNamespace: z
      .int()
      .min(0)
      .max(10_000)
      .optional()
      .describe(
        'GPUs that each of these namespaces may request; by default an equal share of all that the pools may have.',
      ),
    namespaces: z.array(namespace).prefault([]).describe('Namespaces with a quota and default requests.'),
  })
  .prefault({})
  .describe('Where pods go, what displaces them and how fast they come back.');

export type Section = z.output<typeof section>;
