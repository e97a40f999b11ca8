/** The failures that rules show their findings with; each is asked of the twin, which knows where pods are. */
import type { Workload } from '../inventory/world.ts';
import type { Twin } from '../twin/twin.ts';
import type { WitnessDraft } from './rule.ts';

/** How long a drain waits for budgets before it gives up: `kubectl drain` waits for ever, upgrades an hour or less. */
const DRAIN_TIMEOUT = '10m';

/** The node of its first pod that is placed is lost for good. */
export function losingItsNode(workload: Workload): WitnessDraft['lose'] {
  return (twin) => nodeFault(twin, workload, (node) => `node=${node}`);
}

/** The node of its first pod that is placed is drained. */
export function drainingItsNode(workload: Workload): WitnessDraft['lose'] {
  return (twin) => nodeFault(twin, workload, (node) => `drain=${node},timeout=${DRAIN_TIMEOUT}`);
}

/** The zone of its first pod that is placed is lost for good. */
export function losingItsZone(workload: Workload): WitnessDraft['lose'] {
  return (twin) => {
    const name = firstNode(twin, workload);
    const node = twin.world.nodes.find((one) => one.name === name);
    return node === undefined || node.zone === '' ? undefined : [`zone=${node.region}/${node.zone}`];
  };
}

/** A template whose pods never become ready is rolled out. */
export function rollingOut(workload: Workload): WitnessDraft['lose'] {
  return () => [`rollout=${workload.id}`];
}

function nodeFault(twin: Twin, workload: Workload, say: (node: string) => string): readonly string[] | undefined {
  const node = firstNode(twin, workload);
  return node === undefined ? undefined : [say(node)];
}

function firstNode(twin: Twin, { pods }: Workload): string | undefined {
  for (const pod of pods) {
    const node = twin.nodeOf(pod);
    if (node !== undefined) return node;
  }
  return undefined;
}
