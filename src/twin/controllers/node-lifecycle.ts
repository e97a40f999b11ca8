/**
 * Notices nodes that fall silent: Ready becomes Unknown, their pods are marked not ready, the NoSchedule taint comes at
 * once and the NoExecute taint from a queue per zone. Kubernetes v1.36.3 pkg/controller/nodelifecycle:
 * node_lifecycle_controller.go (monitorNodeHealth, doNoExecuteTaintingPass), and
 * pkg/controller/util/node/controller_utils.go (MarkPodsNotReady). A node is queued in the pass that marks it.
 */
import type { Millis } from '../../core/units.ts';
import { KUBERNETES_TIMERS, LEASE_JITTER } from '../../availability/recovery-timers.ts';
import type { ApiClient } from '../engine/api-client.ts';
import { WATCH } from '../engine/api-client.ts';
import { DRAW } from '../engine/chance.ts';
import type { Run } from '../engine/run.ts';
import type { NodeIndex, PodIndex } from '../model/cluster-state.ts';
import type { Passes } from './monitor-passes.ts';
import { passesOf } from './monitor-passes.ts';
import { NodeTaints } from './node-taints.ts';
import { TaintQueue } from './taint-queue.ts';
import type { ZoneCounts, Zones } from './zone-states.ts';
import { zonesOf } from './zone-states.ts';

/** cmd/kube-controller-manager: UpdateWorkerSize of the node lifecycle controller. */
const WORKERS = 8;
/** A new leader lists everything before its first pass. */
export const CACHE_SYNC: Millis = 1_000;

interface Silent {
  /** When its last lease was written. */
  readonly renewed: Millis;
  /** The pass that saw that lease; undefined while none has. */
  probe: Millis | undefined;
}

/** What a worker of a pass is at: a node, and its pods that are still to be marked. */
interface Work {
  readonly worker: number;
  node: NodeIndex;
  pods: readonly PodIndex[];
  next: number;
}

export class NodeLifecycle {
  readonly #run: Run;
  readonly #passes: Passes;
  readonly #zones: Zones;
  readonly #client: ApiClient;
  readonly #taints: NodeTaints;
  readonly #queue: TaintQueue;
  readonly #silent = new Map<NodeIndex, Silent>();
  /** Nodes that are Unknown. */
  readonly #marked = new Set<NodeIndex>();
  readonly #heardAt = new Map<NodeIndex, Millis>();
  readonly #works: readonly Work[] = Array.from({ length: WORKERS }, (_, worker) => ({
    worker,
    node: -1,
    pods: [],
    next: 0,
  }));
  readonly #passKind: number;
  readonly #statusWritten: number;
  readonly #podMarked: number;
  #idle = WORKERS;
  #order: readonly NodeIndex[] = [];
  #taken = 0;
  #passing = false;
  #passCount = 0;
  /** Counts leaders: what one had begun, the next knows nothing of. */
  #term = 0;
  #planned: Millis = Number.POSITIVE_INFINITY;
  /** A pass is wanted although no lease has run out: conditions have changed. */
  #wanted = false;

  constructor(run: Run, counts: ZoneCounts) {
    const { clock, chance, settings, state } = run;
    this.#run = run;
    this.#passes = passesOf(
      settings.nodeMonitorPeriod,
      -Math.floor(chance.share(DRAW.monitorPhase, 0) * settings.nodeMonitorPeriod),
    );
    this.#zones = zonesOf(state, settings, counts);
    this.#client = run.client();
    this.#taints = new NodeTaints(run, this.#client);
    this.#queue = new TaintQueue(run, this.#zones, this.#client);
    this.#passKind = clock.kind('manager', (_, term) => {
      if (term === this.#term && clock.now() >= this.#planned && !this.#passing) this.#begin();
    });
    this.#statusWritten = clock.kind('manager', (worker, term) => {
      if (term === this.#term) this.#onStatusWritten(worker);
    });
    this.#podMarked = clock.kind('manager', (worker, term) => {
      if (term === this.#term) this.#onPodMarked(worker);
    });
    this.#listen();
  }

  #listen(): void {
    const { signals, clock, tables } = this.#run;
    signals.listen({
      nodeSilent: (node) => this.#onSilent(node),
      nodeHeard: (node) => {
        this.#heardAt.set(node, clock.now());
        this.#silent.delete(node);
      },
      nodeReadyChanged: (node) => {
        const ready = tables.nodes.ready.get(node) === 1;
        this.#zones.count(node, { total: 0, notReady: ready ? -1 : 1 });
        if (ready) this.#marked.delete(node);
        this.#taints.conditionChanged(node);
        this.#soon();
      },
      nodeAdded: (node) => {
        this.#zones.count(node, { total: 1, notReady: 0 });
        this.#soon();
      },
      nodeRemoved: (node) => {
        this.#zones.count(node, { total: -1, notReady: tables.nodes.ready.get(node) === 1 ? 0 : -1 });
        this.#silent.delete(node);
        this.#marked.delete(node);
        this.#queue.remove(node);
        this.#soon();
      },
      managerRestarted: () => this.#restart(),
    });
  }

  #onSilent(node: NodeIndex): void {
    const { state, tables, chance, clock } = this.#run;
    if (!state.nodeExists(node) || tables.nodes.ready.get(node) === 0) return;
    const jitter = 1 + LEASE_JITTER * chance.share(DRAW.leaseInterval, node);
    const age = Math.floor(KUBERNETES_TIMERS.leaseRenewInterval * jitter * chance.share(DRAW.leaseAge, node));
    const renewed = Math.max(clock.now() - age, this.#heardAt.get(node) ?? Number.NEGATIVE_INFINITY);
    const lease = { renewed, probe: undefined };
    this.#silent.set(node, lease);
    if (!this.#passing) this.#planAt(this.#due(lease));
  }

  #soon(): void {
    this.#wanted = true;
    if (!this.#passing) this.#planAt(this.#passes.atOrAfter(this.#run.clock.now()));
  }

  #planAt(pass: Millis): void {
    if (pass >= this.#planned) return;
    this.#planned = pass;
    this.#run.clock.at(pass, this.#passKind, 0, this.#term);
  }

  /** The first pass that finds the lease too old. */
  #due({ renewed, probe }: Silent): Millis {
    const { clock, settings } = this.#run;
    const seen = probe ?? this.#passes.atOrAfter(renewed);
    return this.#passes.atOrAfter(Math.max(clock.now(), seen + settings.nodeMonitorGracePeriod + 1));
  }

  #begin(): void {
    this.#passing = true;
    this.#wanted = false;
    this.#planned = Number.POSITIVE_INFINITY;
    this.#passCount += 1;
    this.#queue.refill(this.#marked);
    for (const node of this.#heardAt.keys()) this.#taints.clearIfReady(node);
    this.#order = this.#shuffled([...this.#silent.keys()]);
    this.#taken = 0;
    this.#idle = 0;
    for (const work of this.#works) this.#goOn(work);
    this.#endIfIdle();
  }

  /** The lister gives nodes in the order of a Go map. */
  #shuffled(nodes: readonly NodeIndex[]): readonly NodeIndex[] {
    const { chance } = this.#run;
    const places = new Map(nodes.map((node) => [node, chance.share(DRAW.passOrder, node, this.#passCount)]));
    return nodes.toSorted((a, b) => (places.get(a) ?? 0) - (places.get(b) ?? 0) || a - b);
  }

  /** The worker takes the next node whose lease has run out; the others take it no time. */
  #goOn(work: Work): void {
    const { clock, settings } = this.#run;
    while (this.#taken < this.#order.length) {
      const node = this.#order[this.#taken] ?? 0;
      this.#taken += 1;
      const lease = this.#silent.get(node);
      if (lease === undefined) continue;
      if (lease.probe === undefined && lease.renewed <= clock.now())
        lease.probe = Math.min(this.#passes.atOrAfter(lease.renewed), clock.now());
      if (lease.probe === undefined || clock.now() <= lease.probe + settings.nodeMonitorGracePeriod) continue;
      work.node = node;
      clock.at(this.#client.call(), this.#statusWritten, work.worker, this.#term);
      return;
    }
    this.#idle += 1;
  }

  #onStatusWritten(worker: number): void {
    const { clock, state, tables, troubles, cluster } = this.#run;
    const work = this.#works[worker];
    if (work === undefined) return;
    const { node } = work;
    work.pods = [];
    work.next = 0;
    // Else the kubelet was faster.
    if (this.#silent.delete(node) && state.nodeExists(node)) {
      const trouble = troubles.of(node);
      if (trouble !== undefined) trouble.markedAt ??= clock.now();
      cluster.setNodeReady(node, false);
      this.#marked.add(node);
      this.#queue.add(node, clock.now() + WATCH);
      this.#client.event();
      work.pods = state.podsOn(node).filter((pod) => tables.pods.reported.get(pod) === 1);
    }
    this.#markNextPod(work);
  }

  #markNextPod(work: Work): void {
    if (work.next < work.pods.length) {
      this.#run.clock.at(this.#client.call(), this.#podMarked, work.worker, this.#term);
      return;
    }
    this.#goOn(work);
    this.#endIfIdle();
  }

  #onPodMarked(worker: number): void {
    const { state, tables, cluster, troubles } = this.#run;
    const work = this.#works[worker];
    if (work === undefined) return;
    const pod = work.pods[work.next] ?? -1;
    work.next += 1;
    if (state.nodeOfPod(pod) === work.node && tables.pods.reported.get(pod) === 1) {
      cluster.setReported(pod, false, troubles.of(work.node));
      this.#client.event();
    }
    this.#markNextPod(work);
  }

  #endIfIdle(): void {
    const { clock, state } = this.#run;
    if (!this.#passing || this.#idle < WORKERS) return;
    this.#passing = false;
    this.#passes.ended(clock.now());
    const decided = this.#zones.settle(clock.now());
    if (decided === 'enter-master-disruption')
      for (let node = 0; node < state.nodeCount; node += 1) this.#taints.clear(node);
    if (decided === 'leave-master-disruption') for (const lease of this.#silent.values()) lease.probe = clock.now();
    this.#queue.noteHolds(this.#marked);
    this.#queue.wake();
    if (this.#wanted || this.#queue.lacks(this.#marked)) this.#soon();
    for (const lease of this.#silent.values()) this.#planAt(this.#due(lease));
  }

  #restart(): void {
    const { clock } = this.#run;
    this.#term += 1;
    this.#passing = false;
    this.#planned = Number.POSITIVE_INFINITY;
    const first = clock.now() + CACHE_SYNC;
    this.#passes.restart(first);
    this.#zones.forget(clock.now());
    this.#queue.clear();
    for (const lease of this.#silent.values()) {
      lease.probe = first;
      this.#planAt(this.#due(lease));
    }
    this.#soon();
  }
}
