/** Lines of objects that decide: where a workload's template says what keeps its pods from a node. */
import type { FieldPath } from '../../kubernetes/objects.ts';
import { at } from '../../kubernetes/objects.ts';
import { placeOf } from '../../inventory/origin.ts';
import type { Workload } from '../../inventory/world.ts';
import type { Cause } from '../control-plane/timeline.ts';

type Place = NonNullable<Cause['origin']>;

const PATHS: Readonly<Record<string, readonly FieldPath[]>> = {
  NodeResourcesFit: [['containers', 0, 'resources', 'requests']],
  PodTopologySpread: [['topologySpreadConstraints']],
  InterPodAffinity: [
    ['affinity', 'podAntiAffinity'],
    ['affinity', 'podAffinity'],
  ],
  NodeAffinity: [['nodeSelector'], ['affinity', 'nodeAffinity']],
  TaintToleration: [['tolerations']],
  NodePorts: [['containers', 0, 'ports']],
  VolumeZone: [['volumes']],
  VolumeBinding: [['volumes']],
  VolumeRestrictions: [['volumes']],
  NodeVolumeLimits: [['volumes']],
  SchedulingGates: [['schedulingGates']],
};

/** The line in the workload that the plugin goes by; of the template when it says nothing of it. */
export function placeOfPlugin(workload: Workload, plugin: string): Place | undefined {
  const written = (PATHS[plugin] ?? []).find((path) => isWritten(workload, path));
  return placeIn(workload, written ?? []);
}

export function placeOfTolerations(workload: Workload): Place | undefined {
  return isWritten(workload, ['tolerations']) ? placeIn(workload, ['tolerations']) : undefined;
}

/** Of the object itself, or of a field of it. */
export function placeOfWorkload({ sourced }: Workload, path: FieldPath = []): Place | undefined {
  return sourced === undefined ? undefined : placeOf(sourced.origin, path);
}

function placeIn({ sourced, spec }: Workload, path: FieldPath): Place | undefined {
  return sourced === undefined ? undefined : placeOf(sourced.origin, [...spec.templatePath, 'spec', ...path]);
}

function isWritten({ sourced, spec }: Workload, path: FieldPath): boolean {
  return sourced !== undefined && at(sourced.object, ...spec.templatePath, 'spec', ...path) !== undefined;
}
