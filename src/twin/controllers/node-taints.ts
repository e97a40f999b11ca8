/**
 * The taints that follow a node's Ready condition: NoSchedule at once, NoExecute taken away by the next pass. Each is one
 * PATCH of the node lifecycle controller's client. Kubernetes v1.36.3 node_lifecycle_controller.go (doNoScheduleTaintingPass,
 * markNodeAsReachable).
 */
import type { Taint } from '../../kubernetes/tolerations.ts';
import { NOT_READY, UNREACHABLE } from '../../kubernetes/tolerations.ts';
import type { ApiClient } from '../engine/api-client.ts';
import { WATCH } from '../engine/api-client.ts';
import type { Run } from '../engine/run.ts';
import type { NodeIndex } from '../model/cluster-state.ts';

export class NodeTaints {
  readonly #run: Run;
  readonly #client: ApiClient;
  readonly #seen: number;
  readonly #cleared: number;

  constructor(run: Run, client: ApiClient) {
    this.#run = run;
    this.#client = client;
    const swapped = run.clock.kind('manager', (node) => this.#swapNoSchedule(node));
    this.#seen = run.clock.kind('manager', (node) => run.clock.at(client.call(), swapped, node));
    this.#cleared = run.clock.kind('manager', (node) => this.#removeNoExecute(node));
  }

  conditionChanged(node: NodeIndex): void {
    this.#run.clock.at(this.#run.clock.now() + WATCH, this.#seen, node);
  }

  /** Takes the NoExecute taint from a node, if it has one. */
  clear(node: NodeIndex): void {
    const { state, clock } = this.#run;
    if (state.nodeExists(node) && state.taintsOf(node).some(isNodeTaint))
      clock.at(this.#client.call(), this.#cleared, node);
  }

  clearIfReady(node: NodeIndex): void {
    if (this.#run.tables.nodes.ready.get(node) === 1) this.clear(node);
  }

  #swapNoSchedule(node: NodeIndex): void {
    const { state, tables, cluster } = this.#run;
    if (!state.nodeExists(node)) return;
    const before = state.taintsOf(node);
    const others = before.filter((taint) => !(isCondition(taint) && taint.effect === 'NoSchedule'));
    const unreachable: Taint = { key: UNREACHABLE, value: '', effect: 'NoSchedule' };
    const after = tables.nodes.ready.get(node) === 1 ? others : [...others, unreachable];
    if (after.length !== before.length) cluster.setTaints(node, after);
  }

  #removeNoExecute(node: NodeIndex): void {
    const { state, cluster } = this.#run;
    if (!state.nodeExists(node)) return;
    cluster.setTaints(
      node,
      state.taintsOf(node).filter((taint) => !isNodeTaint(taint)),
    );
  }
}

function isCondition({ key }: Taint): boolean {
  return key === UNREACHABLE || key === NOT_READY;
}

/** Set and removed by this controller. */
function isNodeTaint(taint: Taint): boolean {
  return isCondition(taint) && taint.effect === 'NoExecute';
}
