/** Everything that the plan settles, from the document and the earlier plans, before anything is said about it. */
import { clientLimitsFor } from '../../availability/client-limits.ts';
import type { ControlPlaneFacts, Member, SchedulingFacts } from '../../facts.ts';
import { versionOf } from '../../spec/cluster.ts';
import type { PlanContext } from '../../system.ts';
import { apiServerArguments, controllerManagerArguments, schedulerArguments } from './arguments.ts';
import { addressHolder, addressLeaseFor, balancerKind, type BalancerKind, ejectionOf, takeoverOf } from './balancer.ts';
import { healthCheckFor } from './health-check.ts';
import { addressOf, instancesOf, membersOf } from './members.ts';
import { nodeRepairFor } from './repair.ts';
import { shutdownDelayFor } from './shutdown.ts';
import { machineFor, podsOfLargestZone } from './sizing.ts';
import { repairAccounts } from './priority.ts';
import type { Section } from './section.ts';
import type { ControlPlaneSettings, Settled } from './settings.ts';

export type Context = PlanContext<'scheduling' | 'etcd'>;

/** Amazon EKS service level agreement: monthly uptime of the API endpoint over several zones. */
export const EKS_AVAILABILITY = 0.9995;
/** Concurrency shares of the level for repair; the built-in limited levels have 245 together (apiserver v0.36.3 flowcontrol bootstrap). */
export const REPAIR_SHARES = 20;
/** Below one request in a thousand clients spread slowly; kube-apiserver calls it a recommended starting point. */
const GOAWAY = 0.001;
const LEADER_ELECTION = { leaseDuration: 15_000, renewDeadline: 10_000, retryPeriod: 2_000 } as const;

/** The settled values. */
export function resolve(section: Section, context: Context): Settled {
  const { cluster, plans } = context;
  const balancer = balancerKind(section, cluster);
  const members = membersOf(plans.etcd.facts, cluster);
  const instances = instancesOf(balancer, members, cluster);
  const settings = settingsOf(section, context, members);
  const takeover = takeoverOf(settings.addressHolder, balancer, settings.addressLease);
  const { cpu, memory, storage } = machineFor(section, cluster);
  return {
    kind: section.kind,
    members,
    endpoint: endpointOf(section, context),
    balancer: {
      kind: balancer,
      instances,
      ejection: ejectionOf(balancer, settings.healthCheck, takeover),
      takeover,
      healthCheck: { interval: settings.healthCheck.interval, fall: settings.healthCheck.fall },
    },
    leaderElection: LEADER_ELECTION,
    ...clientLimitsFor(section.kind === 'eks' ? 0 : podsOfLargestZone(cluster)),
    machine: section.kind === 'eks' ? { cpu: 0, memory: 0, storage: 0 } : { cpu, memory, storage },
    ...(section.kind === 'eks' ? { providerAvailability: EKS_AVAILABILITY } : {}),
    nodeRepair: nodeRepairFor(section, cluster),
    settings,
  };
}

function endpointOf({ kind, endpoint }: Section, { cluster }: Context): ControlPlaneFacts['endpoint'] {
  if (kind === 'eks') return { host: '', port: 443 };
  if (kind === 'cluster-api') return { host: endpoint.host ?? '', port: endpoint.port };
  return { host: endpoint.host ?? `api.${cluster.name}.internal`, port: endpoint.port };
}

function settingsOf(section: Section, context: Context, members: readonly Member[]): ControlPlaneSettings {
  const { cluster, plans } = context;
  const balancer = balancerKind(section, cluster);
  const healthCheck = healthCheckFor(section, cluster);
  const shutdownDelay = shutdownDelayFor(balancer, healthCheck);
  const clients = clientLimitsFor(podsOfLargestZone(cluster));
  const version = versionOf(cluster, 'kubernetes');
  const { type, storage } = machineFor(section, cluster);
  const anyAddress = cluster.cidrs.nodes.includes(':') ? '::' : '0.0.0.0';
  return {
    kubernetesVersion: section.kind === 'eks' ? version.replace(/^v(\d+\.\d+)\..*$/, '$1') : version,
    address: addressOf(balancer, section, cluster),
    addressHolder: addressHolder(balancer, section.bgp),
    addressLease: addressLeaseFor(cluster.objectives.controlPlaneRecovery),
    interface: section.endpoint.interface,
    bgp: balancer === 'kube-vip' ? (section.bgp ?? null) : null,
    healthCheck,
    shutdownDelay,
    goawayChance: goawayChance(section, balancer),
    auditKeep: section.audit.keep,
    certificateNames: certificateNames(section, context, members),
    certificateValidity: section.certificates.validity,
    authorityValidity: section.certificates.authorityValidity,
    encryption: encryptionOf(section),
    apiServerArguments: apiServerArguments({
      scheduling: plans.scheduling.facts,
      etcd: plans.etcd.facts,
      shutdownDelay,
      goawayChance: members.length > 1 ? goawayChance(section, balancer) : 0,
      auditKeep: section.audit.keep,
    }),
    controllerManagerArguments: controllerManagerArguments(
      plans.scheduling.facts,
      clients.controllerManager,
      anyAddress,
    ),
    schedulerArguments: schedulerArguments(clients.scheduler, anyAddress),
    kubeletShutdown: kubeletShutdown(plans.scheduling.facts, shutdownDelay),
    machineType: section.kind === 'eks' ? null : type,
    machineStorage: section.kind === 'eks' ? 0 : storage,
    repairShares: REPAIR_SHARES,
    repairAccounts: repairAccounts(section.kind, cluster),
    publicEndpoint: section.endpoint.public,
  };
}

/** Only balancers that spread connections gain from clients that reconnect. */
export function goawayChance(section: Section, balancer: BalancerKind): number {
  if (balancer === 'managed' || balancer === 'kube-vip') return 0;
  return section.goawayChance ?? GOAWAY;
}

/** Names under which a client may ask: the endpoint, its address, every member, and the member itself. */
function certificateNames(section: Section, context: Context, members: readonly Member[]): readonly string[] {
  const { host } = endpointOf(section, context);
  const balancer = balancerKind(section, context.cluster);
  const address = addressOf(balancer, section, context.cluster);
  const own = section.kind === 'kubeadm' ? members.flatMap((member) => [member.name, member.address]) : [];
  return [host, address ?? '', ...own, 'localhost', '127.0.0.1'].filter((name) => name !== '');
}

function encryptionOf({ kind, encryption }: Section): ControlPlaneSettings['encryption'] {
  const keyArn = encryption.keyArn ?? null;
  const { keyBackup } = encryption;
  if (kind === 'eks') return { provider: keyArn === null ? 'provider-owned' : 'kms', keyArn, keyBackup };
  return { provider: encryption.provider ?? (keyArn === null ? 'secretbox' : 'kms'), keyArn, keyBackup };
}

/** A machine that shuts down must leave the API server its drain and 5 s more; the other pods keep their part. */
function kubeletShutdown(scheduling: SchedulingFacts, shutdownDelay: number): ControlPlaneSettings['kubeletShutdown'] {
  const others = scheduling.shutdownGracePeriod - scheduling.shutdownGracePeriodCriticalPods;
  const critical = Math.max(scheduling.shutdownGracePeriodCriticalPods, shutdownDelay + 5_000);
  return { all: others + critical, critical };
}
