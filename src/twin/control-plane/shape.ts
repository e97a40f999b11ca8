/** What of a world the control plane's behaviour follows: machines, etcd, the balancer, who talks to which API server, timers. */
import { parseDuration } from '../../core/duration.ts';
import type { Millis } from '../../core/units.ts';
import type { Member } from '../../facts.ts';
import { isLive } from '../../inventory/origin.ts';
import { statedFlag } from '../../inventory/component-flags.ts';
import type { World } from '../../inventory/world.ts';
import { at } from '../../kubernetes/objects.ts';

interface Span {
  readonly least: Millis;
  readonly most: Millis;
}

export type Elected = 'kube-controller-manager' | 'kube-scheduler';

/** Which API server a client talks to: that of its own machine, whichever the balancer gives, or always one. */
export type Target = 'own' | 'balancer' | { readonly member: string };

export interface Balancer {
  /** Instances that can hold the address; empty where the provider's balancer stands in every zone. */
  readonly instances: readonly Member[];
  /** True where the holder sends everything to the API server of its own machine. */
  readonly holderServes: boolean;
  readonly ejection: Span;
  readonly takeover: Span;
  /** Until an API server that answers again gets connections. */
  readonly rise: Millis;
}

export interface Shape {
  /** True where nobody but the provider sees members: losses of zones take nothing of it. */
  readonly managed: boolean;
  readonly region: string;
  readonly members: readonly Member[];
  readonly etcd: {
    readonly stacked: boolean;
    readonly members: readonly Member[];
    readonly quorum: number;
    readonly heartbeat: Millis;
    readonly election: Millis;
  };
  readonly balancer: Balancer;
  /** Names of all machines that run a part of it. */
  readonly machines: ReadonlySet<string>;
  /** By component and the name of its machine. */
  readonly targetOf: (component: Elected, machine: string) => Target;
  readonly lease: { readonly duration: Millis; readonly renewDeadline: Millis; readonly retry: Millis };
  /** What nothing in the input tells, one sentence each. */
  readonly assumed: readonly string[];
}

/** etcd v3.6.14 server/embed/config.go: TickMs 100, ElectionMs 1000. */
const HEARTBEAT: Millis = 100;
const ELECTION: Millis = 1_000;
/** HAProxy with `inter 500ms fall 2 rise 2`, as the lab runs it: what is assumed of a balancer that nothing tells of. */
const UNKNOWN_BALANCER: Balancer = {
  instances: [],
  holderServes: false,
  ejection: { least: 500, most: 1_500 },
  takeover: { least: 0, most: 0 },
  rise: 1_000,
};
/** Checks in a row that must succeed: HAProxy's and the NLB's default is 2 or more; ours render 2. */
const RISE = 2;

const known = new WeakMap<World, Shape>();

/** Made once for a world. */
export function shapeOf(world: World): Shape {
  const made = known.get(world) ?? makeShape(world);
  known.set(world, made);
  return made;
}

/** Sentences for the assumptions of a simulation. */
export function controlPlaneAssumptions(world: World): readonly string[] {
  return shapeOf(world).assumed;
}

function makeShape(world: World): Shape {
  const { members, settings, kind, etcd } = world.controlPlane;
  const managed = members.length === 0;
  const { leaseDuration: duration, renewDeadline, retryPeriod: retry } = settings;
  const targets = targetsOf(world);
  const stacked = etcd.topology !== 'external';
  const etcdOfWorld = etcdMembers(world);
  const balancer = balancerOf(world);
  const machines = [...members, ...etcdOfWorld.members, ...balancer.instances].map(({ name }) => name);
  return {
    managed,
    region: members[0]?.region ?? world.zones[0]?.region ?? '',
    members,
    etcd: {
      stacked,
      ...etcdOfWorld,
      heartbeat: stated(world, 'heartbeat-interval') ?? HEARTBEAT,
      election: stated(world, 'election-timeout') ?? ELECTION,
    },
    balancer,
    machines: new Set(machines),
    targetOf: targets.targetOf,
    lease: { duration, renewDeadline, retry },
    assumed: managed ? [managedSentence(kind)] : [...targets.assumed, ...ownAssumptions(world)],
  };
}

function managedSentence(kind: World['controlPlane']['kind']): string {
  return kind === 'eks'
    ? 'Amazon promises that the API of EKS survives the loss of a zone; it is taken as up through every loss but that of its region.'
    : 'Nothing in the input tells of the control plane; it is taken as one that the loss of a zone does not touch.';
}

function ownAssumptions({ controlPlane }: World): readonly string[] {
  const { balancer, members, etcd } = controlPlane;
  return [
    ...(balancer === undefined && members.length > 1
      ? [
          'Nothing in the input tells of the balancer before the API servers; it is taken as one that no loss of a zone takes, and that ejects a dead API server within 1.5 s.',
        ]
      : []),
    ...(etcd.members.length === 0
      ? ['Nothing in the input tells of etcd; a member is assumed on every machine of the control plane.']
      : []),
  ];
}

function etcdMembers({ controlPlane }: World): { members: readonly Member[]; quorum: number } {
  const { etcd, members } = controlPlane;
  const own = etcd.members.length > 0 ? etcd.members : members;
  return { members: own, quorum: etcd.quorum > 0 ? etcd.quorum : Math.floor(own.length / 2) + 1 };
}

/** etcd takes whole milliseconds. */
function stated(world: World, name: string): Millis | undefined {
  const written = statedFlag(world, { component: 'etcd', name });
  return written === undefined ? undefined : (parseDuration(written) ?? (Number(written) || undefined));
}

function balancerOf({ controlPlane }: World): Balancer {
  const { balancer } = controlPlane;
  if (balancer === undefined) return UNKNOWN_BALANCER;
  const provided = balancer.kind === 'nlb' || balancer.kind === 'managed';
  return {
    instances: provided ? [] : balancer.instances,
    holderServes: balancer.kind === 'kube-vip',
    ejection: balancer.ejection,
    takeover: provided ? { least: 0, most: 0 } : balancer.takeover,
    rise: (balancer.healthCheck?.interval ?? 0) * RISE,
  };
}

/**
 * A `--master` flag of the component tells most, then its kubeconfig when that was given; else kubeadm's way: it writes
 * controller-manager.conf and scheduler.conf with the local API endpoint (cmd/kubeadm/app/phases/kubeconfig, v1.36.3).
 */
function targetsOf(world: World): Pick<Shape, 'targetOf'> & { readonly assumed: readonly string[] } {
  const configs = kubeconfigsOf(world);
  const written = (component: Elected, machine: string): Target | undefined => {
    const master = statedFlag(world, { component, name: 'master', machine });
    const server = master ?? serverFor(configs, component, machine);
    return server === undefined ? undefined : targetAt(world, server, machine);
  };
  const { members } = world.controlPlane;
  const all = members.flatMap(({ name }) => [
    written('kube-controller-manager', name),
    written('kube-scheduler', name),
  ]);
  return {
    targetOf: (component, machine) => written(component, machine) ?? 'own',
    assumed:
      members.length > 1 && all.some((target) => target === undefined)
        ? [
            'The kubeconfigs of controller manager and scheduler were not given; each is taken to use the API server of its own machine, as kubeadm writes them.',
          ]
        : [],
  };
}

interface Kubeconfig {
  readonly file: string;
  readonly user: string;
  readonly server: string;
}

function kubeconfigsOf({ configurations }: World): readonly Kubeconfig[] {
  return configurations.flatMap(({ object, origin }) => {
    if (object.kind !== 'Config' || isLive(origin)) return [];
    const server = at(object, 'clusters', 0, 'cluster', 'server');
    const user = at(object, 'users', 0, 'name');
    if (typeof server !== 'string') return [];
    return [{ file: origin.source.file, user: typeof user === 'string' ? user : '', server }];
  });
}

/** Names by which kubeadm tells the files and their users apart. */
const FILES: Readonly<Record<Elected, { readonly file: RegExp; readonly user: string }>> = {
  'kube-controller-manager': { file: /^controller-manager\b/, user: 'system:kube-controller-manager' },
  'kube-scheduler': { file: /^scheduler\b/, user: 'system:kube-scheduler' },
};

/** One for the machine (its name is in the path) wins over one for all. */
function serverFor(configs: readonly Kubeconfig[], component: Elected, machine: string): string | undefined {
  const { file, user } = FILES[component];
  const own = configs.filter(
    (config) => config.user === user || file.test(config.file.slice(config.file.lastIndexOf('/') + 1)),
  );
  const named = own.find((config) => config.file.split('/').slice(0, -1).includes(machine));
  const shared = own.length === 1 ? own[0] : undefined;
  return (named ?? shared)?.server;
}

function targetAt({ controlPlane }: World, server: string, machine: string): Target | undefined {
  const host = /^(?:https?:\/\/)?(\[[^\]]+\]|[^:/]+)/.exec(server)?.[1]?.replace(/^\[|\]$/g, '');
  if (host === undefined) return undefined;
  if (host === 'localhost' || host === '127.0.0.1' || host === '::1') return 'own';
  const member = controlPlane.members.find(({ address, name }) => address === host || name === host);
  if (member !== undefined) return member.name === machine ? 'own' : { member: member.name };
  return 'balancer';
}
