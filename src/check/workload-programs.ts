/** What program a workload runs, by the name of its image: where a rule must know how a program behaves. Words are data. */
import type { Workload } from '../inventory/world.ts';
import { runningContainers } from '../kubernetes/pod-spec.ts';
import { podSpecOf } from './reach.ts';

export interface QuorumProgram {
  readonly name: string;
  /** The last parts of image names: `bitnami/etcd` ends with `etcd`. */
  readonly images: readonly string[];
  /** Only members whose workload's name holds one of these words vote. */
  readonly voters?: RegExp;
  /** A member becomes ready only when it has joined the others. */
  readonly readyTogether: boolean;
}

/** Programs that stop writing when half of their members are lost. */
const QUORUM_PROGRAMS: readonly QuorumProgram[] = [
  { name: 'etcd', images: ['etcd'], readyTogether: true },
  { name: 'ZooKeeper', images: ['zookeeper'], readyTogether: true },
  { name: 'ClickHouse Keeper', images: ['clickhouse-keeper'], readyTogether: true },
  { name: 'Consul', images: ['consul'], voters: /server|consul$/, readyTogether: true },
  { name: 'Vault', images: ['vault', 'openbao'], readyTogether: false },
  { name: 'Kafka controllers', images: ['kafka'], voters: /controller/, readyTogether: true },
  { name: 'RabbitMQ', images: ['rabbitmq'], readyTogether: true },
  { name: 'NATS', images: ['nats'], readyTogether: false },
  { name: 'CockroachDB', images: ['cockroach'], readyTogether: true },
  { name: 'MongoDB', images: ['mongodb', 'mongo'], readyTogether: false },
  { name: 'Elasticsearch masters', images: ['elasticsearch', 'opensearch'], voters: /master/, readyTogether: true },
  { name: 'MariaDB Galera', images: ['mariadb-galera', 'percona-xtradb-cluster'], readyTogether: true },
  { name: 'Redis Sentinel', images: ['redis-sentinel', 'valkey-sentinel'], readyTogether: false },
];

/** The quorum program of a StatefulSet; undefined for others, and where the image tells of none. */
export function quorumProgramOf(workload: Workload): QuorumProgram | undefined {
  if (workload.kind !== 'StatefulSet') return undefined;
  const names = imageNames(workload);
  return QUORUM_PROGRAMS.find(
    ({ images, voters }) => images.some((image) => names.has(image)) && (voters?.test(workload.name) ?? true),
  );
}

/** Members that may be lost while a majority is left. */
export function spareMembers(members: number): number {
  return Math.max(0, Math.floor((members - 1) / 2));
}

/** The last parts of the names of its images: `ghcr.io/acme/cart:1.2` is `cart`. */
export function imageNames(workload: Workload): ReadonlySet<string> {
  return new Set(runningContainers(podSpecOf(workload)).map(({ image }) => imageName(image)));
}

export function imageName(image: string): string {
  const path = image.split('@')[0] ?? '';
  const last = path.slice(path.lastIndexOf('/') + 1);
  return last.split(':')[0] ?? '';
}
