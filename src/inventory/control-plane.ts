/** The control plane of the world: from a plan's facts, from kubeadm's configuration, or from its own pods and nodes. */
import type { Millis } from '../core/units.ts';
import { parseDuration } from '../core/duration.ts';
import type { Member } from '../facts.ts';
import { at } from '../kubernetes/objects.ts';
import type { Plan } from '../plan/types.ts';
import {
  type Component,
  type ComponentPod,
  componentPods,
  kubeadmConfiguration,
  writtenFlag,
} from './component-flags.ts';
import type { Sourced } from './identity.ts';
import type { ObjectIndex } from './indexes.ts';
import type { ControlPlaneSettings, WorldControlPlane, WorldNode } from './world.ts';

/**
 * Defaults of Kubernetes v1.36.3: node lifecycle controller (cmd/kube-controller-manager/app/options,
 * pkg/controller/nodelifecycle/config/v1alpha1/defaults.go), DefaultTolerationSeconds, leader election and client limits
 * (component-base config/v1alpha1/defaults.go, generic controller manager, kube-scheduler).
 */
export const DEFAULT_SETTINGS: ControlPlaneSettings = {
  nodeMonitorPeriod: 5_000,
  nodeMonitorGracePeriod: 50_000,
  nodeEvictionRate: 0.1,
  secondaryNodeEvictionRate: 0.01,
  unhealthyZoneThreshold: 0.55,
  largeClusterSizeThreshold: 50,
  notReadyTolerationSeconds: 300,
  unreachableTolerationSeconds: 300,
  leaseDuration: 15_000,
  renewDeadline: 10_000,
  retryPeriod: 2_000,
  controllerManagerQps: 20,
  controllerManagerBurst: 30,
  schedulerQps: 50,
  schedulerBurst: 100,
};

/** From the facts that the plan's systems state. */
export function controlPlaneOfPlan(plan: Plan): WorldControlPlane {
  const facts = plan.systems['control-plane'].facts;
  const etcd = plan.systems.etcd.facts;
  const scheduling = plan.systems.scheduling.facts;
  const toleration = scheduling.tolerationByApiServer
    ? scheduling.toleration / 1_000
    : DEFAULT_SETTINGS.notReadyTolerationSeconds;
  const stated: Partial<ControlPlaneSettings> = {
    nodeMonitorPeriod: scheduling.nodeMonitorPeriod,
    nodeMonitorGracePeriod: scheduling.nodeMonitorGracePeriod,
    nodeEvictionRate: scheduling.nodeEvictionRate,
    secondaryNodeEvictionRate: scheduling.secondaryNodeEvictionRate,
    unhealthyZoneThreshold: scheduling.unhealthyZoneThreshold,
    largeClusterSizeThreshold: scheduling.largeClusterSizeThreshold,
    notReadyTolerationSeconds: toleration,
    unreachableTolerationSeconds: toleration,
    leaseDuration: facts.leaderElection.leaseDuration,
    renewDeadline: facts.leaderElection.renewDeadline,
    retryPeriod: facts.leaderElection.retryPeriod,
    controllerManagerQps: facts.controllerManager.qps,
    controllerManagerBurst: facts.controllerManager.burst,
    schedulerQps: facts.scheduler.qps,
    schedulerBurst: facts.scheduler.burst,
  };
  return {
    kind: facts.kind,
    members: facts.members,
    endpoint: facts.endpoint.host === '' ? undefined : facts.endpoint,
    balancer: facts.balancer,
    etcd: { topology: etcd.topology, members: etcd.members, quorum: etcd.quorum },
    ...settingsWith(stated),
  };
}

/** From what the inventory holds; `unknown` and the defaults where it holds nothing. */
export function controlPlaneOfObjects(
  index: ObjectIndex,
  configurations: readonly Sourced[],
  nodes: readonly WorldNode[],
): WorldControlPlane {
  const kubeadm = kubeadmConfiguration({ index, configurations })?.value;
  const pods = componentPods(index);
  const members = membersOf(nodes, pods);
  const etcdPods = pods.filter(({ component }) => component === 'etcd');
  const etcd = etcdPods.map(({ node }) => memberAt(node, nodes));
  const external = at(kubeadm, 'etcd', 'external') !== undefined;
  return {
    kind: kubeadm !== undefined || pods.length > 0 ? 'kubeadm' : isEks(nodes) ? 'eks' : 'unknown',
    members,
    endpoint: endpointOf(at(kubeadm, 'controlPlaneEndpoint')),
    balancer: undefined,
    etcd: {
      topology: external
        ? 'external'
        : etcd.length > 0 || kubeadm !== undefined
          ? 'stacked'
          : isEks(nodes)
            ? 'managed'
            : 'unknown',
      members: etcd,
      quorum: etcd.length === 0 ? 0 : Math.floor(etcd.length / 2) + 1,
    },
    ...settingsWith(
      settingsOfFlags((component, name) => writtenFlag({ index, configurations }, { component, name })?.value),
    ),
  };
}

function settingsWith(stated: Partial<ControlPlaneSettings>): Pick<WorldControlPlane, 'settings' | 'stated'> {
  const names = (Object.keys(stated) as (keyof ControlPlaneSettings)[]).filter((name) => stated[name] !== undefined);
  return { settings: { ...DEFAULT_SETTINGS, ...definedOnly(stated) }, stated: new Set(names) };
}

function definedOnly(stated: Partial<ControlPlaneSettings>): Partial<ControlPlaneSettings> {
  return Object.fromEntries(Object.entries(stated).filter(([, value]) => value !== undefined));
}

type FlagReader = (component: Component, name: string) => string | undefined;

function settingsOfFlags(flag: FlagReader): Partial<ControlPlaneSettings> {
  const manager = 'kube-controller-manager';
  return definedOnly({
    nodeMonitorPeriod: millis(flag(manager, 'node-monitor-period')),
    nodeMonitorGracePeriod: millis(flag(manager, 'node-monitor-grace-period')),
    nodeEvictionRate: number(flag(manager, 'node-eviction-rate')),
    secondaryNodeEvictionRate: number(flag(manager, 'secondary-node-eviction-rate')),
    unhealthyZoneThreshold: number(flag(manager, 'unhealthy-zone-threshold')),
    largeClusterSizeThreshold: number(flag(manager, 'large-cluster-size-threshold')),
    notReadyTolerationSeconds: number(flag('kube-apiserver', 'default-not-ready-toleration-seconds')),
    unreachableTolerationSeconds: number(flag('kube-apiserver', 'default-unreachable-toleration-seconds')),
    leaseDuration: millis(flag(manager, 'leader-elect-lease-duration')),
    renewDeadline: millis(flag(manager, 'leader-elect-renew-deadline')),
    retryPeriod: millis(flag(manager, 'leader-elect-retry-period')),
    controllerManagerQps: number(flag(manager, 'kube-api-qps')),
    controllerManagerBurst: number(flag(manager, 'kube-api-burst')),
    schedulerQps: number(flag('kube-scheduler', 'kube-api-qps')),
    schedulerBurst: number(flag('kube-scheduler', 'kube-api-burst')),
  } as Partial<ControlPlaneSettings>);
}

/** Machines that run an API server; without their pods, the nodes that carry the control plane's label. */
function membersOf(nodes: readonly WorldNode[], pods: readonly ComponentPod[]): readonly Member[] {
  const servers = pods.filter(({ component }) => component === 'kube-apiserver').map(({ node }) => node);
  const names =
    servers.length > 0 ? servers : nodes.filter(({ role }) => role === 'control-plane').map(({ name }) => name);
  return [...new Set(names)].map((name) => memberAt(name, nodes));
}

function memberAt(name: string, nodes: readonly WorldNode[]): Member {
  const node = nodes.find((candidate) => candidate.name === name);
  return { name, region: node?.region ?? '', zone: node?.zone ?? '', address: addressOf(node) };
}

function addressOf(node: WorldNode | undefined): string {
  const addresses = at(node?.sourced?.object, 'status', 'addresses');
  if (!Array.isArray(addresses)) return '';
  const internal: unknown = addresses.find((candidate) => at(candidate, 'type') === 'InternalIP');
  const address = at(internal, 'address');
  return typeof address === 'string' ? address : '';
}

function endpointOf(written: unknown): WorldControlPlane['endpoint'] {
  const match = typeof written === 'string' ? /^(.+?)(?::(\d+))?$/.exec(written) : null;
  return match ? { host: match[1] ?? '', port: Number(match[2] ?? 6443) } : undefined;
}

function isEks(nodes: readonly WorldNode[]): boolean {
  return nodes.some(
    ({ labels }) =>
      labels['eks.amazonaws.com/nodegroup'] !== undefined || labels['eks.amazonaws.com/compute-type'] !== undefined,
  );
}

function millis(text: string | undefined): Millis | undefined {
  return text === undefined ? undefined : parseDuration(text);
}

function number(text: string | undefined): number | undefined {
  return text === undefined || text.trim() === '' || !Number.isFinite(Number(text)) ? undefined : Number(text);
}
