/** The `autoscaling` section of the cluster document. */
import { z } from 'zod';
import { bytes, cpu, duration, name, percent, rate } from '../../spec/fields.ts';

const headroom = z
  .strictObject({
    loss: z
      .enum(['none', 'node', 'zone', 'region'])
      .optional()
      .describe(
        'Whose machines the room stands in for; by default what spec.survive names, and at least a zone when objectives.zoneFailureRecovery is promised.',
      ),
    nodesPerZone: z
      .int()
      .min(0)
      .max(5_000)
      .optional()
      .describe('Machines per zone and pool that the room is sized for; by default those that always run.'),
    cpu: cpu()
      .optional()
      .describe('CPU of one placeholder pod; by default a quarter of the smallest machine without taints.'),
    memory: bytes()
      .optional()
      .describe('Memory of one placeholder pod; by default a quarter of the smallest machine without taints.'),
  })
  .prefault({})
  .describe('Room that placeholder pods keep free for the pods of a lost machine or zone.');

const disruption = z
  .strictObject({
    nodes: percent()
      .prefault('10%')
      .describe("Share of a pool's nodes that may be taken away at once on purpose; at least one node."),
    consolidateAfter: duration()
      .prefault('10m')
      .describe('How long a node must be empty or too little used before it is taken away.'),
    expireAfter: duration()
      .prefault('30d')
      .describe("Age at which Karpenter replaces a node, so that none grows older than its image's patches."),
  })
  .prefault({})
  .describe('How nodes are taken away on purpose.');

const metric = z
  .strictObject({
    type: z
      .enum(['cpu', 'memory', 'requests', 'prometheus'])
      .prefault('cpu')
      .describe(
        'What is measured: use of the requests (cpu, memory), HTTP requests per second, or a query of your own.',
      ),
    utilization: percent()
      .optional()
      .describe(
        'Target for cpu and memory, as a share of the requests; by default what the survivors of the loss that spec.survive names can carry.',
      ),
    perPod: z
      .number()
      .positive()
      .max(1e9)
      .optional()
      .describe('Target for requests and prometheus: so much per pod, in the unit of the metric.'),
    query: z
      .string()
      .min(1)
      .max(2_000)
      .optional()
      .describe('PromQL for prometheus; it must give one number for the whole workload.'),
  })
  .prefault({})
  .describe('What the number of pods follows.');

const scaling = z
  .strictObject({
    upPercent: z.int().min(0).max(1_000).prefault(100).describe('Growth per 15 s, in per cent of the pods.'),
    upPods: z.int().min(0).max(10_000).prefault(4).describe('Growth per 15 s, in pods; the larger of the two counts.'),
    downPercent: z.int().min(1).max(100).prefault(20).describe('Shrinking per minute, in per cent of the pods.'),
    downWindow: duration()
      .prefault('5m')
      .describe('The highest recommendation of this window holds before pods are taken away; at most 1h.'),
  })
  .prefault({})
  .describe('How fast the number of pods may change.');

const workload = z.strictObject({
  namespace: name().describe('Namespace of the workload.'),
  kind: z.enum(['Deployment', 'StatefulSet']).prefault('Deployment').describe('Kind of the workload.'),
  name: name().describe('Name of the workload.'),
  minReplicas: z
    .int()
    .min(1)
    .max(10_000)
    .optional()
    .describe('Pods at least; by default one per zone, at least 2 and at most 3.'),
  maxReplicas: z
    .int()
    .min(1)
    .max(10_000)
    .describe('Pods at most; the API demands it, and only you know what the workload may cost.'),
  metric,
  scaling,
});

export const section = z
  .strictObject({
    engine: z
      .enum(['karpenter', 'cluster-autoscaler', 'none'])
      .optional()
      .describe(
        'What adds and removes machines; by default karpenter on EKS, cluster-autoscaler elsewhere on AWS, none on bare metal and in the lab.',
      ),
    nodeBoot: z
      .strictObject({
        least: duration().prefault('40s').describe('From the order of a machine to a Ready node, when all goes well.'),
        most: duration()
          .prefault('90s')
          .describe('The same in the slow case; an assumption until you have measured it.'),
      })
      .prefault({})
      .describe('How long a new machine takes. Assumptions, to be replaced by your own measurement.'),
    launchRate: rate()
      .prefault('120/min')
      .describe('Machines that the provider starts once its burst is used up; EC2 refills two per second.'),
    podsPerNode: z
      .int()
      .min(1)
      .max(1_000)
      .prefault(10)
      .describe('Pods of your workloads that fill one machine; turns pods per second into machines per minute.'),
    headroom,
    disruption,
    nodeImage: z
      .string()
      .regex(/^v\d{8}$/, 'is not a release of the node image, like v20260903')
      .prefault('v20260903')
      .describe('Release of the EKS image of Amazon Linux 2023; pinned, so that a new image comes when you say so.'),
    rootVolume: bytes().prefault('50Gi').describe('Disk of one machine: images, logs, ephemeral storage.'),
    kubeletCertificates: z
      .enum(['signed', 'self-signed'])
      .optional()
      .describe(
        "Who signed the kubelets' serving certificates, which metrics-server checks; by default self-signed with cluster-api, signed elsewhere.",
      ),
    prometheus: z
      .string()
      .regex(
        /^https?:\/\/[A-Za-z0-9.-]+(:\d{1,5})?(\/\S*)?$/,
        'is not an address, like http://prometheus-operated.monitoring.svc:9090',
      )
      .prefault('http://prometheus-operated.monitoring.svc:9090')
      .describe('Where KEDA asks for metrics of your own.'),
    workloads: z.array(workload).max(5_000).prefault([]).describe('Workloads whose number of pods follows a metric.'),
  })
  .prefault({})
  .describe('Machines and pods that come and go with the load.');

export type Section = z.output<typeof section>;
export type Workload = Section['workloads'][number];
