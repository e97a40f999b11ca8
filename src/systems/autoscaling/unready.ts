/** From which share of unready machines on Cluster Autoscaler stops acting. */
import type { Cluster } from '../../spec/cluster.ts';
import type { NodePool } from './settings.ts';

/** --max-total-unready-percentage (cluster-autoscaler-1.36.1 config/flags/flags.go). */
export const USUAL_UNREADY = 45;
/** Machines that fail for other reasons at the same time. */
const MARGIN = 10;
const MOST = 90;

/** Share of the machines that always run in the largest zone, or region where one is to be survived; whole per cent, rounded up. */
export function largestShare({ survive }: Pick<Cluster, 'survive'>, pools: readonly NodePool[]): number {
  const counts = new Map<string, number>();
  let all = 0;
  for (const { places, minNodesPerZone } of pools) {
    for (const { region, zones } of places) {
      all += zones.length * minNodesPerZone;
      if (survive === 'region') add(counts, region, zones.length * minNodesPerZone);
      else for (const zone of zones) add(counts, zone, minNodesPerZone);
    }
  }
  return all === 0 ? 0 : Math.ceil((100 * Math.max(0, ...counts.values())) / all);
}

/** The usual 45 % where the loss stays below it, else the loss and a margin: the autoscaler must act during just that loss. */
export function unreadyPercentage(share: number): number {
  return share < USUAL_UNREADY ? USUAL_UNREADY : Math.min(MOST, share + MARGIN);
}

function add(counts: Map<string, number>, name: string, nodes: number): void {
  counts.set(name, (counts.get(name) ?? 0) + nodes);
}
