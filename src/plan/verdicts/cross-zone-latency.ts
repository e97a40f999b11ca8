/** The round trip between zones: the document's own figure, set against the promise. */
import { sayDuration } from '../../core/duration.ts';
import type { Assessment, Evidence, Judge } from './judge.ts';
import { sentences } from './say.ts';

const MEASURE =
  'Measure it with etcd_network_peer_round_trip_time_seconds, or with ping between machines of two zones, and write it as spec.regions[].zoneRoundTrip.';

export const crossZoneLatency: Judge = {
  name: 'crossZoneLatency',
  title: 'Round trip between zones',
  better: 'smaller',
  promise: ({ objectives }) => objectives.crossZoneLatency,
  say: sayDuration,
  assess,
};

function assess({ cluster, wrote }: Evidence): Assessment {
  const judgedRegions = cluster.regions
    .map((region, index) => ({ ...region, written: wrote(`spec.regions[${index}].zoneRoundTrip`) }))
    .filter(({ zones }) => zones.length > 1);
  const [first, ...others] = judgedRegions;
  if (!first) return { evidence: 'No region has a second zone, so there is no path between zones to judge.' };
  const slowest = others.reduce(
    (worst, region) => (region.zoneRoundTrip > worst.zoneRoundTrip ? region : worst),
    first,
  );
  const assumed = judgedRegions.filter(({ written }) => !written).map(({ name }) => name);
  const between =
    cluster.regions.length > 1 &&
    `Between regions it is ${sayDuration(cluster.regionRoundTrip)} (spec.regionRoundTrip), which this promise does not speak of.`;
  if (assumed.length > 0) {
    const evidence = sentences(
      `The document does not write zoneRoundTrip for ${assumed.join(', ')}; the ${sayDuration(slowest.zoneRoundTrip)} that timers are planned with is a default, not a figure of this network.`,
      MEASURE,
      between,
    );
    return { evidence };
  }
  return {
    worst: slowest.zoneRoundTrip,
    measured: sayDuration(slowest.zoneRoundTrip),
    evidence: sentences(
      `${sayDuration(slowest.zoneRoundTrip)} is the document's own figure (zoneRoundTrip of ${slowest.name}); no plan can change it.`,
      'etcd_network_peer_round_trip_time_seconds shows whether it holds.',
      between,
    ),
    remedy: `The distance between the zones of ${slowest.name} decides it: choose zones that are closer, or promise ${sayDuration(slowest.zoneRoundTrip)}.`,
  };
}
