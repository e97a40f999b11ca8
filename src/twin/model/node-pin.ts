/** The node that a DaemonSet's controller wrote into a pod's affinity; templates leave it out, since it differs by pod. */
import type { WorldPod } from '../../inventory/world.ts';
import { at, into, reader } from '../../kubernetes/objects.ts';
import type { NodeSelectorTerm } from '../../kubernetes/selectors.ts';
import { readNodeSelectorTerms } from '../../kubernetes/selectors.ts';

const PATH = ['spec', 'affinity', 'nodeAffinity', 'requiredDuringSchedulingIgnoredDuringExecution'] as const;

/** The terms as the pod carries them, for a pending pod of a DaemonSet; undefined for every other. */
export function readablePin({ owner, node, sourced }: WorldPod): readonly NodeSelectorTerm[] | undefined {
  if (owner?.kind !== 'DaemonSet' || node !== undefined || sourced === undefined) return undefined;
  if (at(sourced.object, ...PATH) === undefined) return undefined;
  let required = reader(sourced.object);
  for (const step of PATH) required = into(required, step);
  return readNodeSelectorTerms(required, 'nodeSelectorTerms');
}
