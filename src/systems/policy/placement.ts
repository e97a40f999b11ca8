/** How many copies of the webhook there are, and what they are spread over. */
import { ZONE } from '../../kubernetes/nodes.ts';
import { type SpreadForm, spreadForms } from '../../kubernetes/spread-form.ts';
import { type Cluster, type Pool, poolZones, zonesOf } from '../../spec/cluster.ts';
import type { DocumentPath } from '../../system.ts';
import type { RegionSpread } from './settings.ts';

export interface Placement {
  /** Zones where pods without tolerations can run. */
  readonly zones: readonly string[];
  /** Machines there that always run. */
  readonly nodes: number;
  /** What one loss takes at once, and how many of it there are. */
  readonly domain: 'node' | 'zone' | 'region';
  readonly domains: number;
  readonly replicas: number;
  /** Copies that one loss takes at most. */
  readonly lost: number;
  readonly spread: readonly (SpreadForm | RegionSpread)[];
}

/** What the placement follows. */
export const PLACEMENT_FROM: readonly DocumentPath[] = [
  'spec.survive',
  'spec.regions[].zones',
  'spec.pools[].zones',
  'spec.pools[].nodesPerZone',
  'spec.pools[].taints',
  'spec.pools[].machine',
];

/** Two answer after any one loss, where there are two domains of it: one of them may still be drained. */
const LEFT_AFTER_LOSS = 2;
const USUAL = 3;

export function placementOf(cluster: Cluster): Placement {
  const open = cluster.pools.filter((pool) => isOpen(pool) && pool.nodesPerZone > 0);
  const zones = zonesOf(cluster).filter(({ zone }) => open.some((pool) => poolZones(pool, cluster).includes(zone)));
  const nodes = open.reduce((sum, pool) => sum + pool.nodesPerZone * poolZones(pool, cluster).length, 0);
  const regions = new Set(zones.map(({ region }) => region)).size;
  const domain = cluster.survive;
  const domains = domain === 'region' ? regions : domain === 'zone' ? zones.length : nodes;
  const replicas = domains === 2 ? 2 * LEFT_AFTER_LOSS : USUAL;
  return {
    zones: zones.map(({ zone }) => zone),
    nodes,
    domain,
    domains,
    replicas,
    lost: Math.ceil(replicas / Math.max(1, domains)),
    spread: spreadOf(domain, { regions, zones: zones.length }),
  };
}

/** Machines with GPUs get a taint where the document gives them none. */
function isOpen({ taints, machine }: Pool): boolean {
  return machine.gpus === 0 && taints.every(({ effect }) => effect === 'PreferNoSchedule');
}

/** Where regions are spread over hard, zones and hosts within them are a wish: three copies do not fill nine zones. */
function spreadOf(
  domain: Placement['domain'],
  { regions, zones }: { readonly regions: number; readonly zones: number },
): Placement['spread'] {
  const forms = spreadForms(domain, zones);
  if (domain !== 'region' || regions < 2) return forms;
  return [
    { topologyKey: 'topology.kubernetes.io/region', maxSkew: 1, whenUnsatisfiable: 'DoNotSchedule' },
    ...forms.map((form): SpreadForm =>
      form.topologyKey === ZONE ? { ...form, whenUnsatisfiable: 'ScheduleAnyway' } : form,
    ),
  ];
}
