/** Latency of the API: it can be measured, not planned; only a promise below what physics allows is settled here. */
import { sayDuration } from '../../core/duration.ts';
import { commitFloor } from './commit-floor.ts';
import type { Assessment, Evidence, Judge } from './judge.ts';
import { sentences } from './say.ts';

/** The official objective for single-object calls: kubernetes/community sig-scalability/slos/api_call_latency.md. */
const OFFICIAL = '1 s for calls on a single object';
const QUERY =
  'histogram_quantile(0.99, sum by (le, verb, resource) (rate(apiserver_request_sli_duration_seconds_bucket{scope="resource",verb!~"WATCH|WATCHLIST|CONNECT",subresource!~"proxy|exec|log|attach|portforward"}[5m])))';

export const apiLatencyP99: Judge = {
  name: 'apiLatencyP99',
  title: 'API latency, 99th percentile',
  better: 'smaller',
  promise: ({ objectives }) => objectives.apiLatencyP99,
  say: sayDuration,
  assess,
};

function assess({ cluster, facts }: Evidence): Assessment {
  const floor = commitFloor(facts.etcd, cluster);
  const promised = cluster.objectives.apiLatencyP99;
  const below = floor !== undefined && promised !== undefined && promised < floor.millis;
  return {
    ...(floor === undefined ? {} : { floor: floor.millis }),
    evidence: sentences(
      below
        ? `No write can be that fast: ${floor.because}`
        : `A document does not decide latency: requests, webhooks and disks do. ${floor ? `The floor of a write is known: ${floor.because} The fsync of the disks comes on top.` : ''}`.trim(),
      !below && `Settled by measuring: ${QUERY}.`,
      `Kubernetes' own objective is ${OFFICIAL}, without webhooks.`,
    ),
    ...(floor === undefined
      ? {}
      : { remedy: `Promise more than ${sayDuration(floor.millis)}, or choose zones that are closer to each other.` }),
  };
}
