/** Statements of the section that cannot hold together, or not in this cluster. */
import { formatDuration, sayDuration } from '../../core/duration.ts';
import { sayRecovery } from '../../availability/recovery.ts';
import type { Cluster } from '../../spec/cluster.ts';
import type { Contradiction } from '../../system.ts';
import { gpuPools } from './gpu.ts';
import { recoveryFor } from './recovery.ts';
import type { Section } from './section.ts';

/** Two renewals of the lease: with less, one late renewal loses a healthy node. */
const LEAST_GRACE = 20_000;
/** The kubelet refuses fractions of a second in tolerations; the field counts whole ones. */
const SECOND = 1_000;
/** Notice that a spot machine gets before it is taken. */
const SPOT_NOTICE = 120_000;

export function contradictions(section: Section, cluster: Cluster): readonly Contradiction[] {
  return [
    ...timers(section, cluster),
    ...shutdown(section, cluster),
    ...priorities(section),
    ...gpu(section, cluster),
    ...namespaces(section),
    ...objectives(section, cluster),
  ];
}

function timers(section: Section, cluster: Cluster): readonly Contradiction[] {
  const { toleration, nodeMonitorGracePeriod: grace, nodeEvictionRate: rate } = section;
  const found: Contradiction[] = [];
  const say = (field: string, code: string, message: string, expected: string): void => {
    found.push({ path: `spec.scheduling.${field}`, code, message, expected });
  };
  if (toleration !== undefined && toleration % SECOND !== 0)
    say(
      'toleration',
      'not-whole-seconds',
      `tolerations count whole seconds, ${formatDuration(toleration)} is none`,
      'whole seconds, like 30s',
    );
  if (grace !== undefined && grace < LEAST_GRACE)
    say(
      'nodeMonitorGracePeriod',
      'grace-too-short',
      `a kubelet renews its lease every 10 s; with a grace of ${sayDuration(grace)} one late renewal loses a healthy node`,
      `at least ${sayDuration(LEAST_GRACE)}; 50s is Kubernetes' own`,
    );
  if (rate !== undefined && !(rate > 0))
    say(
      'nodeEvictionRate',
      'no-evictions',
      'a rate of 0 evicts nothing, so no pod of a lost node is ever replaced',
      'more than 0, like 6/min',
    );
  if (cluster.controlPlane.kind !== 'eks') return found;
  for (const field of ['nodeMonitorGracePeriod', 'nodeEvictionRate'] as const) {
    if (section[field] !== undefined)
      say(
        field,
        'not-settable',
        'EKS runs the controller manager and lets nobody set its flags',
        'nothing here; the toleration can be set',
      );
  }
  return found;
}

function shutdown(
  { shutdownGracePeriod: all, shutdownGracePeriodCriticalPods: critical }: Section,
  cluster: Cluster,
): readonly Contradiction[] {
  const found: Contradiction[] = [];
  if (critical >= all) {
    found.push({
      path: 'spec.scheduling.shutdownGracePeriodCriticalPods',
      code: 'no-time-for-ordinary-pods',
      message: `critical pods keep ${sayDuration(critical)} of the ${sayDuration(all)} of a shutdown, so nothing is left for ordinary pods`,
      expected: `less than ${formatDuration(all)}`,
    });
  }
  if (cluster.pools.some(({ capacity }) => capacity === 'spot') && all > SPOT_NOTICE) {
    found.push({
      path: 'spec.scheduling.shutdownGracePeriod',
      code: 'longer-than-the-notice',
      message: `a spot machine is gone ${sayDuration(SPOT_NOTICE)} after its notice, its shutdown may not take ${sayDuration(all)}`,
      expected: 'at most 2m while a pool is spot',
    });
  }
  return found;
}

function priorities({ priorities: { critical, important, batch, headroom } }: Section): readonly Contradiction[] {
  const found: Contradiction[] = [];
  const say = (field: string, message: string, expected: string): void => {
    found.push({ path: `spec.scheduling.priorities.${field}`, code: 'priority-order', message, expected });
  };
  if (important <= 0)
    say('important', `a priority of ${important} is not above that of pods without a class, which is 0`, 'more than 0');
  if (critical <= important)
    say('critical', `critical (${critical}) is not above important (${important})`, `more than ${important}`);
  if (batch >= 0)
    say('batch', `a priority of ${batch} is not below that of pods without a class, which is 0`, 'less than 0');
  if (headroom >= batch)
    say('headroom', `placeholders (${headroom}) would outlast batch work (${batch})`, `less than ${batch}`);
  if (headroom < -10)
    say(
      'headroom',
      `Cluster Autoscaler ignores pods with a priority below -10, so placeholders of ${headroom} hold no room that it knows of`,
      '-10 or more',
    );
  return found;
}

function gpu(section: Section, cluster: Cluster): readonly Contradiction[] {
  if (gpuPools(cluster).length > 0) return [];
  return (['gpuNamespaces', 'gpusPerNamespace'] as const).flatMap((field) =>
    section[field] === undefined
      ? []
      : [
          {
            path: `spec.scheduling.${field}`,
            code: 'no-gpus',
            message: 'no pool has machines with GPUs',
            expected: 'nothing here, or a pool with machine.gpus or a GPU machine type',
          },
        ],
  );
}

function namespaces({ namespaces: list, gpuNamespaces = [] }: Section): readonly Contradiction[] {
  return [
    ...repeated(
      list.map(({ name }) => name),
      (index) => `namespaces[${index}].name`,
    ),
    ...repeated(gpuNamespaces, (index) => `gpuNamespaces[${index}]`),
  ];
}

function repeated(names: readonly string[], path: (index: number) => string): readonly Contradiction[] {
  return names.flatMap((name, index) =>
    names.indexOf(name) === index
      ? []
      : [
          {
            path: `spec.scheduling.${path(index)}`,
            code: 'twice',
            message: `the namespace ${name} is named twice`,
            expected: 'each namespace once',
          },
        ],
  );
}

/** A promise that the document's own timers break even when everything goes well. */
function objectives(section: Section, cluster: Cluster): readonly Contradiction[] {
  if (
    section.toleration === undefined &&
    section.nodeMonitorGracePeriod === undefined &&
    section.nodeEvictionRate === undefined
  )
    return [];
  const recovery = recoveryFor(section, cluster);
  return (['node', 'zone'] as const).flatMap((which) => {
    const objective = which === 'node' ? 'nodeFailureRecovery' : 'zoneFailureRecovery';
    const promised = cluster.objectives[objective];
    const estimate = recovery[which];
    if (promised === undefined || estimate.last.least <= promised) return [];
    return [
      {
        path: `spec.objectives.${objective}`,
        code: 'below-its-timers',
        message: `a recovery of ${sayDuration(promised)} after the loss of a ${which} cannot be kept with the timers of spec.scheduling: ${sayRecovery(estimate)}`,
        expected: `at least ${sayDuration(estimate.last.least)}, or shorter timers; without them the plan chooses those that the promise needs`,
      },
    ];
  });
}
