/** What program a workload runs, by the name of its image: where a rule must know how a program behaves. Words are data. */
import type { Workload } from '../inventory/world.ts';
import { runningContainers } from '../kubernetes/pod-spec.ts';
import { at } from '../kubernetes/objects.ts';
import { list, podSpecOf, writtenContainer } from './reach.ts';

export interface QuorumProgram {
  readonly name: string;
  /** The last parts of image names: `bitnami/etcd` ends with `etcd`. */
  readonly images: readonly string[];
  /** Only members whose workload's name holds one of these words vote. */
  readonly voters?: RegExp;
  /** Members whose workload's name holds one of these words do not. */
  readonly others?: RegExp;
  /** The variable that names a member's roles says it better than any name. */
  readonly roles?: { readonly variable: RegExp; readonly vote: RegExp };
  /** Only where a container of the image runs this: one image holds several programs. */
  readonly runs?: RegExp;
  /** A member becomes ready only when it has joined the others. */
  readonly readyTogether: boolean;
}

/** Programs that stop writing when half of their members are lost. */
const QUORUM_PROGRAMS: readonly QuorumProgram[] = [
  { name: 'etcd', images: ['etcd'], readyTogether: true },
  { name: 'ZooKeeper', images: ['zookeeper', 'cp-zookeeper'], readyTogether: true },
  { name: 'ZooKeeper', images: ['pulsar', 'pulsar-all'], voters: /zookeeper|zk/, readyTogether: true },
  { name: 'ClickHouse Keeper', images: ['clickhouse-keeper'], readyTogether: true },
  { name: 'Consul', images: ['consul', 'consul-enterprise'], voters: /server|consul$/, readyTogether: true },
  { name: 'Vault', images: ['vault', 'vault-enterprise', 'openbao'], readyTogether: false },
  {
    name: 'Kafka controllers',
    images: ['kafka', 'cp-kafka', 'cp-server', 'kafka-native'],
    voters: /controller/,
    roles: { variable: /^KAFKA_(CFG_)?PROCESS_ROLES$/, vote: /controller/ },
    readyTogether: true,
  },
  { name: 'Redpanda', images: ['redpanda'], readyTogether: true },
  { name: 'RabbitMQ', images: ['rabbitmq'], readyTogether: true },
  { name: 'NATS', images: ['nats', 'nats-server'], readyTogether: false },
  { name: 'CockroachDB', images: ['cockroach'], readyTogether: true },
  { name: 'YugabyteDB masters', images: ['yugabyte'], voters: /master/, readyTogether: true },
  { name: 'rqlite', images: ['rqlite'], readyTogether: true },
  {
    name: 'MongoDB',
    images: ['mongodb', 'mongo', 'mongodb-community-server', 'mongodb-enterprise-server', 'percona-server-mongodb'],
    // An arbiter votes with those that hold the data, and a router does not vote.
    others: /arbiter|mongos|hidden/,
    readyTogether: false,
  },
  {
    name: 'Elasticsearch masters',
    images: ['elasticsearch', 'elasticsearch-oss', 'opensearch'],
    // A node without roles has all of them.
    others: /data|ingest|coordinat|client|-ml|hot|warm|cold|frozen|transform/,
    roles: { variable: /^(node\.(roles|master)|(ELASTICSEARCH|OPENSEARCH)_NODE_ROLES)$/, vote: /master|true/ },
    readyTogether: true,
  },
  { name: 'MariaDB Galera', images: ['mariadb-galera', 'percona-xtradb-cluster'], readyTogether: true },
  { name: 'Redis Sentinel', images: ['redis-sentinel', 'valkey-sentinel'], readyTogether: false },
  {
    name: 'Redis Sentinel',
    images: ['redis', 'valkey'],
    runs: /\b(redis|valkey)-sentinel\b|--sentinel\b/,
    readyTogether: false,
  },
];

/** The quorum program of a StatefulSet; undefined for others, and where the image tells of none. */
export function quorumProgramOf(workload: Workload): QuorumProgram | undefined {
  if (workload.kind !== 'StatefulSet') return undefined;
  const names = imageNames(workload);
  return QUORUM_PROGRAMS.find(
    (program) => program.images.some((image) => names.has(image)) && votes(workload, program),
  );
}

function votes(workload: Workload, { voters, others, roles, runs, images }: QuorumProgram): boolean {
  if (runs !== undefined && !isRun(workload, images, runs)) return false;
  const said = roles === undefined ? undefined : rolesOf(workload, roles.variable);
  if (roles !== undefined && said !== undefined) return roles.vote.test(said);
  if (others?.test(workload.name) === true) return false;
  return voters?.test(workload.name) ?? true;
}

function isRun(workload: Workload, images: readonly string[], runs: RegExp): boolean {
  return runningContainers(podSpecOf(workload)).some((container) => {
    if (!images.includes(imageName(container.image))) return false;
    const written = writtenContainer(workload, container);
    return runs.test([...list(written, ['command']), ...list(written, ['args'])].join(' '));
  });
}

function rolesOf(workload: Workload, variable: RegExp): string | undefined {
  for (const container of runningContainers(podSpecOf(workload))) {
    for (const item of list(writtenContainer(workload, container), ['env'])) {
      const [name, value] = [at(item, 'name'), at(item, 'value')];
      if (typeof name === 'string' && typeof value === 'string' && variable.test(name)) return value;
    }
  }
  return undefined;
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
