/**
 * Which pods go first when there are too many: ActivePodsWithRanks of Kubernetes v1.36.3 pkg/controller/controller_utils.go.
 * Restarts are not modelled; times are compared by the power of two of their age, as LogarithmicScaleDown does.
 */
import { DRAW } from '../engine/chance.ts';
import type { Run } from '../engine/run.ts';
import { PHASE } from '../engine/tables.ts';
import type { NodeIndex, PodIndex } from '../model/cluster-state.ts';

/** The pods, the one to be deleted first at the front. */
export function deletionOrder(run: Run, active: readonly PodIndex[]): readonly PodIndex[] {
  const { state, tables, chance, clock } = run;
  const { pods } = tables;
  const onNode = new Map<NodeIndex, number>();
  for (const pod of active) {
    const node = state.nodeOfPod(pod);
    if (pods.healthy.get(pod) === 1) onNode.set(node, (onNode.get(node) ?? 0) + 1);
  }
  const age = (since: number): number => Math.floor(Math.log2(Math.max(1, (clock.now() - since) * 1_000_000)));
  const keys = new Map(
    active.map((pod) => {
      const node = state.nodeOfPod(pod);
      const healthy = pods.healthy.get(pod) === 1;
      return [
        pod,
        [
          node < 0 ? 0 : 1,
          pods.phase.get(pod) === PHASE.running ? 1 : 0,
          healthy ? 1 : 0,
          state.worldPod(pod)?.deletionCost ?? 0,
          -(onNode.get(node) ?? 0),
          healthy ? age(pods.readySince.get(pod)) : 0,
          age(pods.createdAt.get(pod)),
          chance.share(DRAW.logarithm, pods.serial.get(pod)),
        ],
      ] as const;
    }),
  );
  return [...active].sort((a, b) => compare(keys.get(a) ?? [], keys.get(b) ?? []) || a - b);
}

function compare(a: readonly number[], b: readonly number[]): number {
  for (const [place, value] of a.entries()) {
    const difference = value - (b[place] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
