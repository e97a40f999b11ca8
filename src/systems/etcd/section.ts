/** The `etcd` section of the document. Nothing has to be written: every default is derived and explained by the plan. */
import { z } from 'zod';
import { bytes, cpu, duration, host, name, percent } from '../../spec/fields.ts';

/** etcd's FAQ: seven members at most, since every write goes to every member. */
const MEMBER_COUNTS = [1, 3, 5, 7] as const;

const members = z
  .int()
  .superRefine((count, context) => {
    const refusal = memberRefusal(count);
    if (refusal) context.addIssue({ code: 'custom', message: refusal, params: { expected: '3, 5 or 7' } });
  })
  .meta({ enum: [...MEMBER_COUNTS] })
  .optional()
  .describe(
    'Number of members: 3, 5 or 7; by default 3. More members tolerate more losses, they never make writes faster. 1 only with survive: node, and it survives nothing.',
  );

/** Why a number of members is refused; undefined when it is not. */
function memberRefusal(count: number): string | undefined {
  if (count < 1) return `is ${count}: a cluster has members`;
  if (count > 7) {
    return `is ${count}, but every write goes through one leader to every member: more than 7 make writes slower and tolerate no more than is ever needed; write throughput does not grow with members`;
  }
  if (count % 2 === 0) {
    return `is even: ${count} members need ${count / 2 + 1} for a quorum and tolerate the loss of ${count / 2 - 1}, as many as ${count - 1} members do, with one more machine that can fail`;
  }
  return undefined;
}

const load = z
  .strictObject({
    writesPerSecond: z
      .number()
      .positive()
      .max(1_000_000)
      .optional()
      .describe(
        'Writes to etcd per second (rate of etcd_mvcc_put_total plus etcd_mvcc_delete_total); by default estimated from the pools: leases, node status and one replacement of every pod per day.',
      ),
    bytesPerWrite: bytes().optional().describe('Average size of a written object in bytes; by default 4Ki.'),
    liveData: bytes()
      .optional()
      .describe(
        'Size of all objects without their history (etcd_mvcc_db_total_size_in_use_in_bytes after a compaction), in bytes; by default three objects of bytesPerWrite for each pod that the pools can hold.',
      ),
    eventShare: percent()
      .optional()
      .describe('Share of the writes that are Events, in percent; by default 0%: not known.'),
    fsyncP99: duration()
      .optional()
      .describe(
        "Measured 99th percentile of the log's flush to disk (etcd_disk_wal_fsync_duration_seconds), in milliseconds; by default not known.",
      ),
  })
  .prefault({})
  .describe('What is written to etcd; capacity is judged by it.');

const backup = z
  .strictObject({
    bucket: z
      .string()
      .regex(
        /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/,
        'is not a bucket name: lower-case letters, digits, dots and hyphens, like shop-etcd',
      )
      .optional()
      .describe(
        'Bucket of an S3 service that takes the snapshots; by default <cluster>-etcd-snapshots on AWS, none elsewhere.',
      ),
    prefix: z
      .string()
      .regex(/^[A-Za-z0-9][A-Za-z0-9._/-]*$/, 'is not a prefix of object names, like etcd')
      .optional()
      .describe('First part of the names of snapshots in the bucket; by default the name of the cluster.'),
    region: name()
      .optional()
      .describe("Region of the bucket; by default on AWS the document's second region, else its first."),
    endpoint: host()
      .optional()
      .describe('Host of an S3-compatible service, reached over HTTPS; by default that of AWS.'),
    keep: duration().optional().describe('How long snapshots are kept, one day or more; by default 7d.'),
  })
  .prefault({})
  .describe("Where snapshots go; it has to be another failure domain than the members'.");

const machine = z
  .strictObject({
    type: z.string().min(1).optional().describe("The provider's machine type; by default by the number of nodes."),
    cpu: cpu().optional().describe('CPU of one member; by default that of its type.'),
    memory: bytes().optional().describe('Memory of one member in bytes; by default that of its type.'),
  })
  .prefault({})
  .describe('Size of a member that has a machine of its own; only read with topology: external.');

export const section = z
  .strictObject({
    topology: z
      .enum(['stacked', 'external'])
      .optional()
      .describe('On the machines of the API servers, or on machines of its own; by default stacked.'),
    members,
    heartbeat: duration()
      .optional()
      .describe(
        'Time between heartbeats of the leader, at least 100ms; by default 100ms, or the round trip between members if that is longer.',
      ),
    electionTimeout: duration()
      .optional()
      .describe(
        'Silence after which followers elect a new leader: at least 5 heartbeats and 10 round trips, at most 50s; by default 10 heartbeats.',
      ),
    quota: bytes()
      .optional()
      .describe('Largest size of the database in bytes, 512Mi to 8Gi; by default 2Gi, 4Gi or 8Gi by the load.'),
    maxRequestBytes: bytes()
      .optional()
      .describe('Largest request that is taken, 1536Ki to 3Mi; by default 1536Ki. A limit, not a throughput.'),
    compactionInterval: duration()
      .optional()
      .describe('How often kube-apiserver compacts the history, 1m to 1h; by default 5m.'),
    events: z
      .enum(['shared', 'separate'])
      .optional()
      .describe(
        'Events with everything else, or in an etcd of their own; by default separate only if the rest fits that way alone.',
      ),
    metrics: z
      .enum(['nodes', 'loopback'])
      .optional()
      .describe('Who may read the metrics: machines of the nodes range, or only the member itself; by default nodes.'),
    load,
    backup,
    machine,
  })
  .prefault({})
  .describe('etcd: members, timers, what is written to it, and its snapshots.');

export type Section = z.output<typeof section>;
