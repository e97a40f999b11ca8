/** eksctl's configuration of an EKS cluster; node groups are the autoscaling system's. */
import type { Cluster } from '../../../spec/cluster.ts';
import type { KubernetesObject } from '../../../system.ts';
import { logRetentionDays } from '../audit.ts';
import type { Settled } from '../settings.ts';

/** ClusterConfig, eksctl.io/v1alpha5 (v0.230.0). Only what EKS lets be set. */
export function eksClusterConfig(facts: Settled, cluster: Cluster): KubernetesObject {
  const { settings } = facts;
  const region = cluster.regions[0];
  return {
    apiVersion: 'eksctl.io/v1alpha5',
    kind: 'ClusterConfig',
    metadata: { name: cluster.name, region: region?.name ?? '', version: settings.kubernetesVersion },
    availabilityZones: region?.zones ?? [],
    kubernetesNetworkConfig: { serviceIPv4CIDR: cluster.cidrs.services },
    vpc: {
      cidr: cluster.cidrs.nodes,
      nat: { gateway: 'HighlyAvailable' },
      clusterEndpoints: { privateAccess: true, publicAccess: settings.publicEndpoint },
    },
    iam: { withOIDC: true },
    accessConfig: { authenticationMode: 'API' },
    cloudWatch: {
      clusterLogging: {
        enableTypes: ['api', 'audit', 'authenticator', 'controllerManager', 'scheduler'],
        logRetentionInDays: logRetentionDays('eks', settings.auditKeep),
      },
    },
    ...(settings.encryption.keyArn === null ? {} : { secretsEncryption: { keyARN: settings.encryption.keyArn } }),
    upgradePolicy: { supportType: 'STANDARD' },
    zonalShiftConfig: { enabled: true },
    addons: ['vpc-cni', 'coredns', 'kube-proxy', 'eks-pod-identity-agent', 'eks-node-monitoring-agent'].map((name) => ({
      name,
    })),
  };
}
