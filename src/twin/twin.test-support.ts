/** Small worlds and scenarios for the tests of the twin. */
import type { Fault, Scenario } from '../faults/scenario.ts';
import type { World } from '../inventory/world.ts';
import type { WorkloadOutcome } from './results.ts';
import { node, worldOf } from './model/state.test-support.ts';
import type { Simulation } from './results.ts';

type Fields = Readonly<Record<string, unknown>>;

export const NOW_FOREVER = { at: 0, until: undefined, origin: undefined };
export const HOUR = 3_600_000;
/** Starts that never blur a bound. */
export const START = { least: 1_000, most: 2_000 };

export function scenario(...faults: readonly (Fault | { fault: Fault; at?: number; until?: number })[]): Scenario {
  return {
    name: 'test',
    horizon: HOUR,
    faults: faults
      .map((given) => ({ ...NOW_FOREVER, ...('fault' in given ? given : { fault: given }) }))
      .sort((a, b) => a.at - b.at),
  };
}

export function zones(names: readonly string[], each: number, cpu = '16') {
  return names.flatMap((zone) => Array.from({ length: each }, (_, place) => node(`${zone}${place}`, { zone, cpu })));
}

export function workload(
  kind: string,
  name: string,
  { replicas, spec = {}, pod = {}, cpu = '200m' }: { replicas?: number; spec?: Fields; pod?: Fields; cpu?: string },
): Fields {
  const labels = { app: name };
  return {
    apiVersion: kind === 'Job' ? 'batch/v1' : 'apps/v1',
    kind,
    metadata: { name, namespace: 'shop' },
    spec: {
      ...(replicas === undefined ? {} : { replicas }),
      ...(kind === 'Job' ? {} : { selector: { matchLabels: labels } }),
      ...(kind === 'StatefulSet' ? { serviceName: name } : {}),
      ...spec,
      template: {
        metadata: { labels },
        spec: {
          containers: [{ name: 'main', image: `${name}:1`, resources: { requests: { cpu, memory: '64Mi' } } }],
          ...(kind === 'Job' ? { restartPolicy: 'Never' } : {}),
          ...pod,
        },
      },
    },
  };
}

export function spread(key: string, name: string, when = 'ScheduleAnyway'): Fields {
  return {
    topologySpreadConstraints: [
      { maxSkew: 1, topologyKey: key, whenUnsatisfiable: when, labelSelector: { matchLabels: { app: name } } },
    ],
  };
}

export function world(...objects: readonly (Fields | readonly Fields[])[]): World {
  return worldOf(objects.flat());
}

export function of({ workloads }: Simulation, name: string): WorkloadOutcome {
  const found = workloads.find(({ workload: id }) => id.endsWith(`/${name}`));
  if (found === undefined) throw new Error(`no workload ${name}`);
  return found;
}
