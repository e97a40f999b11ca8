/** Ports, files and URLs of the two etcds: the one that holds everything, and the one for events where they stand apart. */
import type { EtcdFacts, Member } from '../../facts.ts';
import { urlHost } from './members.ts';
import type { Settled } from './settings.ts';

/** One etcd cluster on the members' machines. */
export interface Instance {
  readonly name: 'etcd' | 'etcd-events';
  readonly clientPort: number;
  readonly peerPort: number;
  readonly metricsPort: number;
  readonly dataDirectory: string;
}

/** kubeadm's ports (cmd/kubeadm/app/constants/constants.go) and data directory. */
export const MAIN: Instance = {
  name: 'etcd',
  clientPort: 2_379,
  peerPort: 2_380,
  metricsPort: 2_381,
  dataDirectory: '/var/lib/etcd',
};

/** The three ports behind kubeadm's. */
export const EVENTS: Instance = {
  name: 'etcd-events',
  clientPort: 2_382,
  peerPort: 2_383,
  metricsPort: 2_384,
  dataDirectory: '/var/lib/etcd-events',
};

/** The etcds that these facts run. */
export function instancesOf({ settings }: Settled): readonly Instance[] {
  return settings.eventsApart ? [MAIN, EVENTS] : [MAIN];
}

export function clientUrl({ address }: Pick<Member, 'address'>, { clientPort }: Instance): string {
  return `https://${urlHost(address)}:${clientPort}`;
}

export function peerUrl({ address }: Pick<Member, 'address'>, { peerPort }: Instance): string {
  return `https://${urlHost(address)}:${peerPort}`;
}

/** `cp-a-1=https://10.0.0.11:2380,…`, the same on every member. */
export function initialCluster(members: readonly Member[], instance: Instance): string {
  return members.map((member) => `${member.name}=${peerUrl(member, instance)}`).join(',');
}

/** Certificates by the names that kubeadm gives them; machines of etcd alone use the same layout. */
export const PKI = '/etc/kubernetes/pki/etcd';

/** Where a metrics listener listens; the port is the instance's. */
export function metricsUrl(instance: Instance, facts: Settled): string {
  const ipv6 = facts.members.some(({ address }) => address.includes(':'));
  const everywhere = ipv6 ? '[::]' : '0.0.0.0';
  const loopback = ipv6 ? '[::1]' : '127.0.0.1';
  return `http://${facts.settings.metrics === 'loopback' ? loopback : everywhere}:${instance.metricsPort}`;
}

/** The member's own client URL; kubeadm's etcd listens on loopback as well. */
export function localUrl(instance: Instance, facts: EtcdFacts): string {
  const ipv6 = facts.members.some(({ address }) => address.includes(':'));
  return `https://${ipv6 ? '[::1]' : '127.0.0.1'}:${instance.clientPort}`;
}
