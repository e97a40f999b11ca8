/**
 * The queue of each zone from which nodes get their NoExecute taint: looked at every 100 ms, one token a node.
 * Kubernetes v1.36.3 pkg/controller/nodelifecycle/scheduler/rate_limited_queue.go. Every pass takes waiting nodes out and
 * adds them again in its own order, which is that of a Go map: the one that is next is drawn.
 */
import { sayDuration } from '../../core/duration.ts';
import type { Millis } from '../../core/units.ts';
import { UNREACHABLE } from '../../kubernetes/tolerations.ts';
import type { Cause } from '../control-plane/timeline.ts';
import type { ApiClient } from '../engine/api-client.ts';
import { DRAW } from '../engine/chance.ts';
import type { Run } from '../engine/run.ts';
import type { NodeIndex } from '../model/cluster-state.ts';
import type { Zone, Zones } from './zone-states.ts';

const TICK: Millis = 100;

export class TaintQueue {
  readonly #run: Run;
  readonly #zones: Zones;
  readonly #client: ApiClient;
  readonly #phase: Millis;
  readonly #ticked: number;
  readonly #tainted: number;
  /** By zone: nodes that wait, and from when on the controller's cache shows their condition. */
  readonly #waiting = new Map<string, Map<NodeIndex, Millis>>();
  /** Tainted, or on the way to be. */
  readonly #handled = new Set<NodeIndex>();
  #planned: Millis = Number.POSITIVE_INFINITY;
  #draws = 0;

  constructor(run: Run, zones: Zones, client: ApiClient) {
    this.#run = run;
    this.#zones = zones;
    this.#client = client;
    this.#phase = Math.floor(run.chance.share(DRAW.taintPhase, 0) * TICK);
    this.#tainted = run.clock.kind('manager', (node) => this.#taint(node));
    this.#ticked = run.clock.kind('manager', () => this.#tick());
  }

  add(node: NodeIndex, visible: Millis): void {
    this.#handled.delete(node);
    this.#nodesOf(this.#zones.of(node)).set(node, visible);
    this.wake();
  }

  remove(node: NodeIndex): void {
    this.#handled.delete(node);
    this.#nodesOf(this.#zones.of(node)).delete(node);
  }

  /** A pass adds those again that are not in the queue. */
  refill(nodes: ReadonlySet<NodeIndex>): void {
    for (const node of nodes) if (!this.#has(node)) this.add(node, this.#run.clock.now());
  }

  /** True if one of the nodes is not in the queue: a pass is needed. */
  lacks(nodes: ReadonlySet<NodeIndex>): boolean {
    for (const node of nodes) if (!this.#has(node)) return true;
    return false;
  }

  /** Notes why nodes wait longer than their place in the queue. */
  noteHolds(nodes: ReadonlySet<NodeIndex>): void {
    for (const node of nodes) {
      const trouble = this.#run.troubles.of(node);
      if (trouble !== undefined) trouble.held = holdOf(this.#zones.of(node), this.#run);
    }
  }

  clear(): void {
    this.#waiting.clear();
    this.#handled.clear();
    this.#planned = Number.POSITIVE_INFINITY;
  }

  /** Plans the next tick at which a node can be tainted. */
  wake(): void {
    const { clock } = this.#run;
    let next = Number.POSITIVE_INFINITY;
    for (const zone of this.#zones.all()) {
      if (this.#nodesOf(zone).size > 0) next = Math.min(next, zone.limiter.nextToken(clock.now()));
    }
    if (next === Number.POSITIVE_INFINITY) return;
    const tick = this.#phase + Math.ceil((next - this.#phase) / TICK) * TICK;
    if (tick >= this.#planned) return;
    this.#planned = tick;
    clock.at(tick, this.#ticked);
  }

  #tick(): void {
    this.#planned = Number.POSITIVE_INFINITY;
    for (const zone of this.#zones.all()) this.#tryZone(zone);
    this.wake();
  }

  #tryZone(zone: Zone): void {
    const { clock } = this.#run;
    const nodes = this.#nodesOf(zone);
    while (nodes.size > 0 && zone.limiter.tryAccept(clock.now())) {
      const node = this.#drawn(nodes);
      const visible = nodes.get(node) ?? 0;
      nodes.delete(node);
      // The cache still shows it as ready: the token is spent, and a pass has to add the node again.
      if (visible > clock.now()) continue;
      this.#handled.add(node);
      clock.at(this.#client.call(), this.#tainted, node);
    }
  }

  #drawn(nodes: ReadonlyMap<NodeIndex, Millis>): NodeIndex {
    this.#draws += 1;
    let at = Math.floor(this.#run.chance.share(DRAW.queueOrder, this.#draws) * nodes.size);
    for (const node of nodes.keys()) {
      if (at === 0) return node;
      at -= 1;
    }
    return -1;
  }

  #taint(node: NodeIndex): void {
    const { state, tables, troubles, cluster, clock } = this.#run;
    if (!state.nodeExists(node) || tables.nodes.ready.get(node) === 1) return;
    const trouble = troubles.of(node);
    if (trouble !== undefined) trouble.taintedAt ??= clock.now();
    cluster.setTaints(node, [...state.taintsOf(node), { key: UNREACHABLE, value: '', effect: 'NoExecute' }]);
  }

  #has(node: NodeIndex): boolean {
    return this.#handled.has(node) || this.#nodesOf(this.#zones.of(node)).has(node);
  }

  #nodesOf({ key }: Zone): Map<NodeIndex, Millis> {
    const known = this.#waiting.get(key) ?? new Map<NodeIndex, Millis>();
    this.#waiting.set(key, known);
    return known;
  }
}

function holdOf({ limiter, state, total, notReady }: Zone, { settings }: Run): Cause | undefined {
  if (limiter.qps > 0)
    return state === 'partial'
      ? { say: `zone partly lost (${notReady} of ${total} nodes): one taint every ${sayDuration(1_000 / limiter.qps)}` }
      : undefined;
  return state === 'full'
    ? { say: 'no node of the cluster is ready: the controller evicts nothing' }
    : {
        say: `zone partly lost (${notReady} of ${total} nodes, at most ${settings.largeClusterSizeThreshold}): the controller evicts nothing`,
      };
}
