/**
 * What happens on a node: pods start, report that they are ready, stop with their grace period; a machine that comes
 * back starts its pods again. A kubelet that cannot reach the API changes nothing there until it can.
 */
import type { Millis } from '../../core/units.ts';
import { WATCH } from '../engine/api-client.ts';
import { DRAW } from '../engine/chance.ts';
import type { Run } from '../engine/run.ts';
import { PHASE } from '../engine/tables.ts';
import type { NodeIndex, PodIndex } from '../model/cluster-state.ts';
import type { Trouble } from '../outcomes/losses.ts';
import { startTime } from './pod-start.ts';
import { pullOf } from './registry.ts';
import type { Volumes } from './volumes.ts';

export class Kubelet {
  readonly #run: Run;
  readonly #volumes: Volumes;
  readonly #booted: number;
  readonly #statusPosted: number;
  readonly #begun: number;
  readonly #started: number;
  readonly #reported: number;
  readonly #stopped: number;

  constructor(run: Run, volumes: Volumes) {
    const { clock, cluster, state, tables } = run;
    this.#run = run;
    this.#volumes = volumes;
    this.#booted = clock.kind('world', (node, start) => this.#onBooted(node, start));
    this.#statusPosted = clock.kind('api', (node) => {
      if (this.#reaches(node) && state.nodeExists(node)) cluster.setNodeReady(node, true);
    });
    this.#begun = clock.kind('world', (pod, serial) => this.#begin(pod, serial));
    this.#started = clock.kind('world', (pod, serial) => this.#onStarted(pod, serial));
    this.#reported = clock.kind('api', (pod, serial) => {
      if (this.#runs(pod, serial) && this.#reaches(state.nodeOfPod(pod)))
        cluster.setReported(pod, tables.pods.ready.get(pod) === 1);
    });
    this.#stopped = clock.kind('api', (pod, serial) => {
      if (cluster.isStill(pod, serial) && this.#reaches(state.nodeOfPod(pod))) cluster.remove(pod, STOPPED);
    });
    this.#listen();
  }

  #listen(): void {
    const { signals, clock, state, tables, cluster, chance, options } = this.#run;
    signals.listen({
      podBound: (pod) => clock.at(clock.now() + WATCH, this.#begun, pod, tables.pods.serial.get(pod)),
      podTerminating: (pod) => {
        const node = state.nodeOfPod(pod);
        // The API server deletes a pod without a node at once.
        if (node < 0) cluster.remove(pod, STOPPED);
        else if (this.#reaches(node)) this.#stop(pod);
      },
      machineStarted: (node) =>
        clock.at(
          clock.now() + chance.between(DRAW.boot, options.boot, node),
          this.#booted,
          node,
          tables.nodes.starts.get(node),
        ),
      nodeHeard: (node) => clock.at(clock.now() + WATCH, this.#statusPosted, node),
      nodeReadyChanged: (node) => {
        if (tables.nodes.ready.get(node) === 1 && this.#reaches(node)) this.#resync(node);
      },
    });
  }

  /** The kubelet runs and the API hears it. */
  #reaches(node: NodeIndex): boolean {
    const { nodes } = this.#run.tables;
    return nodes.running.get(node) === 1 && nodes.silent.get(node) === 0;
  }

  #runs(pod: PodIndex, serial: number): boolean {
    const { cluster, state, tables } = this.#run;
    return (
      cluster.isStill(pod, serial) && !state.isTerminating(pod) && tables.nodes.running.get(state.nodeOfPod(pod)) === 1
    );
  }

  #begin(pod: PodIndex, serial: number): void {
    const { clock, state } = this.#run;
    // A kubelet that cannot reach the API does not know of the pod yet; it starts it once it is heard.
    if (!this.#runs(pod, serial) || !this.#reaches(state.nodeOfPod(pod))) return;
    const attached = this.#volumes.attachedAt(pod);
    if (attached > clock.now()) clock.at(attached, this.#begun, pod, serial);
    else this.#start(pod, serial);
  }

  #start(pod: PodIndex, serial: number): void {
    const { clock, options, chance, state } = this.#run;
    if (options.start !== undefined) {
      clock.at(clock.now() + chance.between(DRAW.start, options.start, serial), this.#started, pod, serial);
      return;
    }
    const { done, waitsFor } = pullOf(this.#run, pod);
    if (waitsFor !== undefined) this.#hold(pod, `no image from ${waitsFor}: the registry does not answer`);
    const { spec } = state.shapeSource(state.shapeOfPod(pod)).template;
    clock.at(done + startTime(spec, options, chance, serial), this.#started, pod, serial);
  }

  #hold(pod: PodIndex, say: string): void {
    const loss = this.#run.cluster.lossOf(pod);
    if (loss !== undefined && loss.endedAt === undefined) loss.held = { say };
  }

  #onStarted(pod: PodIndex, serial: number): void {
    const { tables, cluster, gate, state, clock } = this.#run;
    if (!this.#runs(pod, serial)) return;
    tables.pods.phase.set(pod, PHASE.running);
    // A template that is broken runs, but never passes its probe.
    if (tables.pods.revision.get(pod) === 1) return;
    cluster.setReady(pod, true);
    if (!gate.always('api')) clock.at(clock.now(), this.#reported, pod, serial);
    else if (this.#reaches(state.nodeOfPod(pod))) cluster.setReported(pod, true);
  }

  #stop(pod: PodIndex): void {
    const { clock, state, tables, chance, options } = this.#run;
    const { spec } = state.shapeSource(state.shapeOfPod(pod)).template;
    const grace: Millis = spec.terminationGracePeriodSeconds * 1_000;
    const serial = tables.pods.serial.get(pod);
    const running = tables.pods.phase.get(pod) === PHASE.running;
    const takes = running ? Math.min(grace, chance.between(DRAW.stop, options.stop, serial)) : 0;
    clock.at(clock.now() + WATCH + takes, this.#stopped, pod, serial);
  }

  /** The machine is up again: the kubelet speaks, and starts the containers of the pods that it knows. */
  #onBooted(node: NodeIndex, start: number): void {
    const { state, tables, cluster, troubles } = this.#run;
    if (tables.nodes.running.get(node) === 0 || tables.nodes.starts.get(node) !== start) return;
    for (const pod of state.podsOn(node)) {
      if (tables.pods.phase.get(pod) === PHASE.running && !state.isTerminating(pod))
        this.#start(pod, tables.pods.serial.get(pod));
    }
    cluster.kubeletUp(node);
    if (!this.#reaches(node)) return;
    troubles.end(node);
    // A short absence that nobody noticed changes no condition.
    if (tables.nodes.ready.get(node) === 1) this.#resync(node);
  }

  /** The kubelet and the API know of each other again. */
  #resync(node: NodeIndex): void {
    const { state, tables, clock } = this.#run;
    const { pods } = tables;
    for (const pod of state.podsOn(node)) {
      const serial = pods.serial.get(pod);
      if (state.isTerminating(pod)) this.#stop(pod);
      else if (pods.phase.get(pod) === PHASE.starting) clock.at(clock.now() + WATCH, this.#begun, pod, serial);
      else if (pods.ready.get(pod) !== pods.reported.get(pod))
        clock.at(clock.now() + WATCH, this.#reported, pod, serial);
    }
  }
}

const STOPPED: Trouble = { causes: () => [{ say: 'its kubelet stopped it' }] };
