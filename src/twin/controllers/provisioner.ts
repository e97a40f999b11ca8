/**
 * New machines for pods that nothing fits. Karpenter v1.14.1 waits until no more pods come for 1 s, at most 10 s (options
 * BATCH_IDLE_DURATION, BATCH_MAX_DURATION); Cluster Autoscaler looks every 10 s at pods that are older than 2 s, and does
 * nothing while more than 45 % and more than 3 of its nodes are unready. Both then pack the pods on nodes that are not
 * there yet, first fit; here with the scheduler's own filters, on nodes like those that the pool has.
 */
import type { Millis } from '../../core/units.ts';
import type { WorldNode } from '../../inventory/world.ts';
import { HOSTNAME } from '../../kubernetes/nodes.ts';
import { DRAW } from '../engine/chance.ts';
import type { Provisioning } from '../engine/options.ts';
import type { Run } from '../engine/run.ts';
import type { NodeIndex, PodIndex } from '../model/cluster-state.ts';
import { PHASE } from '../engine/tables.ts';

const BATCH_IDLE: Millis = 1_000;
const BATCH_MOST: Millis = 10_000;
const SCAN: Millis = 10_000;
const UNREADY_SHARE = 0.45;
const UNREADY_COUNT = 3;

interface Place {
  readonly pool: string;
  readonly sample: WorldNode;
}

export class Provisioner {
  readonly #run: Run;
  readonly #settings: Provisioning;
  readonly #pending: () => readonly PodIndex[];
  readonly #looked: number;
  readonly #registered: number;
  /** Found when they are needed: a sweep builds many runs that need none. */
  #places: readonly Place[] | undefined;
  /** Nodes of a pool in a zone, those that are on their way among them. */
  readonly #counts = new Map<string, number>();
  /** On their way. */
  readonly #ordered: WorldNode[] = [];
  readonly #orders = new Map<number, WorldNode>();
  #firstPending: Millis | undefined;
  #planned: Millis = Number.POSITIVE_INFINITY;
  #made = 0;

  constructor(run: Run, settings: Provisioning, pending: () => readonly PodIndex[]) {
    const { clock, signals } = run;
    this.#run = run;
    this.#settings = settings;
    this.#pending = pending;
    this.#looked = clock.kind('manager', () => this.#look());
    this.#registered = clock.kind('api', (order) => this.#register(order));
    signals.listen({
      podUnschedulable: () => this.#onPending(),
      nodeRemoved: (node) => {
        const source = run.state.nodeSource(node);
        if (source.pool !== undefined) this.#count(source, -1);
      },
    });
  }

  #onPending(): void {
    const { clock } = this.#run;
    const now = clock.now();
    this.#firstPending ??= now;
    const next =
      this.#settings.engine === 'karpenter'
        ? Math.min(now + BATCH_IDLE, this.#firstPending + BATCH_MOST)
        : Math.ceil((now + 2_000) / SCAN) * SCAN;
    if (this.#planned !== Number.POSITIVE_INFINITY && next <= this.#planned) return;
    this.#planned = next;
    clock.at(next, this.#looked);
  }

  #look(): void {
    // A later pod has prolonged the batch.
    if (this.#run.clock.now() < this.#planned) return;
    this.#planned = Number.POSITIVE_INFINITY;
    this.#firstPending = undefined;
    if (this.#settings.engine === 'cluster-autoscaler' && this.#isStopped()) {
      this.#run.assume('Cluster Autoscaler does nothing while more than 45 % of the nodes are unready.');
      return;
    }
    for (const sample of this.#pack()) this.#order(sample);
  }

  #isStopped(): boolean {
    const { state, tables } = this.#run;
    let unready = 0;
    let all = 0;
    for (let node = 0; node < state.nodeCount; node += 1) {
      if (!state.nodeExists(node)) continue;
      all += 1;
      if (tables.nodes.ready.get(node) === 0) unready += 1;
    }
    return unready > UNREADY_COUNT && unready > all * UNREADY_SHARE;
  }

  /** Which nodes would take the pods, found on a copy that is taken back. */
  #pack(): readonly WorldNode[] {
    const { state, tables } = this.#run;
    if (this.#places === undefined) {
      this.#places = placesOf(this.#run.world.nodes, this.#settings);
      for (const node of this.#run.world.nodes) if (node.pool !== undefined) this.#count(node, 1);
    }
    const pods = this.#pending().filter((pod) => tables.pods.phase.get(pod) === PHASE.pending);
    const mark = state.mark();
    // Room that was ordered before is filled first.
    const trial: NodeIndex[] = this.#ordered.map((node) => state.addNode(this.#named(node)));
    const wanted: WorldNode[] = [];
    const room = new Map(this.#counts);
    for (const pod of pods) {
      const found = trial.find((node) => state.fits(pod, node));
      if (found !== undefined) {
        state.place(pod, found);
        continue;
      }
      const opened = this.#open(pod, room);
      if (opened === undefined) continue;
      trial.push(opened.node);
      wanted.push(opened.sample);
      state.place(pod, opened.node);
    }
    state.undo(mark);
    return wanted;
  }

  /** A node of the first pool and zone that may grow and whose nodes the pod fits. */
  #open(pod: PodIndex, room: Map<string, number>): { node: NodeIndex; sample: WorldNode } | undefined {
    const { state } = this.#run;
    for (const { pool, sample } of this.#places ?? []) {
      const key = keyOf(sample);
      const limit = this.#settings.pools.find(({ name }) => name === pool)?.maxNodesPerZone;
      if (this.#isBlocked(sample) || (limit !== undefined && (room.get(key) ?? 0) >= limit)) continue;
      const node = state.addNode(this.#named(sample));
      if (state.fits(pod, node)) {
        room.set(key, (room.get(key) ?? 0) + 1);
        return { node, sample };
      }
      state.removeNode(node);
    }
    return undefined;
  }

  /** Its zone is lost, or the provider has no more machines for it. */
  #isBlocked({ pool, region, zone }: WorldNode): boolean {
    const { scenario, clock } = this.#run;
    return scenario.faults.some(({ fault, at, until }) => {
      if (at > clock.now() || clock.now() >= (until ?? Number.POSITIVE_INFINITY)) return false;
      if (fault.kind === 'quota') return fault.pool === undefined || fault.pool === pool;
      if (fault.kind === 'region') return fault.region === region;
      return fault.kind === 'zone' && fault.region === region && fault.zone === zone;
    });
  }

  #order(sample: WorldNode): void {
    const { clock, chance } = this.#run;
    const node = this.#named(sample);
    this.#count(node, 1);
    this.#ordered.push(node);
    const ready = chance.between(DRAW.nodeReady, this.#settings.nodeReady, this.#made);
    clock.at(clock.now() + ready, this.#registered, this.#made);
    this.#orders.set(this.#made, node);
  }

  #register(order: number): void {
    const node = this.#orders.get(order);
    if (node === undefined) return;
    this.#ordered.splice(this.#ordered.indexOf(node), 1);
    this.#run.cluster.addNode(node);
  }

  #named(sample: WorldNode): WorldNode {
    this.#made += 1;
    const name = `${sample.pool ?? 'pool'}-new-${this.#made}`;
    return { ...sample, name, labels: { ...sample.labels, [HOSTNAME]: name }, ready: true, unschedulable: false };
  }

  #count(node: WorldNode, change: number): void {
    this.#counts.set(keyOf(node), (this.#counts.get(keyOf(node)) ?? 0) + change);
  }
}

/** One node of each pool and zone, in the order of the pools. */
function placesOf(nodes: readonly WorldNode[], { pools }: Provisioning): readonly Place[] {
  return pools.flatMap(({ name }) => {
    const samples = new Map<string, WorldNode>();
    for (const node of nodes) if (node.pool === name && !samples.has(keyOf(node))) samples.set(keyOf(node), node);
    return [...samples.values()].map((sample) => ({ pool: name, sample }));
  });
}

function keyOf({ pool, region, zone }: WorldNode): string {
  return `${pool ?? ''}\n${region}\n${zone}`;
}
