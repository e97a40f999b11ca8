/** EKS managed node groups for eksctl, one per pool and zone. */
import { joinName } from '../../../kubernetes/names.ts';
import { versionOf } from '../../../spec/cluster.ts';
import { versions } from '../../../versions.ts';
import type { Artifact, KubernetesObject } from '../../../system.ts';
import type { Rendering } from './rendering.ts';
import { nodeConfig, taintsField } from './kubelet.ts';
import type { NodePool } from '../settings.ts';

/** One file for the region of the cluster; Karpenter's machines beyond the least are not in it. */
export function renderEksctl(from: Rendering): readonly Artifact[] {
  const { facts, cluster } = from;
  const [region] = cluster.regions;
  const groups = facts.pools.flatMap((pool) => groupsOfPool(pool, from));
  if (region === undefined || groups.length === 0) return [];
  const document: KubernetesObject = {
    apiVersion: 'eksctl.io/v1alpha5',
    kind: 'ClusterConfig',
    metadata: { name: cluster.name, region: region.name },
    ...(facts.engine === 'cluster-autoscaler' ? { iam: { podIdentityAssociations: [AUTOSCALER_ROLE] } } : {}),
    managedNodeGroups: groups,
  };
  return [
    {
      form: 'configuration',
      path: 'eksctl/nodegroups.yaml',
      purpose: `Managed node groups of ${cluster.name}, one per pool and zone; read by eksctl.`,
      decisions: ['autoscaling.groups', 'autoscaling.engine', 'autoscaling.nodeImage'],
      documents: [document],
    },
  ];
}

/** eksctl knows what Cluster Autoscaler needs (eksctl v0.230.0 wellKnownPolicies.autoScaler). */
const AUTOSCALER_ROLE = {
  namespace: 'kube-system',
  serviceAccountName: 'cluster-autoscaler',
  wellKnownPolicies: { autoScaler: true },
};

function groupsOfPool(pool: NodePool, from: Rendering): readonly unknown[] {
  const most = from.facts.engine === 'karpenter' ? pool.minNodesPerZone : pool.maxNodesPerZone;
  if (most === 0) return [];
  const bootstrap = nodeConfig(from, pool);
  return pool.places.flatMap(({ zones }) => zones.map((zone) => group(pool, { zone, most, bootstrap }, from)));
}

interface Group {
  readonly zone: string;
  readonly most: number;
  readonly bootstrap: string | null;
}

function group(pool: NodePool, { zone, most, bootstrap }: Group, from: Rendering): unknown {
  const { facts, plans } = from;
  const { by, maxUnhealthy } = plans['control-plane'].facts.nodeRepair;
  const release = releaseVersion(from);
  return {
    name: groupName(pool, zone),
    amiFamily: 'AmazonLinux2023',
    ...(release === null ? {} : { releaseVersion: release }),
    instanceTypes: pool.machineTypes,
    ...(pool.capacity === 'spot' ? { spot: true } : {}),
    availabilityZones: [zone],
    minSize: pool.minNodesPerZone,
    maxSize: most,
    desiredCapacity: pool.minNodesPerZone,
    ...(facts.engine === 'cluster-autoscaler' ? { propagateASGTags: true } : {}),
    labels: pool.labels,
    ...taintsField(pool),
    volumeSize: Math.ceil(facts.settings.rootVolume / 2 ** 30),
    volumeType: 'gp3',
    volumeEncrypted: true,
    privateNetworking: true,
    disablePodIMDS: true,
    updateConfig: { maxUnavailable: 1 },
    ...(by === 'eks-node-repair'
      ? { nodeRepairConfig: { enabled: true, maxUnhealthyNodeThresholdPercentage: Math.round(maxUnhealthy * 100) } }
      : {}),
    ...(bootstrap === null ? {} : { overrideBootstrapCommand: bootstrap }),
  };
}

/** Name of the managed group; EKS names its Auto Scaling group `eks-<name>-<uuid>`. */
export function groupName(pool: NodePool, zone: string): string {
  return joinName(pool.name, zone);
}

/** `1.36.3-20260903`; only known for the default version of Kubernetes, whose release was read. */
function releaseVersion({ cluster, facts }: Rendering): string | null {
  const version = versionOf(cluster, 'kubernetes');
  if (version !== versions.kubernetes.version) return null;
  return `${version.slice(1)}-${facts.settings.nodeImage.slice(1)}`;
}
