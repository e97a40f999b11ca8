/** Nodes per minute: arithmetic of the autoscaling, bounded by how far the pools may grow. */
import { formatPerMinute } from '../../core/rate.ts';
import type { PerSecond } from '../../core/units.ts';
import type { AutoscalingFacts } from '../../facts.ts';
import type { Assessment, Evidence, Judge } from './judge.ts';
import { count, sayRange, sentences } from './say.ts';

export const scaleUpRate: Judge = {
  name: 'scaleUpRate',
  title: 'Nodes added per minute',
  better: 'larger',
  promise: ({ objectives }) => objectives.scaleUpRate,
  say: formatPerMinute,
  assess,
};

function assess({ facts: { autoscaling } }: Evidence): Assessment {
  if (!autoscaling) return { evidence: 'No system plans how nodes are added.' };
  if (autoscaling.engine === 'none' || autoscaling.scaleUpRate === null) {
    return {
      worst: 0,
      measured: formatPerMinute(0),
      evidence: 'Nothing adds machines here: spec.autoscaling.engine is none.',
      remedy: 'Promise no scaleUpRate, or run on a provider whose machines an engine can order.',
    };
  }
  const room = roomToGrow(autoscaling);
  const rate: PerSecond = Math.min(autoscaling.scaleUpRate, room / 60);
  return {
    worst: rate,
    measured: formatPerMinute(rate),
    evidence: sentences(
      `${autoscaling.engine} adds ${formatPerMinute(autoscaling.scaleUpRate)} by the narrowest of its stages; the pools may grow by ${count(room, 'node')} in all.`,
      autoscaling.nodeReady ? `A pod that waits has its node after ${sayRange(autoscaling.nodeReady)}.` : undefined,
      "The provider's stock of machines and the account's quotas are not in this figure; spec.autoscaling.launchRate and podsPerNode are assumptions until they are measured.",
    ),
    remedy:
      room / 60 <= autoscaling.scaleUpRate
        ? 'Raise spec.pools[].maxNodesPerZone.'
        : `Promise ${formatPerMinute(rate)}, or write the stages that you have measured in spec.autoscaling.`,
  };
}

function roomToGrow({ pools }: AutoscalingFacts): number {
  return pools.reduce((sum, pool) => {
    const zones = pool.places.reduce((all, place) => all + place.zones.length, 0);
    return sum + zones * (pool.maxNodesPerZone - pool.minNodesPerZone);
  }, 0);
}
