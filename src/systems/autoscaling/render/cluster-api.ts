/** Machines of a Cluster API cluster: per pool a machine template and a bootstrap template, per zone a MachineDeployment. */
import { stableJson } from '../../../core/json.ts';
import { MANAGEMENT_NAMESPACE } from '../../../kubernetes/management.ts';
import { joinName, shortHash } from '../../../kubernetes/names.ts';
import { versionOf } from '../../../spec/cluster.ts';
import type { Artifact, KubernetesObject } from '../../../system.ts';
import { KUBELET_PATCH, PATCHES } from '../names.ts';
import type { Rendering } from './rendering.ts';
import type { NodePool } from '../settings.ts';
import { kubeletPatches, nodeLabels, registeredTaints, taintsField } from './kubelet.ts';

const BOOTSTRAP = 'bootstrap.cluster.x-k8s.io';
const INFRASTRUCTURE = 'infrastructure.cluster.x-k8s.io';
const CORE = 'cluster.x-k8s.io';
/** Annotations that Cluster Autoscaler reads (cluster-autoscaler-1.36.1 cloudprovider/clusterapi/README.md). */
const SIZE = `${CORE}/cluster-api-autoscaler-node-group`;
const CAPACITY = 'capacity.cluster-autoscaler.kubernetes.io';

/** All objects; they are applied to the management cluster. */
export function renderClusterApi(from: Rendering): readonly Artifact[] {
  const patchOf = kubeletPatches(from);
  return from.facts.pools.flatMap((pool) => poolArtifacts(pool, patchOf(pool), from));
}

function poolArtifacts(pool: NodePool, patch: string, from: Rendering): readonly Artifact[] {
  const { cluster } = from;
  const machine = machineTemplate(pool, from);
  const bootstrap = bootstrapTemplate(pool, patch, from);
  const artifact = (object: KubernetesObject, what: string): Artifact => ({
    form: 'object',
    target: 'management',
    path: `objects/${object.kind.toLowerCase()}-${object.metadata?.name ?? ''}.yaml`,
    purpose: what,
    decisions: ['autoscaling.groups', 'autoscaling.engine'],
    object,
  });
  return [
    artifact(
      machine,
      `Size and disk of a machine of pool ${pool.name}; its name changes with its content, because templates cannot be changed.`,
    ),
    artifact(bootstrap, `How a machine of pool ${pool.name} joins ${cluster.name}, with its labels and taints.`),
    ...pool.places.flatMap(({ zones }) =>
      zones.map((zone) =>
        artifact(deployment(pool, { zone, machine, bootstrap }, from), `Machines of pool ${pool.name} in ${zone}.`),
      ),
    ),
  ];
}

function machineTemplate(pool: NodePool, { cluster, facts }: Rendering): KubernetesObject {
  const spec = {
    instanceType: pool.machineTypes[0] ?? '',
    iamInstanceProfile: 'nodes.cluster-api-provider-aws.sigs.k8s.io',
    rootVolume: { size: Math.ceil(facts.settings.rootVolume / 2 ** 30), type: 'gp3', encrypted: true },
    instanceMetadataOptions: { httpEndpoint: 'enabled', httpTokens: 'required', httpPutResponseHopLimit: 1 },
    ...(pool.capacity === 'spot' ? { spotMarketOptions: {} } : {}),
  };
  return template(
    { apiVersion: `${INFRASTRUCTURE}/v1beta2`, kind: 'AWSMachineTemplate' },
    [cluster.name, pool.name],
    spec,
  );
}

function bootstrapTemplate(pool: NodePool, patch: string, { cluster }: Rendering): KubernetesObject {
  const spec = {
    files: [{ path: `${PATCHES}/${KUBELET_PATCH}`, owner: 'root:root', permissions: '0600', content: patch }],
    joinConfiguration: {
      patches: { directory: PATCHES },
      nodeRegistration: {
        // The metadata service of the machine knows its name; cloud-init fills it in before kubeadm reads it.
        name: '{{ ds.meta_data.local_hostname }}',
        kubeletExtraArgs: [
          { name: 'cloud-provider', value: 'external' },
          { name: 'node-labels', value: nodeLabels(pool) },
        ],
        ...taintsField(pool),
      },
    },
  };
  return template(
    { apiVersion: `${BOOTSTRAP}/v1beta2`, kind: 'KubeadmConfigTemplate' },
    [cluster.name, pool.name],
    spec,
  );
}

/** Templates are immutable: a change makes a new one under a new name, and the MachineDeployments roll to it. */
function template(
  type: { apiVersion: string; kind: string },
  parts: readonly string[],
  spec: unknown,
): KubernetesObject {
  return {
    ...type,
    metadata: { name: joinName(...parts, shortHash(stableJson(spec))), namespace: MANAGEMENT_NAMESPACE },
    spec: { template: { spec } },
  };
}

interface Parts {
  readonly zone: string;
  readonly machine: KubernetesObject;
  readonly bootstrap: KubernetesObject;
}

function deployment(pool: NodePool, { zone, machine, bootstrap }: Parts, from: Rendering): KubernetesObject {
  const { cluster, facts } = from;
  const name = machineDeploymentName(cluster.name, pool, zone);
  const scaled = facts.engine === 'cluster-autoscaler';
  const labels = { [`${CORE}/cluster-name`]: cluster.name, [`${CORE}/deployment-name`]: name };
  return {
    apiVersion: `${CORE}/v1beta2`,
    kind: 'MachineDeployment',
    metadata: {
      name,
      namespace: MANAGEMENT_NAMESPACE,
      labels: { [`${CORE}/cluster-name`]: cluster.name },
      ...(scaled ? { annotations: annotations(pool, facts.settings.rootVolume) } : {}),
    },
    spec: {
      clusterName: cluster.name,
      // The number is the autoscaler's; written here, every apply would set it back.
      ...(scaled ? {} : { replicas: pool.minNodesPerZone }),
      selector: { matchLabels: labels },
      rollout: { strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } } },
      template: {
        metadata: { labels },
        spec: {
          clusterName: cluster.name,
          version: versionOf(cluster, 'kubernetes'),
          failureDomain: zone,
          bootstrap: { configRef: { apiGroup: BOOTSTRAP, kind: bootstrap.kind, name: bootstrap.metadata?.name ?? '' } },
          infrastructureRef: { apiGroup: INFRASTRUCTURE, kind: machine.kind, name: machine.metadata?.name ?? '' },
        },
      },
    },
  };
}

/** Name of the group of a pool in a zone. */
export function machineDeploymentName(cluster: string, pool: NodePool, zone: string): string {
  return joinName(cluster, pool.name, zone);
}

/** Sizes, and what a first machine of an empty group would bring. */
function annotations(pool: NodePool, rootVolume: number): Readonly<Record<string, string>> {
  const taints = registeredTaints(pool);
  return {
    [`${SIZE}-min-size`]: String(pool.minNodesPerZone),
    [`${SIZE}-max-size`]: String(pool.maxNodesPerZone),
    [`${CAPACITY}/cpu`]: String(Math.floor(pool.cpu / 1_000)),
    [`${CAPACITY}/memory`]: `${Math.floor(pool.memory / 2 ** 20)}Mi`,
    [`${CAPACITY}/ephemeral-disk`]: `${Math.floor(rootVolume / 2 ** 30)}Gi`,
    [`${CAPACITY}/maxPods`]: String(pool.pods),
    [`${CAPACITY}/labels`]: nodeLabels(pool),
    ...(taints === '' ? {} : { [`${CAPACITY}/taints`]: taints }),
    ...(pool.gpus > 0
      ? { [`${CAPACITY}/gpu-type`]: 'nvidia.com/gpu', [`${CAPACITY}/gpu-count`]: String(pool.gpus) }
      : {}),
  };
}
