/** GPU pools: what keeps ordinary pods out, what leads the right ones in, and who may use them. */
import { stableJson } from '../../core/json.ts';
import type { NodeTaint } from '../../facts.ts';
import { type Cluster, type Pool, poolMaxPerZone, poolZones } from '../../spec/cluster.ts';
import type { Section } from './section.ts';
import type { SchedulingSettings } from './settings.ts';

/** Resource that the device plugin advertises. */
export const GPU_RESOURCE = 'nvidia.com/gpu';

/** Label that GPU machines have when the document gives their pool none; GPU feature discovery and the node pools set it. */
export const GPU_PRESENT: Readonly<Record<string, string>> = { 'nvidia.com/gpu.present': 'true' };

/** The taint that GPU pools get when the document gives them none; ExtendedResourceToleration uses the same key. */
const OWN_TAINT: NodeTaint = { key: GPU_RESOURCE, value: 'present', effect: 'NoSchedule' };

const NAME = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;

export function gpuPools(cluster: Pick<Cluster, 'pools'>): readonly Pool[] {
  return cluster.pools.filter(({ machine }) => machine.gpus > 0);
}

/** Taints of a GPU pool that keep pods out. */
export function gpuTaints(pool: Pool): readonly NodeTaint[] {
  const closing = pool.taints.filter(({ effect }) => effect !== 'PreferNoSchedule');
  return closing.length > 0 ? closing : [OWN_TAINT];
}

/** Labels that select the machines of a GPU pool. */
export function gpuSelector(pool: Pool): Readonly<Record<string, string>> {
  return Object.keys(pool.labels).length > 0 ? pool.labels : GPU_PRESENT;
}

/** Everything that the GPU policies and quotas need; null without GPU pools. */
export function gpuSettings(section: Section, cluster: Cluster): SchedulingSettings['gpu'] {
  const pools = gpuPools(cluster);
  if (pools.length === 0) return null;
  const namespaces = section.gpuNamespaces ?? unique(pools.map(usualNamespace));
  const all = pools.reduce(
    (sum, pool) => sum + pool.machine.gpus * poolMaxPerZone(pool) * poolZones(pool, cluster).length,
    0,
  );
  return {
    taints: distinct(pools.flatMap(gpuTaints)),
    selectors: distinct(pools.map(gpuSelector)),
    namespaces,
    perNamespace: section.gpusPerNamespace ?? Math.floor(all / namespaces.length),
  };
}

/** `dedicated=ai:NoSchedule` says who may come: ai. */
function usualNamespace(pool: Pool): string {
  const [taint] = pool.taints.filter(({ effect }) => effect !== 'PreferNoSchedule');
  return taint !== undefined && NAME.test(taint.value) ? taint.value : pool.name;
}

function distinct<T>(values: readonly T[]): readonly T[] {
  const seen = new Set<string>();
  return values.filter((value) => {
    const text = stableJson(value);
    return !seen.has(text) && seen.add(text) !== undefined;
  });
}

function unique(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)];
}
