/**
 * What breaks, as it acts on machines and kubelets. What it does to the control plane is in the timeline; registries,
 * webhooks and quotas are asked by those whom they concern.
 */
import type { Millis } from '../../core/units.ts';
import type { Fault, TimedFault } from '../../faults/scenario.ts';
import { causeOf } from '../control-plane/ground.ts';
import { DRAW } from '../engine/chance.ts';
import type { Run } from '../engine/run.ts';
import { PHASE } from '../engine/tables.ts';
import type { NodeIndex, PodIndex } from '../model/cluster-state.ts';

/** A kubelet that finds the API again has waited for its next try to renew its lease. */
const RETURN: { readonly least: Millis; readonly most: Millis } = { least: 500, most: 10_000 };

const DNS = /^(?:kube-dns|coredns)$/;

export interface Nodes {
  readonly named: (name: string) => NodeIndex | undefined;
  readonly inZone: (region: string, zone: string | undefined) => readonly NodeIndex[];
}

export function faults(run: Run, nodes: Nodes): void {
  const { clock, scenario, cluster, troubles, timeline, chance, tables, world } = run;
  const begins = clock.kind('world', (index) => begin(scenario.faults[index]));
  const ends = clock.kind('world', (index) => end(scenario.faults[index]));
  const cut = clock.kind('world', (index) => {
    const span = timeline.cutOff[index];
    const node = span === undefined ? undefined : nodes.named(span.node);
    if (span === undefined || node === undefined) return;
    troubles.begin(node, clock.now(), span.causes);
    cluster.silence(node);
  });
  const heard = clock.kind('api', (node) => {
    cluster.hear(node);
    if (tables.nodes.silent.get(node) === 0) troubles.end(node);
  });
  const speaks = (node: NodeIndex): void =>
    clock.at(clock.now() + chance.between(DRAW.kubeletReturn, RETURN, node), heard, node);
  const restored = clock.kind('world', (index) => {
    const node = nodes.named(timeline.cutOff[index]?.node ?? '');
    if (node !== undefined) speaks(node);
  });

  for (const [index, { at, until }] of scenario.faults.entries()) {
    clock.at(at, begins, index);
    if (until !== undefined) clock.at(until, ends, index);
  }
  for (const [index, { from, to }] of timeline.cutOff.entries()) {
    clock.at(from, cut, index);
    if (to !== undefined) clock.at(to, restored, index);
  }

  function begin(timed: TimedFault | undefined): void {
    if (timed === undefined) return;
    const cause = causeOf(timed);
    if (timed.fault.kind === 'dns')
      for (const pod of dnsPods()) cluster.setReady(pod, false, { causes: () => [cause] });
    for (const node of stoppedNodes(timed.fault, nodes))
      cluster.stopMachine(node, troubles.begin(node, clock.now(), [cause]));
  }

  /** Pods behind the cluster's DNS Service. */
  function dnsPods(): readonly PodIndex[] {
    const services = world.services.filter(({ namespace, name }) => namespace === 'kube-system' && DNS.test(name));
    return services
      .flatMap(({ workloads }) => workloads)
      .flatMap((workload) => cluster.podsOf(tables.indexOf.get(workload) ?? -1));
  }

  function end(timed: TimedFault | undefined): void {
    if (timed === undefined) return;
    if (timed.fault.kind === 'dns') {
      for (const pod of dnsPods()) if (tables.pods.phase.get(pod) === PHASE.running) cluster.setReady(pod, true);
    }
    for (const node of stoppedNodes(timed.fault, nodes)) cluster.startMachine(node);
  }
}

/** Machines that the fault stops. */
export function stoppedNodes(fault: Fault, nodes: Nodes): readonly NodeIndex[] {
  const named = (names: readonly string[]): readonly NodeIndex[] => names.flatMap((name) => nodes.named(name) ?? []);
  switch (fault.kind) {
    case 'node':
      return named([fault.node]);
    case 'rack':
      return named(fault.nodes);
    case 'member':
      return named([fault.member]);
    case 'zone':
      return nodes.inZone(fault.region, fault.zone);
    case 'region':
      return nodes.inZone(fault.region, undefined);
    case 'process':
    case 'link':
    case 'load-balancer':
    case 'certificate':
    case 'registry':
    case 'dns':
    case 'webhook':
    case 'spot-reclaim':
    case 'quota':
    case 'rollout':
    case 'drain':
      break;
  }
  return [];
}
