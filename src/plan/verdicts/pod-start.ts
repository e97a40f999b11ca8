/** Start of pods: measured on kubelets, not planned; floors come from the writes and the binding rate that every start needs. */
import { sayDuration } from '../../core/duration.ts';
import type { Millis } from '../../core/units.ts';
import type { ControlPlaneFacts } from '../../facts.ts';
import { commitFloor } from './commit-floor.ts';
import type { Assessment, Evidence, Judge } from './judge.ts';
import { sentences } from './say.ts';

/** Created by a controller, bound by the scheduler, reported running by the kubelet: three writes, one after the other. */
const WRITES = 3;

export const podStartP99: Judge = {
  name: 'podStartP99',
  title: 'Start of pods, 99th percentile',
  better: 'smaller',
  promise: ({ objectives }) => objectives.podStartP99,
  say: sayDuration,
  assess,
};

function assess({ cluster, facts }: Evidence): Assessment {
  const commit = commitFloor(facts.etcd, cluster);
  const floor = commit === undefined ? undefined : WRITES * commit.millis;
  const promised = cluster.objectives.podStartP99;
  const below = floor !== undefined && promised !== undefined && promised < floor;
  return {
    ...(floor === undefined ? {} : { floor }),
    evidence: sentences(
      below
        ? `Every start needs ${WRITES} writes one after the other (created, bound, running), ${sayDuration(floor)} in all: ${commit?.because ?? ''}`
        : 'A document does not decide how fast kubelets and container runtimes start pods.',
      !below &&
        'Settled by measuring: histogram_quantile(0.99, sum by (le) (rate(kubelet_pod_start_sli_duration_seconds_bucket[5m]))).',
      "That figure leaves out image pulls and init containers, as Kubernetes' own objective of 5 s does; a cold start is not judged.",
      !below && promised !== undefined && burstSentence(facts['control-plane'], promised),
    ),
    ...(floor === undefined ? {} : { remedy: `Promise more than ${sayDuration(floor)}.` }),
  };
}

/** The scheduler's client binds one pod a call, so a burst waits in its queue. */
function burstSentence(controlPlane: ControlPlaneFacts | undefined, promised: Millis): string | undefined {
  if (!controlPlane || controlPlane.kind === 'eks') return undefined;
  const { qps, burst } = controlPlane.scheduler;
  const bound = Math.floor(burst + (qps * promised) / 1_000);
  return `In a burst the scheduler's client binds ${burst} pods at once and ${qps} per second after that: of more than ${bound} pods created together, some start later than ${sayDuration(promised)}.`;
}
