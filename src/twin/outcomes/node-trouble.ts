/** What happened to a node, step by step, as the first links of the causes of all its pods. */
import { sayDuration } from '../../core/duration.ts';
import type { Millis } from '../../core/units.ts';
import type { Cause } from '../control-plane/timeline.ts';
import type { NodeIndex } from '../model/cluster-state.ts';
import type { Trouble } from './losses.ts';

export interface NodeTrouble extends Trouble {
  readonly node: NodeIndex;
  readonly since: Millis;
  /** Ready was set to Unknown. */
  markedAt: Millis | undefined;
  /** The NoExecute taint was set. */
  taintedAt: Millis | undefined;
  /** Why no taint comes: the state of the zone, or of the cluster. */
  held: Cause | undefined;
  /** When and how the node was repaired, or why it is not. */
  repairedAt: Millis | undefined;
  repair: string | undefined;
  repairHeld: Cause | undefined;
}

export interface NodeTroubles {
  /** Begins a trouble; a node that has one already keeps it. */
  readonly begin: (node: NodeIndex, at: Millis, causes: readonly Cause[]) => NodeTrouble;
  readonly end: (node: NodeIndex) => void;
  readonly of: (node: NodeIndex) => NodeTrouble | undefined;
}

export function nodeTroublesOf(): NodeTroubles {
  const all = new Map<NodeIndex, NodeTrouble>();
  return {
    begin: (node, at, causes) => {
      const known = all.get(node);
      if (known !== undefined) return known;
      const trouble: NodeTrouble = {
        node,
        since: at,
        markedAt: undefined,
        taintedAt: undefined,
        held: undefined,
        repairedAt: undefined,
        repair: undefined,
        repairHeld: undefined,
        causes: () => [...causes, ...stepsOf(trouble)],
      };
      all.set(node, trouble);
      return trouble;
    },
    end: (node) => {
      all.delete(node);
    },
    of: (node) => all.get(node),
  };
}

function stepsOf({ since, markedAt, taintedAt, held }: NodeTrouble): readonly Cause[] {
  const steps: Cause[] = [];
  if (taintedAt !== undefined) {
    const seen = markedAt ?? taintedAt;
    const queue = taintedAt - seen;
    // A wait of less than a tick of the queue is no wait.
    steps.push({
      say:
        queue < 1_000
          ? `taint at ${sayDuration(taintedAt - since)}`
          : `taint at ${sayDuration(seen - since)} + queue ${sayDuration(queue)}`,
    });
  } else if (markedAt !== undefined) {
    steps.push({ say: `not ready at ${sayDuration(markedAt - since)}` });
    if (held !== undefined) steps.push(held);
  }
  return steps;
}
