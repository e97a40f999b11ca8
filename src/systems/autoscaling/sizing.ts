/** What the add-ons of this system take, by the number of machines that they look after. */
import type { Bytes, MilliCpu } from '../../core/units.ts';
import { type Cluster, poolMaxPerZone, poolZones } from '../../spec/cluster.ts';
import type { Engine } from './engine.ts';
import { mostNodes } from './node-pools.ts';
import type { NodePool } from './settings.ts';

const MEBIBYTE = 2 ** 20;

export interface Size {
  readonly cpu: MilliCpu;
  readonly memory: Bytes;
}

/** Copies of every add-on: one may be lost or drained while the other works. */
export const REPLICAS = 2;

/** KEDA's operator, metrics server and webhooks (keda 2.20.2 values.yaml, resources). */
export const KEDA_SIZE: Size = { cpu: 100, memory: 100 * MEBIBYTE };
/** The device plugin idles between registrations; its chart asks for nothing, which would make it the first to be evicted. */
export const DEVICE_PLUGIN_SIZE: Size = { cpu: 10, memory: 64 * MEBIBYTE };

/** metrics-server: 100m and 200Mi up to 100 nodes, then 1m and 2Mi more for each (metrics-server README, "Scaling"). */
export function metricsServerSize(cluster: Pick<Cluster, 'pools' | 'regions'>): Size {
  const nodes = cluster.pools.reduce((sum, pool) => sum + poolMaxPerZone(pool) * poolZones(pool, cluster).length, 0);
  const beyond = Math.max(0, nodes - 100);
  return { cpu: 100 + beyond, memory: (200 + 2 * beyond) * MEBIBYTE };
}

/** Karpenter: 1 core and 1Gi (karpenter v1.14.1 getting-started values); Cluster Autoscaler: 100m and 600Mi (cluster-autoscaler-1.36.1 cloudprovider/aws/examples). Both grow by 1 core and 1Gi per started 1,000 nodes above the first. */
export function engineSize(engine: Engine, pools: readonly NodePool[]): Size {
  const more = Math.max(0, Math.ceil(countMost(pools) / 1_000) - 1);
  if (engine === 'none') return { cpu: 0, memory: 0 };
  const base = engine === 'karpenter' ? { cpu: 1_000, memory: 1_024 } : { cpu: 100, memory: 600 };
  return { cpu: base.cpu + more * 1_000, memory: (base.memory + more * 1_024) * MEBIBYTE };
}

/** Machines that all pools may have. */
export function countMost(pools: readonly NodePool[]): number {
  return pools.reduce((sum, pool) => sum + mostNodes(pool), 0);
}
