/** Objects for the management cluster that makes and replaces the members: Cluster API v1beta2, AWS provider v1beta2. */
import { stringify } from 'yaml';
import { stableJson } from '../../../core/json.ts';
import type { EtcdFacts } from '../../../facts.ts';
import { MANAGEMENT_NAMESPACE } from '../../../kubernetes/management.ts';
import { joinName, shortHash } from '../../../kubernetes/names.ts';
import type { Cluster } from '../../../spec/cluster.ts';
import type { KubernetesObject } from '../../../system.ts';
import { FILES } from '../arguments.ts';
import { auditPolicy } from '../audit.ts';
import { authenticationConfiguration } from '../authentication.ts';
import { renewBeforeDays } from '../decisions/security.ts';
import { kmsEncryption } from './encryption.ts';
import { apiServerVolumes, etcdImageTag, kubeletSettings } from './kubeadm.ts';
import { subnetsOf } from './subnets.ts';
import type { Settled } from '../settings.ts';

const DAY = 86_400_000;
const GIB = 2 ** 30;
const PATCHES = '/etc/kubernetes/patches';
const CORE = 'cluster.x-k8s.io/v1beta2';
const CONTROL_PLANE = 'controlplane.cluster.x-k8s.io';
const INFRASTRUCTURE = 'infrastructure.cluster.x-k8s.io';

export interface ClusterApiInput {
  readonly facts: Settled;
  readonly etcd: EtcdFacts;
  readonly cluster: Cluster;
}

/** All objects of the management cluster, each for a file of its own. */
export function clusterApiObjects(input: ClusterApiInput): readonly KubernetesObject[] {
  const { facts } = input;
  const key = facts.settings.encryption.provider === 'kms' ? [] : [encryptionSecret(input.cluster.name)];
  return [
    cluster(input),
    awsCluster(input),
    machineTemplate(input),
    controlPlane(input),
    ...key,
    membersHealth(input),
    workersHealth(input),
  ];
}

/** Templates do not change: other content makes another one under another name, and the members roll to it. */
function templateName(input: ClusterApiInput): string {
  return joinName(input.cluster.name, 'control-plane', shortHash(stableJson(machineSpec(input))));
}

function cluster({ cluster: { name, cidrs }, facts }: ClusterApiInput): KubernetesObject {
  return {
    apiVersion: CORE,
    kind: 'Cluster',
    metadata: { name, namespace: MANAGEMENT_NAMESPACE },
    spec: {
      clusterNetwork: {
        apiServerPort: facts.endpoint.port,
        pods: { cidrBlocks: [cidrs.pods] },
        services: { cidrBlocks: [cidrs.services] },
        serviceDomain: 'cluster.local',
      },
      controlPlaneRef: { apiGroup: CONTROL_PLANE, kind: 'KubeadmControlPlane', name: `${name}-control-plane` },
      infrastructureRef: { apiGroup: INFRASTRUCTURE, kind: 'AWSCluster', name },
    },
  };
}

function awsCluster({ cluster: { name, regions, cidrs }, facts }: ClusterApiInput): KubernetesObject {
  const region = regions[0];
  const check = facts.settings.healthCheck;
  const subnets = subnetsOf(cidrs.nodes, region?.zones ?? []).flatMap(({ zone, ...ranges }) => [
    { id: `${name}-private-${zone}`, availabilityZone: zone, cidrBlock: ranges.private, isPublic: false },
    { id: `${name}-public-${zone}`, availabilityZone: zone, cidrBlock: ranges.public, isPublic: true },
  ]);
  return {
    apiVersion: `${INFRASTRUCTURE}/v1beta2`,
    kind: 'AWSCluster',
    metadata: { name, namespace: MANAGEMENT_NAMESPACE },
    spec: {
      region: region?.name ?? '',
      network: { vpc: { cidrBlock: cidrs.nodes }, subnets },
      controlPlaneLoadBalancer: {
        loadBalancerType: 'nlb',
        scheme: facts.settings.publicEndpoint ? 'internet-facing' : 'internal',
        crossZoneLoadBalancing: true,
        preserveClientIP: false,
        healthCheckProtocol: 'HTTPS',
        healthCheck: {
          intervalSeconds: check.interval / 1_000,
          timeoutSeconds: check.timeout / 1_000,
          thresholdCount: check.rise,
          unhealthyThresholdCount: check.fall,
        },
      },
    },
  };
}

function machineTemplate(input: ClusterApiInput): KubernetesObject {
  return {
    apiVersion: `${INFRASTRUCTURE}/v1beta2`,
    kind: 'AWSMachineTemplate',
    metadata: { name: templateName(input), namespace: MANAGEMENT_NAMESPACE },
    spec: { template: { spec: machineSpec(input) } },
  };
}

function machineSpec({ facts }: ClusterApiInput) {
  return {
    instanceType: facts.settings.machineType ?? '',
    iamInstanceProfile: 'control-plane.cluster-api-provider-aws.sigs.k8s.io',
    instanceMetadataOptions: { httpTokens: 'required', httpPutResponseHopLimit: 1 },
    rootVolume: { size: Math.ceil(facts.machine.storage / GIB), type: 'gp3', encrypted: true },
  };
}

function controlPlane(input: ClusterApiInput): KubernetesObject {
  const {
    cluster: { name },
    facts,
  } = input;
  return {
    apiVersion: `${CONTROL_PLANE}/v1beta2`,
    kind: 'KubeadmControlPlane',
    metadata: { name: `${name}-control-plane`, namespace: MANAGEMENT_NAMESPACE },
    spec: {
      replicas: facts.members.length,
      version: facts.settings.kubernetesVersion,
      rollout: {
        before: { certificatesExpiryDays: renewBeforeDays(facts.settings.certificateValidity) },
        strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1 } },
      },
      remediation: { maxRetry: 3, retryPeriodSeconds: 600, minHealthyPeriodSeconds: 3_600 },
      machineTemplate: {
        spec: {
          infrastructureRef: { apiGroup: INFRASTRUCTURE, kind: 'AWSMachineTemplate', name: templateName(input) },
          deletion: {
            nodeDrainTimeoutSeconds: 600,
            nodeVolumeDetachTimeoutSeconds: 300,
            nodeDeletionTimeoutSeconds: 60,
          },
        },
      },
      kubeadmConfigSpec: kubeadmSpec(input),
    },
  };
}

function kubeadmSpec({ cluster: target, facts, etcd }: ClusterApiInput) {
  const { settings } = facts;
  const node = {
    nodeRegistration: {
      name: '{{ ds.meta_data.local_hostname }}',
      kubeletExtraArgs: [{ name: 'cloud-provider', value: 'external' }],
    },
    patches: { directory: PATCHES },
  };
  return {
    clusterConfiguration: {
      certificateValidityPeriodDays: Math.floor(settings.certificateValidity / DAY),
      caCertificateValidityPeriodDays: Math.floor(settings.authorityValidity / DAY),
      apiServer: {
        certSANs: settings.certificateNames,
        extraArgs: settings.apiServerArguments,
        extraVolumes: apiServerVolumes(facts),
      },
      controllerManager: {
        extraArgs: [{ name: 'cloud-provider', value: 'external' }, ...settings.controllerManagerArguments],
      },
      scheduler: { extraArgs: settings.schedulerArguments },
      etcd: {
        local: {
          imageTag: etcdImageTag(target),
          dataDir: '/var/lib/etcd',
          ...(etcd.arguments.length === 0 ? {} : { extraArgs: etcd.arguments }),
        },
      },
    },
    initConfiguration: node,
    joinConfiguration: node,
    files: files(target.name, facts),
  };
}

function files(name: string, facts: Settled) {
  const file = (path: string, content: unknown) => ({
    path,
    owner: 'root:root',
    permissions: '0600',
    content: stringify(content),
  });
  const kms = facts.settings.encryption.provider === 'kms';
  const encryption = `${FILES}/encryption.yaml`;
  return [
    file(`${FILES}/audit-policy.yaml`, auditPolicy),
    file(`${FILES}/authentication.yaml`, authenticationConfiguration('cluster-api')),
    kms
      ? file(encryption, kmsEncryption(name))
      : {
          path: encryption,
          owner: 'root:root',
          permissions: '0600',
          contentFrom: { secret: { name: `${name}-encryption`, key: 'encryption.yaml' } },
        },
    file(`${PATCHES}/kubeletconfiguration0+strategic.yaml`, kubeletSettings(facts)),
  ];
}

/** The key comes from a secret store into the management cluster; nothing of it is in git. */
function encryptionSecret(name: string): KubernetesObject {
  return {
    apiVersion: 'external-secrets.io/v1',
    kind: 'ExternalSecret',
    metadata: { name: `${name}-encryption`, namespace: MANAGEMENT_NAMESPACE },
    spec: {
      refreshInterval: '1h0m0s',
      secretStoreRef: { kind: 'ClusterSecretStore', name: 'holdfast' },
      target: { name: `${name}-encryption`, creationPolicy: 'Owner', deletionPolicy: 'Retain' },
      data: [{ secretKey: 'encryption.yaml', remoteRef: { key: `${name}/encryption.yaml` } }],
    },
  };
}

function health(
  name: string,
  input: ClusterApiInput,
  selector: Record<string, unknown>,
  limit: string,
): KubernetesObject {
  const timeoutSeconds = input.facts.nodeRepair.after / 1_000;
  return {
    apiVersion: CORE,
    kind: 'MachineHealthCheck',
    metadata: { name: `${input.cluster.name}-${name}`, namespace: MANAGEMENT_NAMESPACE },
    spec: {
      clusterName: input.cluster.name,
      selector,
      checks: {
        nodeStartupTimeoutSeconds: 1_200,
        unhealthyNodeConditions: [
          { type: 'Ready', status: 'Unknown', timeoutSeconds },
          { type: 'Ready', status: 'False', timeoutSeconds },
        ],
      },
      remediation: { triggerIf: { unhealthyLessThanOrEqualTo: limit } },
    },
  };
}

/** One member of three, two of five: what etcd's quorum leaves. Cluster API replaces them one at a time. */
function membersHealth(input: ClusterApiInput): KubernetesObject {
  return health('control-plane', input, { matchLabels: { 'cluster.x-k8s.io/control-plane': '' } }, '40%');
}

function workersHealth(input: ClusterApiInput): KubernetesObject {
  const selector = { matchExpressions: [{ key: 'cluster.x-k8s.io/control-plane', operator: 'DoesNotExist' }] };
  return health('workers', input, selector, `${Math.round(input.facts.nodeRepair.maxUnhealthy * 100)}%`);
}
