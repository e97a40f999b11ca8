/** Karpenter's node pools, one per pool that grows, and the node class with the pinned image. */
import { formatDuration } from '../../../core/duration.ts';
import { formatBytes, formatCpu } from '../../../core/quantity.ts';
import type { Artifact, KubernetesObject } from '../../../system.ts';
import { GPU_RESOURCE, grows, mostNodes, standingNodes, zonesOfPool } from '../node-pools.ts';
import type { Rendering } from './rendering.ts';
import { nodeConfig, taintsField } from './kubelet.ts';
import type { NodePool } from '../settings.ts';

const NODE_CLASS = 'default';

/** The node class and one NodePool per growing pool. */
export function renderKarpenter(from: Rendering): readonly Artifact[] {
  const growing = from.facts.pools.filter(grows);
  if (growing.length === 0) return [];
  return [
    {
      form: 'object',
      path: `objects/ec2nodeclass-${NODE_CLASS}.yaml`,
      purpose: 'Image, disk, network and role of the machines that Karpenter starts.',
      decisions: ['autoscaling.nodeImage'],
      object: nodeClass(from),
    },
    ...growing.map((pool): Artifact => ({
      form: 'object',
      path: `objects/nodepool-${pool.name}.yaml`,
      purpose: `Machines of pool ${pool.name} beyond those that always run.`,
      decisions: [
        'autoscaling.engine',
        'autoscaling.groups',
        'autoscaling.priorities',
        'autoscaling.scaleDown',
        'autoscaling.nodeExpiry',
      ],
      object: nodePool(pool, from),
    })),
  ];
}

function nodeClass(from: Rendering): KubernetesObject {
  const { cluster, facts } = from;
  const discovery = [{ tags: { 'karpenter.sh/discovery': cluster.name } }];
  const userData = nodeConfig(from);
  return {
    apiVersion: 'karpenter.k8s.aws/v1',
    kind: 'EC2NodeClass',
    metadata: { name: NODE_CLASS },
    spec: {
      role: `KarpenterNodeRole-${cluster.name}`,
      amiSelectorTerms: [{ alias: `al2023@${facts.settings.nodeImage}` }],
      subnetSelectorTerms: discovery,
      securityGroupSelectorTerms: discovery,
      blockDeviceMappings: [
        {
          deviceName: '/dev/xvda',
          ebs: {
            volumeSize: gibibytes(facts.settings.rootVolume),
            volumeType: 'gp3',
            encrypted: true,
            deleteOnTermination: true,
          },
        },
      ],
      metadataOptions: { httpEndpoint: 'enabled', httpTokens: 'required', httpPutResponseHopLimit: 1 },
      ...(userData === null ? {} : { userData }),
    },
  };
}

function nodePool(pool: NodePool, { facts }: Rendering): KubernetesObject {
  const { settings } = facts;
  return {
    apiVersion: 'karpenter.sh/v1',
    kind: 'NodePool',
    metadata: { name: pool.name },
    spec: {
      weight: pool.priority,
      limits: limits(pool),
      template: {
        metadata: { labels: pool.labels },
        spec: {
          nodeClassRef: { group: 'karpenter.k8s.aws', kind: 'EC2NodeClass', name: NODE_CLASS },
          requirements: requirements(pool),
          ...taintsField(pool),
          expireAfter: formatDuration(settings.expireAfter),
        },
      },
      disruption: {
        consolidationPolicy: pool.gpus > 0 ? 'WhenEmpty' : 'WhenEmptyOrUnderutilized',
        consolidateAfter: formatDuration(settings.consolidateAfter),
        budgets: [{ nodes: `${Math.min(100, Math.max(1, Math.round(settings.disruptedShare * 100)))}%` }],
      },
    },
  };
}

/** What Karpenter may add on top of the machines that the managed groups hold. */
function limits(pool: NodePool): Readonly<Record<string, string>> {
  const nodes = mostNodes(pool) - standingNodes(pool);
  return {
    cpu: formatCpu(nodes * pool.cpu),
    memory: formatBytes(nodes * pool.memory),
    ...(pool.gpus > 0 ? { [GPU_RESOURCE]: String(nodes * pool.gpus) } : {}),
  };
}

function requirements(pool: NodePool): readonly unknown[] {
  const one = (key: string, values: readonly string[]) => ({ key, operator: 'In', values });
  return [
    one('kubernetes.io/os', ['linux']),
    one('kubernetes.io/arch', [pool.architecture]),
    one('karpenter.sh/capacity-type', [pool.capacity]),
    one('topology.kubernetes.io/zone', zonesOfPool(pool)),
    one('node.kubernetes.io/instance-type', pool.machineTypes),
  ];
}

/** Whole gibibytes, rounded up, as EBS sells them. */
export function gibibytes(bytes: number): string {
  return `${Math.ceil(bytes / 2 ** 30)}Gi`;
}
