/** Where everything of one plane of a lab is: files, addresses, ports. Pure; all components are computed from it. */
import { join } from 'node:path';
import type { Argument } from '../../facts.ts';

export type PlaneComponent = 'etcd' | 'kube-apiserver' | 'kube-controller-manager' | 'kube-scheduler' | 'kwok';

export const portNames = [
  'etcdClient',
  'etcdPeer',
  'etcdMetrics',
  'apiServer',
  'controllerManager',
  'scheduler',
  'kwok',
] as const;
export type PortName = (typeof portNames)[number];

export interface PlaneOptions {
  /** Off loses what power loss would lose, and is a third of the writing; never off where durability is judged. */
  readonly fsync: boolean;
  /** Flags that replace or add to ours, by component. */
  readonly extraArgs?: Readonly<Partial<Record<PlaneComponent, readonly Argument[]>>>;
}

export interface PlaneLayout extends PlaneOptions {
  /** Unique in the lab; members, logs and leases are named after it. */
  readonly zone: string;
  /** The plane's own directory. */
  readonly directory: string;
  readonly ports: Readonly<Record<PortName, number>>;
}

/** Everything listens here. */
export const LOOPBACK = '127.0.0.1';

/**
 * What the API server says its address is: an Endpoints address may not be loopback (Kubernetes v1.36.3
 * pkg/apis/core/validation), and this range is reserved for tests (RFC 2544). It need not exist on the machine.
 */
export const ADVERTISED = '198.18.7.1';

export const SERVICE_CIDR = '10.96.0.0/16';
export const SERVICE_ADDRESS = '10.96.0.1';
export const POD_CIDR = '10.244.0.0/16';

export type PlaneKey = 'etcd' | 'etcd-peer' | 'apiserver' | 'apiserver-etcd-client' | 'front-proxy-client';
export type PlaneAuthority = 'ca' | 'etcd-ca' | 'front-proxy-ca';
export type PlaneUser = 'admin' | 'controller-manager' | 'scheduler';

/** Paths of the plane's files. */
export function planePaths(layout: Pick<PlaneLayout, 'directory'>) {
  const pki = join(layout.directory, 'pki');
  return {
    pki,
    etcdData: join(layout.directory, 'etcd'),
    certificate: (name: PlaneKey | PlaneAuthority) => join(pki, `${name}.crt`),
    key: (name: PlaneKey | PlaneAuthority) => join(pki, `${name}.key`),
    serviceAccountPrivate: join(pki, 'sa.key'),
    serviceAccountPublic: join(pki, 'sa.pub'),
    kubeconfig: (user: PlaneUser) => join(layout.directory, `${user}.kubeconfig`),
  };
}

/** The plane's API for clients on this machine. */
export function planeUrl(layout: Pick<PlaneLayout, 'ports'>): string {
  return `https://${LOOPBACK}:${layout.ports.apiServer}`;
}
