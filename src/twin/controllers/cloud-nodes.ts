/**
 * Node objects of machines that are gone for good: the cloud's controller deletes them once they are not ready, looking
 * every 5 s (k8s.io/cloud-provider v0.36.3 controllers/nodelifecycle). And spot machines, which go after a notice.
 */
import { sayDuration } from '../../core/duration.ts';
import type { Millis } from '../../core/units.ts';
import type { TimedFault } from '../../faults/scenario.ts';
import { causeOf } from '../control-plane/ground.ts';
import { DRAW } from '../engine/chance.ts';
import type { Run } from '../engine/run.ts';
import type { NodeIndex } from '../model/cluster-state.ts';
import type { Drains } from './drains.ts';
import type { Nodes } from './faults.ts';

const LOOK: Millis = 5_000;

export function cloudNodes(run: Run, nodes: Nodes, drains: Drains): void {
  const { clock, scenario, signals, options, chance, tables, cluster, troubles } = run;
  /** Machines that the provider has taken back. */
  const gone = new Set<NodeIndex>();
  const looked = clock.kind('manager', (node) => {
    if (!gone.has(node) || tables.nodes.ready.get(node) === 1) return;
    const trouble = troubles.of(node);
    if (trouble !== undefined && trouble.repairedAt === undefined) {
      trouble.repairedAt = clock.now();
      trouble.repair = 'the cloud deletes the Node object';
    }
    cluster.removeNode(node);
  });
  const vanished = clock.kind('world', (node) => {
    gone.add(node);
    look(node);
  });
  const look = (node: NodeIndex): void =>
    clock.at(clock.now() + Math.floor(chance.share(DRAW.repair, node) * LOOK), looked, node);

  signals.listen({
    machineStopped: (node) => {
      if (options.cloudDeletesNodes !== undefined)
        clock.at(clock.now() + chance.between(DRAW.repair, options.cloudDeletesNodes, node), vanished, node);
    },
    machineStarted: (node) => gone.delete(node),
    nodeReadyChanged: (node) => {
      if (gone.has(node)) look(node);
    },
  });

  const noticed = clock.kind('api', (index) => spotNotice(scenario.faults[index]));
  const taken = clock.kind('world', (index) => {
    const timed = scenario.faults[index];
    if (timed?.fault.kind !== 'spot-reclaim') return;
    for (const node of timed.fault.nodes.flatMap((name) => nodes.named(name) ?? [])) {
      cluster.stopMachine(node, troubles.begin(node, clock.now(), [causeOf(timed)]));
      gone.add(node);
    }
  });
  for (const [index, { fault, at }] of scenario.faults.entries()) {
    if (fault.kind !== 'spot-reclaim') continue;
    clock.at(at, noticed, index);
    clock.at(at + fault.notice, taken, index);
  }

  /** Karpenter cordons and drains at once; without a handler the notice is lost. */
  function spotNotice(timed: TimedFault | undefined): void {
    if (timed?.fault.kind !== 'spot-reclaim') return;
    if (options.provisioning?.engine !== 'karpenter') {
      run.assume('Nothing in the input handles spot notices: the machines end without a drain.');
      return;
    }
    const causes = [
      causeOf(timed),
      { say: `Karpenter drains within the notice of ${sayDuration(timed.fault.notice)}` },
    ];
    for (const node of timed.fault.nodes.flatMap((name) => nodes.named(name) ?? []))
      drains.drain(node, { causes: () => causes }, timed.at + timed.fault.notice);
  }
}
