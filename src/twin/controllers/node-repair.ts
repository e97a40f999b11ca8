/**
 * Repair of nodes that stay not ready: the out-of-service taint (NodeHealthCheck with Self Node Remediation) or deletion of
 * the machine with its Node object (MachineHealthCheck, EKS node repair). It stops when too many nodes are unhealthy.
 */
import { sayDuration } from '../../core/duration.ts';
import { formatPercent } from '../../core/percent.ts';
import type { Millis } from '../../core/units.ts';
import type { NodeRepairFacts } from '../../facts.ts';
import { DRAW } from '../engine/chance.ts';
import type { Run } from '../engine/run.ts';
import type { NodeIndex } from '../model/cluster-state.ts';
import { OUT_OF_SERVICE } from './volumes.ts';

/** Until a remediation is done once it has begun: the watchdog's restart is waited for; a machine is deleted at once. */
const REMEDIATION: Readonly<Record<NodeRepairFacts['by'], { readonly least: Millis; readonly most: Millis }>> = {
  'node-healthcheck': { least: 60_000, most: 180_000 },
  'machine-healthcheck': { least: 5_000, most: 60_000 },
  'eks-node-repair': { least: 5_000, most: 60_000 },
};
const RECHECK: Millis = 30_000;

const WORDS: Readonly<Record<NodeRepairFacts['by'], string>> = {
  'node-healthcheck': 'node repair sets the out-of-service taint',
  'machine-healthcheck': 'node repair deletes the machine',
  'eks-node-repair': 'node repair replaces the machine',
};

export function nodeRepair(run: Run, repair: NodeRepairFacts): void {
  const { clock, chance, state, tables, cluster, signals, troubles } = run;
  /** Members of the control plane have a runbook of their own; checks select the workers. */
  const isWatched = (node: NodeIndex): boolean => state.nodeSource(node).role !== 'control-plane';
  let unhealthy = 0;
  let all = 0;
  for (let node = 0; node < state.nodeCount; node += 1) {
    if (!state.nodeExists(node) || !isWatched(node)) continue;
    all += 1;
    if (tables.nodes.ready.get(node) === 0) unhealthy += 1;
  }
  const since = new Map<NodeIndex, Millis>();
  const due = clock.kind('manager', (node, at) => {
    if (since.get(node) !== at) return;
    if (unhealthy / all > repair.maxUnhealthy) {
      const trouble = troubles.of(node);
      if (trouble !== undefined)
        trouble.repairHeld = {
          say: `node repair stops, as ${unhealthy} of ${all} nodes are unhealthy, more than ${formatPercent(repair.maxUnhealthy, 0)}`,
        };
      clock.at(clock.now() + RECHECK, due, node, at);
    } else clock.at(clock.now() + chance.between(DRAW.repair, REMEDIATION[repair.by], node), mended, node, at);
  });
  const mended = clock.kind('manager', (node, at) => {
    if (since.get(node) !== at || !state.nodeExists(node)) return;
    const trouble = troubles.of(node);
    if (trouble !== undefined) {
      trouble.repairedAt = clock.now();
      trouble.repair = `${WORDS[repair.by]} (not ready for ${sayDuration(repair.after)})`;
    }
    if (repair.by === 'node-healthcheck')
      cluster.setTaints(node, [
        ...state.taintsOf(node),
        { key: OUT_OF_SERVICE, value: 'nodeshutdown', effect: 'NoExecute' },
      ]);
    else cluster.removeNode(node);
  });

  signals.listen({
    nodeReadyChanged: (node) => {
      if (!isWatched(node)) return;
      const ready = tables.nodes.ready.get(node) === 1;
      unhealthy += ready ? -1 : 1;
      if (ready) {
        since.delete(node);
        return;
      }
      since.set(node, clock.now());
      clock.at(clock.now() + repair.after, due, node, clock.now());
    },
    nodeAdded: () => {
      all += 1;
    },
    nodeRemoved: (node) => {
      if (!isWatched(node)) return;
      all -= 1;
      if (tables.nodes.ready.get(node) === 0) unhealthy -= 1;
      since.delete(node);
    },
  });
}
