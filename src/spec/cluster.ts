/**
 * The cluster document without the systems' own sections: what every system may read. Every field has a default
 * that is safe, a unit where it has one, and a description; editors and docs show the same words.
 */
import { z } from 'zod';
import { versions } from '../versions.ts';
import { bytes, cidr, cpu, duration, labelKey, labelValue, money, name, percent, rate } from './fields.ts';
import { machineTypes } from './machine-types.ts';

export const API_VERSION = 'holdfast.dev/v1';
export const KIND = 'Cluster';

const region = z.strictObject({
  name: name().describe("The provider's name of the region, or any name on bare metal."),
  zones: z
    .array(name())
    .min(1)
    .max(26)
    .describe(
      'Failure domains in the region, in a fixed order; never enumerated from the provider, because that list changes.',
    ),
  zoneRoundTrip: duration()
    .prefault('2ms')
    .describe('Round-trip time between machines in different zones (milliseconds in practice); etcd timers follow it.'),
});

const objectives = z
  .strictObject({
    apiAvailability: percent().optional().describe('Share of time in which the API answers reads and writes.'),
    apiLatencyP99: duration().optional().describe('99th percentile of single-object API calls, without webhooks.'),
    podStartP99: duration()
      .optional()
      .describe('99th percentile of the start of stateless pods, without image pull and init containers.'),
    crossZoneLatency: duration().optional().describe('Round trip between zones.'),
    controlPlaneRecovery: duration()
      .optional()
      .describe('From the loss of one control-plane machine until reads and writes succeed again.'),
    nodeFailureRecovery: duration()
      .optional()
      .describe('From the loss of one node until its pods are ready elsewhere.'),
    zoneFailureRecovery: duration()
      .optional()
      .describe('From the loss of one zone until its pods are ready elsewhere.'),
    scaleUpRate: rate().optional().describe('Nodes that can be added per minute.'),
    rpo: duration().optional().describe('Recovery point objective: the newest data that a disaster may lose.'),
    rto: duration().optional().describe('Recovery time objective: from a disaster until service.'),
    budget: money().optional().describe('Price of everything that the plan needs, per month.'),
  })
  .prefault({})
  .describe(
    'Promises with a number. A promise that is not made is not judged; the plan still names the best it can give.',
  );

const taint = z.strictObject({
  key: labelKey().describe('Taint key.'),
  value: labelValue().prefault('').describe('Taint value.'),
  effect: z
    .enum(['NoSchedule', 'PreferNoSchedule', 'NoExecute'])
    .prefault('NoSchedule')
    .describe('What happens to pods that do not tolerate it.'),
});

const machine = z
  .strictObject({
    type: z
      .string()
      .min(1)
      .optional()
      .describe(
        `The provider's machine type; known ones (${Object.keys(machineTypes).slice(0, 3).join(', ')}, …) bring their size.`,
      ),
    cpu: cpu().optional().describe('CPU of one machine; by default that of its type, else 4.'),
    memory: bytes().optional().describe('Memory of one machine; by default that of its type, else 16Gi.'),
    pods: z.int().min(1).max(1_000).prefault(110).describe('Pods that the kubelet accepts.'),
    gpus: z.int().min(0).max(64).optional().describe('GPUs in one machine; by default those of its type, else 0.'),
  })
  .prefault({})
  .describe('The size of one machine.')
  .transform((written) => {
    const known = written.type === undefined ? undefined : machineTypes[written.type];
    return {
      type: written.type,
      cpu: written.cpu ?? known?.cpu ?? 4_000,
      memory: written.memory ?? known?.memory ?? 16 * 2 ** 30,
      pods: written.pods,
      gpus: written.gpus ?? known?.gpus ?? 0,
      sized: known !== undefined || (written.cpu !== undefined && written.memory !== undefined),
    };
  });

const pool = z.strictObject({
  name: name().describe('Name of the pool; nodes are named after it.'),
  zones: z
    .array(name())
    .min(1)
    .optional()
    .describe('Zones with machines of this pool; by default every zone of every region.'),
  nodesPerZone: z.int().min(0).max(5_000).prefault(2).describe('Machines that always run, in each zone.'),
  maxNodesPerZone: z
    .int()
    .min(0)
    .max(5_000)
    .optional()
    .describe('Machines at most, in each zone; by default nodesPerZone (no growth).'),
  machine,
  capacity: z.enum(['on-demand', 'spot']).prefault('on-demand').describe('Spot machines can be reclaimed all at once.'),
  priority: z.int().min(1).max(100).prefault(50).describe('Which pool grows first: higher goes first.'),
  labels: z.record(labelKey(), labelValue()).prefault({}).describe('Labels that the machines register with.'),
  taints: z.array(taint).prefault([]).describe('Taints that the machines register with.'),
});

/** Fields that every system may read; sections are added by the systems. */
export const baseSpec = {
  provider: z.enum(['aws', 'bare-metal', 'lab']).prefault('bare-metal').describe('Who provides the machines.'),
  context: z
    .string()
    .min(1)
    .max(1_000)
    .optional()
    .describe(
      'Context of a kubeconfig that reaches this cluster; by default none. Commands that touch a cluster, a dry run among them, do so only when the document names it here and --yes is given.',
    ),
  survive: z
    .enum(['node', 'zone', 'region'])
    .prefault('zone')
    .describe('What no single loss of may stop the cluster; counts and spread follow from it.'),
  regions: z.array(region).min(1).max(20).describe('Where the cluster runs; the first region holds the control plane.'),
  regionRoundTrip: duration()
    .prefault('60ms')
    .describe('Round-trip time between machines in different regions; only read when members stand in more than one.'),
  objectives,
  pools: z
    .array(pool)
    .min(1)
    .max(2_000)
    .prefault([{ name: 'general' }])
    .describe('Machines that run pods.'),
  cidrs: z
    .strictObject({
      nodes: cidr().prefault('10.0.0.0/16').describe('Addresses of machines.'),
      pods: cidr().prefault('10.244.0.0/16').describe('Addresses of pods.'),
      services: cidr().prefault('10.96.0.0/16').describe('Addresses of Services.'),
    })
    .prefault({})
    .describe('Address ranges; they must not overlap.'),
  versions: z
    .strictObject(
      Object.fromEntries(
        Object.entries(versions).map(([component, known]) => [
          component,
          z
            .string()
            .regex(/^v?\d+\.\d+\.\d+$/, `is not a version, like ${known.version}`)
            .optional()
            .describe(
              `Version of ${component}; by default ${known.version}; a release of ${known.accepts.join(', ')}, written in full.`,
            ),
        ]),
      ) as Record<keyof typeof versions, z.ZodOptional<z.ZodString>>,
    )
    .prefault({})
    .describe('Versions to use instead of the defaults.'),
  workloads: z
    .array(z.string().min(1))
    .prefault([])
    .describe('Files or directories with the manifests that run here, relative to this document.'),
};

export type Region = z.output<typeof region>;
export type Pool = z.output<typeof pool>;
export type Objectives = z.output<typeof objectives>;
export type ObjectiveName = keyof Objectives;

type Base = Readonly<z.output<z.ZodObject<typeof baseSpec>>>;

/** What every system may read: the parsed base of the document, and which kind of control plane it asks for. */
export interface Cluster extends Base {
  readonly name: string;
  /** The part of the control-plane section that shapes every other system. */
  readonly controlPlane: { readonly kind: 'eks' | 'kubeadm' | 'cluster-api' };
}

/** Every zone in document order, with its region. */
export function zonesOf(
  cluster: Pick<Cluster, 'regions'>,
): readonly { readonly region: string; readonly zone: string }[] {
  return cluster.regions.flatMap((region) => region.zones.map((zone) => ({ region: region.name, zone })));
}

/** The zones that a pool has machines in. */
export function poolZones(pool: Pool, cluster: Pick<Cluster, 'regions'>): readonly string[] {
  return pool.zones ?? zonesOf(cluster).map(({ zone }) => zone);
}

/** Machines of the pool that always run, over all its zones. */
export function poolNodes(pool: Pool, cluster: Pick<Cluster, 'regions'>): number {
  return pool.nodesPerZone * poolZones(pool, cluster).length;
}

/** The most machines that the pool may have in one zone. */
export function poolMaxPerZone(pool: Pool): number {
  return Math.max(pool.nodesPerZone, pool.maxNodesPerZone ?? pool.nodesPerZone);
}

/** The version of a component that this cluster uses: pinned, or the default. */
export function versionOf(cluster: Pick<Cluster, 'versions'>, component: keyof typeof versions): string {
  const pinned = cluster.versions[component];
  if (pinned === undefined) return versions[component].version;
  return pinned.startsWith('v') ? pinned : `v${pinned}`;
}
