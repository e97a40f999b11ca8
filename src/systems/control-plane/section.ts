/** The `controlPlane` section of the cluster document. */
import ipaddr from 'ipaddr.js';
import { z } from 'zod';
import { bytes, cpu, duration, host, percent } from '../../spec/fields.ts';

const address = () =>
  z.string().refine((text) => ipaddr.isValid(text), { error: 'is not an IP address, like 10.0.255.250' });

const endpoint = z
  .strictObject({
    host: host()
      .optional()
      .describe(
        'Name under which every client reaches the API; fixed for the life of the cluster. By default api.<cluster>.internal; on EKS the provider assigns it.',
      ),
    port: z.int().min(1).max(65_535).prefault(6_443).describe('Port of the API, on the balancer and on every member.'),
    address: address()
      .optional()
      .describe(
        'Address behind the name, held by one balancer at a time; by default the sixth last address of cidrs.nodes. Not used where the provider balances.',
      ),
    interface: z
      .string()
      .regex(/^[A-Za-z0-9_.:-]{1,15}$/)
      .prefault('eth0')
      .describe('Network interface that carries the address, on every machine that can hold it.'),
    public: z
      .boolean()
      .prefault(false)
      .describe('True if the API is reachable from the internet; only where the provider balances.'),
  })
  .prefault({})
  .describe('Where clients reach the API.');

const bgp = z
  .strictObject({
    localAs: z.int().min(1).max(4_294_967_295).describe('Autonomous system number of the control-plane machines.'),
    peers: z
      .array(
        z.strictObject({
          address: address().describe('Address of the router.'),
          as: z.int().min(1).max(4_294_967_295).describe('Autonomous system number of the router.'),
        }),
      )
      .min(1)
      .max(16)
      .describe('Routers that learn the address; two, so that one may fail.'),
  })
  .optional()
  .describe(
    'Routing for an address that has to move between segments; only read with balancer kube-vip. By default none.',
  );

const healthCheck = z
  .strictObject({
    interval: duration()
      .optional()
      .describe(
        'Time between two checks of a member (100ms to 10s); by default 1s, 500ms for a promise below 10s, 5s on a cloud balancer.',
      ),
    fall: z.int().min(2).max(10).prefault(2).describe('Failed checks in a row until a member gets no connections.'),
    rise: z.int().min(2).max(10).prefault(2).describe('Passed checks in a row until it gets connections again.'),
  })
  .prefault({})
  .describe('How a balancer finds out which members are ready.');

const machine = z
  .strictObject({
    type: z
      .string()
      .min(1)
      .optional()
      .describe("The provider's machine type; by default by the number of nodes (m7i.xlarge up to 100)."),
    cpu: cpu().optional().describe('CPU of one member; by default that of its type.'),
    memory: bytes().optional().describe('Memory of one member; by default that of its type.'),
    storage: bytes().optional().describe('Disk of one member; by default 100Gi: etcd, images, audit logs.'),
  })
  .prefault({})
  .describe('The size of one control-plane machine.');

const certificates = z
  .strictObject({
    validity: duration()
      .prefault('365d')
      .describe("Life of the members' certificates, one day to 365 days; renewed at every upgrade."),
    authorityValidity: duration().prefault('3650d').describe('Life of the certificate authorities, at most 3650 days.'),
  })
  .prefault({})
  .describe('How long certificates live.');

const encryption = z
  .strictObject({
    provider: z
      .enum(['kms', 'secretbox', 'aescbc'])
      .optional()
      .describe('Who encrypts Secrets in etcd; by default kms when keyArn is given, else secretbox.'),
    keyArn: z
      .string()
      .regex(/^arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:(key|alias)\/[A-Za-z0-9/_-]+$/, 'is not the ARN of a KMS key')
      .optional()
      .describe('ARN of the AWS KMS key; by default none.'),
    keyBackup: z
      .string()
      .min(3)
      .max(200)
      .prefault('two sealed copies outside this cluster, in different places')
      .describe(
        'Where the encryption key is backed up, in words for the runbook; an etcd snapshot cannot be read without the key.',
      ),
  })
  .prefault({})
  .describe('Encryption of Secrets at rest.');

const audit = z
  .strictObject({
    keep: duration()
      .prefault('30d')
      .describe('How long audit logs are kept, one day or more; on the members, or in CloudWatch on EKS.'),
  })
  .prefault({})
  .describe('The log of who did what.');

const repair = z
  .strictObject({
    after: duration()
      .optional()
      .describe(
        'How long a node may be not ready before it is repaired; by default 5m, or half of objectives.nodeFailureRecovery if that is shorter.',
      ),
    maxUnhealthy: percent()
      .optional()
      .describe(
        'Repair stops above this share of unhealthy nodes; by default just under the share of the smallest zone, at most 40%.',
      ),
  })
  .prefault({})
  .describe('Automatic repair of lost nodes.');

export const section = z
  .strictObject({
    kind: z
      .enum(['eks', 'kubeadm', 'cluster-api'])
      .prefault('kubeadm')
      .describe('Who makes and runs the control plane.'),
    endpoint,
    balancer: z
      .enum(['haproxy', 'nginx', 'kube-vip', 'nlb'])
      .optional()
      .describe('What stands before the API servers; by default nlb on AWS, elsewhere haproxy with keepalived.'),
    sharedSegment: z
      .boolean()
      .prefault(true)
      .describe(
        'True if the machines of all zones share one layer-2 segment, so that an address can move between them.',
      ),
    bgp,
    healthCheck,
    goawayChance: z
      .number()
      .min(0)
      .max(0.02)
      .optional()
      .describe(
        'Share of requests after which a client is asked to reconnect, 0 to 0.02; by default 0.001 behind a balancer with several members.',
      ),
    machine,
    certificates,
    encryption,
    audit,
    repair,
  })
  .prefault({})
  .describe('The control plane: who makes it, what stands before it, and how it is kept replaceable.');

export type Section = z.output<typeof section>;
