/**
 * Drains as kubectl and upgrades do them: cordon, evict every pod that no DaemonSet or node owns at once, try refused ones
 * again every 5 s, wait until all are gone; a drain that runs out of time stops the upgrade where it is. After
 * k8s.io/kubectl v0.36.3 pkg/drain (EvictErrorRetryDelay, evictPods).
 */
import { sayDuration } from '../../core/duration.ts';
import type { Millis } from '../../core/units.ts';
import type { Fault } from '../../faults/scenario.ts';
import { UNSCHEDULABLE } from '../../kubernetes/tolerations.ts';
import { causeOf } from '../control-plane/ground.ts';
import type { Cause } from '../control-plane/timeline.ts';
import { CALL, WATCH } from '../engine/api-client.ts';
import type { Run } from '../engine/run.ts';
import type { NodeIndex, PodIndex } from '../model/cluster-state.ts';
import type { Trouble } from '../outcomes/losses.ts';
import { evict } from './evictions.ts';
import type { Nodes } from './faults.ts';

const RETRY: Millis = 5_000;
/** More nodes than these are counted, not named. */
const MOST_NAMED = 3;

interface Upgrade {
  readonly fault: Extract<Fault, { kind: 'drain' }>;
  readonly causes: readonly Cause[];
  next: number;
  stopped: boolean;
}

interface Drain {
  readonly upgrade: Upgrade | undefined;
  readonly trouble: Trouble;
  readonly until: Millis;
}

export class Drains {
  readonly #run: Run;
  readonly #nodes: Nodes;
  readonly #draining = new Map<NodeIndex, Drain>();
  readonly #tried: number;
  readonly #back: number;
  readonly #upgrades: Upgrade[] = [];
  /** Pods that a budget keeps, with why, for causes. */
  readonly refused = new Map<PodIndex, Cause>();

  constructor(run: Run, nodes: Nodes) {
    const { clock, scenario, signals } = run;
    this.#run = run;
    this.#nodes = nodes;
    this.#tried = clock.kind('api', (pod, serial) => this.#try(pod, serial));
    this.#back = clock.kind('api', (node, upgrade) => this.#uncordon(node, upgrade));
    const begins = clock.kind('api', (index) => this.#begin(this.#upgrades[index]));
    for (const timed of scenario.faults) {
      if (timed.fault.kind !== 'drain') continue;
      this.#upgrades.push({ fault: timed.fault, causes: [causeOf(timed)], next: 0, stopped: false });
      clock.at(timed.at, begins, this.#upgrades.length - 1);
    }
    signals.listen({
      podGone: (pod, node) => {
        this.refused.delete(pod);
        if (this.#draining.has(node)) this.#checkEmpty(node);
      },
    });
  }

  /** Drains one node for somebody else: a provisioner that knows that the machine goes. */
  drain(node: NodeIndex, trouble: Trouble, until: Millis): void {
    this.#start(node, { upgrade: undefined, trouble, until });
  }

  #begin(upgrade: Upgrade | undefined): void {
    if (upgrade === undefined) return;
    for (let at = 0; at < Math.max(1, upgrade.fault.atOnce); at += 1) this.#startNext(upgrade);
  }

  #startNext(upgrade: Upgrade): void {
    if (upgrade.stopped) return;
    const node = this.#nodes.named(upgrade.fault.nodes[upgrade.next] ?? '');
    upgrade.next += 1;
    if (node === undefined) return;
    const causes = [...upgrade.causes, { say: `${this.#run.state.nodeName(node)} is drained` }];
    const until = this.#run.clock.now() + upgrade.fault.timeout;
    this.#start(node, { upgrade, trouble: { causes: () => causes }, until });
  }

  #start(node: NodeIndex, drain: Drain): void {
    const { state, cluster, clock, tables } = this.#run;
    this.#draining.set(node, drain);
    state.setUnschedulable(node, true);
    cluster.setTaints(node, [...state.taintsOf(node), { key: UNSCHEDULABLE, value: '', effect: 'NoSchedule' }]);
    for (const pod of state.podsOn(node))
      if (this.#mustGo(pod)) clock.at(clock.now() + CALL, this.#tried, pod, tables.pods.serial.get(pod));
    this.#checkEmpty(node);
  }

  #mustGo(pod: PodIndex): boolean {
    const workload = this.#run.world.workloads[this.#run.tables.pods.workload.get(pod)];
    return workload !== undefined && workload.kind !== 'DaemonSet' && !workload.static;
  }

  #try(pod: PodIndex, serial: number): void {
    const { cluster, state, clock } = this.#run;
    if (!cluster.isStill(pod, serial) || state.isTerminating(pod)) return;
    const drain = this.#draining.get(state.nodeOfPod(pod));
    if (drain === undefined) return;
    const refusal = evict(this.#run, pod, drain.trouble);
    if (refusal === undefined) {
      this.refused.delete(pod);
      return;
    }
    this.refused.set(pod, refusal);
    if (clock.now() + RETRY <= drain.until) clock.at(clock.now() + RETRY, this.#tried, pod, serial);
    else this.#giveUp(drain, refusal);
  }

  #giveUp({ upgrade }: Drain, refusal: Cause): void {
    if (upgrade === undefined || upgrade.stopped) return;
    upgrade.stopped = true;
    const left = this.#leftOf(upgrade);
    const which =
      left.length > MOST_NAMED ? `${left.length} nodes are` : `${left.join(', ')} ${left.length === 1 ? 'is' : 'are'}`;
    this.#run.assume(
      `The drain gives up after ${sayDuration(upgrade.fault.timeout)}: ${refusal.say}; ${which} not drained.`,
    );
  }

  /** Nodes that it still waits for, and those whose turn does not come. */
  #leftOf(upgrade: Upgrade): readonly string[] {
    const waiting = [...this.#draining].filter(([, drain]) => drain.upgrade === upgrade);
    return [...waiting.map(([node]) => this.#run.state.nodeName(node)), ...upgrade.fault.nodes.slice(upgrade.next)];
  }

  /** Its node is empty: it is upgraded, and the next one's turn comes when it is back. */
  #checkEmpty(node: NodeIndex): void {
    const { state, clock, options } = this.#run;
    const drain = this.#draining.get(node);
    if (drain === undefined || state.podsOn(node).some((pod) => this.#mustGo(pod))) return;
    this.#draining.delete(node);
    const { upgrade } = drain;
    if (upgrade !== undefined)
      clock.at(clock.now() + WATCH + options.upgrade, this.#back, node, this.#upgrades.indexOf(upgrade));
  }

  #uncordon(node: NodeIndex, index: number): void {
    const { state, cluster } = this.#run;
    const upgrade = this.#upgrades[index];
    if (state.nodeExists(node)) {
      state.setUnschedulable(node, false);
      cluster.setTaints(
        node,
        state.taintsOf(node).filter(({ key }) => key !== UNSCHEDULABLE),
      );
    }
    if (upgrade !== undefined) this.#startNext(upgrade);
  }
}
